import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claim, endProcess, freePort, processFacts } from './local-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wepos-process-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A process of its own that waits for a signal; `program` runs first and may print a line when it is ready. */
async function startChild(program = ''): Promise<{ pid: number; exited: Promise<unknown> }> {
  const child = spawn(process.execPath, ['--eval', `${program}; console.log('ready'); setInterval(() => {}, 1000)`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, exited }
}

test('facts of a process: its command line, an identity that stays, and none once it has ended', async () => {
  const child = await startChild()
  const facts = processFacts(child.pid)
  expect(facts?.commandLine).toContain('setInterval')
  expect(processFacts(child.pid)).toEqual(facts)
  expect(facts?.identity).not.toBe(processFacts(process.pid)?.identity)
  process.kill(child.pid, 'SIGKILL')
  await child.exited
  expect(processFacts(child.pid)).toBeUndefined()
})

describe('a claim', () => {
  test('keeps others out until it is released, and leaves nothing behind', () => {
    const path = join(folder, 'data.owner')
    const release = claim(path, 'The folder')
    expect(() => claim(path, 'The folder')).toThrow(/The folder is already in use by the running process/)
    release()
    expect(readdirSync(folder)).toEqual([])
    claim(path, 'The folder')()
  })

  test.each([
    ['that has ended', '999999999 1 boot'],
    ['whose number another process has now', `${process.ppid} 1 another-boot`],
    ['that left an empty file', ''],
  ])('of a process %s is taken over', (_what, content) => {
    const path = join(folder, 'data.owner')
    writeFileSync(path, content)
    const release = claim(path, 'The folder')
    expect(readFileSync(path, 'utf8')).toBe(processFacts(process.pid)?.identity)
    expect(readdirSync(folder)).toEqual(['data.owner'])
    release()
  })

  test("does not remove another process's claim on release", () => {
    const path = join(folder, 'data.owner')
    const release = claim(path, 'The folder')
    writeFileSync(path, 'someone else')
    release()
    expect(existsSync(path)).toBe(true)
  })
})

test('a process that ignores the first signal is ended by the next', async () => {
  const child = await startChild("process.on('SIGTERM', () => {})")
  const steps = [
    { signal: 'SIGTERM', waitMs: 50 },
    { signal: 'SIGKILL', waitMs: 10_000 },
  ] as const
  expect(await endProcess(child.pid, steps.slice(0, 1))).toBe(false)
  expect(await endProcess(child.pid, steps)).toBe(true)
  expect(await endProcess(child.pid, steps)).toBe(true)
})

test('a free port is the one preferred unless someone listens there', async () => {
  const port = await freePort()
  expect(await freePort(port)).toBe(port)
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  expect(await freePort(port)).not.toBe(port)
  server.close()
})
