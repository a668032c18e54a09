import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const received: string[] = []
const sink = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts)
    received.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString())
    response.end('{}')
  })
})
beforeAll(async () => {
  await once(sink.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => sink.close())

/** Runs a program as `npm start` does, after the instrumentation; resolves to what it wrote. */
async function runInstrumented(program: string, dsn: string | undefined): Promise<string> {
  const child = spawn(process.execPath, ['--import', './main/instrument.ts', '--input-type=module', '--eval', program], {
    cwd: root,
    env: { PATH: process.env.PATH, ...(dsn === undefined ? {} : { SENTRY_DSN: dsn }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  await once(child, 'close')
  return output
}

const failingServer = `
  import { createServer } from 'node:http'
  import { captureException, flush, getClient, setUser } from '@sentry/node'
  const server = createServer((request, response) => {
    const balance = 'local-variable-hidden'
    setUser({ id: 'user-known' })
    try { throw new Error('the ledger is closed') } catch (error) { captureException(error) }
    response.end(balance.slice(0, 1))
  }).listen(0, '127.0.0.1', async () => {
    const url = 'http://127.0.0.1:' + server.address().port + '/claim?code=query-hidden'
    await (await fetch(url, { method: 'POST', body: 'body-hidden', headers: { cookie: 'sid=cookie-hidden', authorization: 'Bearer header-hidden', 'content-type': 'text/plain' } })).text()
    await flush(5000)
    console.log('enabled', getClient() !== undefined)
    server.close(); server.closeAllConnections()
  })`

test('a fault reaches the project of the DSN, without anything that a member sent', async () => {
  const address = sink.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect(await runInstrumented(failingServer, `http://public@127.0.0.1:${port}/1`)).toContain('enabled true')
  const all = received.join('\n')
  expect(all).toContain('the ledger is closed')
  expect(all).not.toMatch(/hidden/)
})

test('without a DSN nothing is sent and Sentry is not even loaded', async () => {
  received.length = 0
  const loaded = `
    console.log('client', globalThis.__SENTRY__ === undefined)`
  expect(await runInstrumented(loaded, undefined)).toContain('client true')
  expect(await runInstrumented(failingServer, undefined)).toContain('enabled false')
  expect(received).toEqual([])
})
