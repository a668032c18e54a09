import type { FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { Fault } from '../../core/shared/fault.ts'
import { HOUR } from '../../core/shared/instant.ts'
import { createSampleServer } from '../../test/support/sample-server.ts'
import { createServer } from '../app.ts'

const PATH = 'p'.repeat(43)
const SECRET = 's'.repeat(43)
let server: FastifyInstance
afterEach(() => server.close())

async function open(store: (body: unknown) => Promise<'stored' | 'known' | 'strange'> = () => Promise.resolve('stored')) {
  const taken: unknown[] = []
  let asked = 0
  const sample = createSampleServer({
    telegram: {
      isOurs(path, secret) {
        asked += 1
        return Promise.resolve(path === PATH && secret === SECRET)
      },
      take(body) {
        taken.push(body)
        return store(body)
      },
    },
  })
  server = await createServer(sample.app)
  return { ...sample, taken, asked: () => asked }
}

const json = { 'content-type': 'application/json' }
const proof = { 'x-telegram-bot-api-secret-token': SECRET }
const deliver = (change: { path?: string; headers?: Record<string, string>; body?: string; ip?: string } = {}) =>
  server.inject({
    method: 'POST',
    url: `/telegram/${change.path ?? PATH}`,
    headers: change.headers ?? { ...json, ...proof },
    payload: change.body ?? '{"update_id":1}',
    remoteAddress: change.ip ?? '149.154.160.1',
  })

test('says 200 after an update is stored, and not before', async () => {
  const stored = Promise.withResolvers<'stored'>()
  const { taken } = await open(() => stored.promise)
  let isAnswered = false
  const answer = deliver().then((response) => {
    isAnswered = true
    return response
  })
  await expect.poll(() => taken).toEqual([{ update_id: 1 }])
  expect(isAnswered).toBe(false)
  stored.resolve('stored')
  expect(await answer).toMatchObject({ statusCode: 200, body: '' })
})

test('is asked again when it could not be stored, and not when it is known', async () => {
  let trouble = true
  await open(() => (trouble ? Promise.reject(new Fault('database', 'gone', { retryable: true })) : Promise.resolve('known')))
  expect((await deliver()).statusCode).toBe(503)
  trouble = false
  expect((await deliver()).statusCode).toBe(200)
})

test('tells those without the secret nothing, reads none of their words, and tells the log once an hour', async () => {
  const { taken, chat, world } = await open()
  const answers = [
    await deliver({ headers: json }),
    await deliver({ headers: { ...json, 'x-telegram-bot-api-secret-token': '' } }),
    await deliver({ headers: { ...json, 'x-telegram-bot-api-secret-token': 'wrong' } }),
    await deliver({ path: 'elsewhere' }),
    await deliver({ path: 'x'.repeat(90) }),
    await deliver({ path: 'elsewhere', headers: {}, body: 'no json', ip: '::1' }),
    await deliver({ headers: { ...json, 'x-telegram-bot-api-secret-token': `${SECRET}, ${SECRET}` } }),
  ]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 401))
  const said = answers.map(({ body }) => body.replace(/"instance":"[^"]*"/, ''))
  expect(new Set(said).size).toBe(1)
  expect(taken).toEqual([])
  const told = () => chat.logged.filter(({ message }) => message.includes('not from Telegram'))
  expect(told()).toHaveLength(1)
  world.now += HOUR
  await deliver({ headers: json })
  expect(told()).toHaveLength(2)
  expect(world.observed.map(({ route, status }) => `${route} ${status}`)).toContain('/telegram/:path 401')
  expect(JSON.stringify(chat.logged)).not.toContain(PATH)
})

test('limits strangers, and never Telegram', async () => {
  const { taken } = await open()
  for (let tried = 1; tried <= 32; tried++) {
    expect((await deliver({ headers: json, ip: '10.1.1.1' })).statusCode).toBe(tried <= 30 ? 401 : 429)
  }
  for (let round = 0; round < 8; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => deliver({ ip: '10.1.1.1' })))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  }
  expect(taken).toHaveLength(400)
})

test.each([
  ['form', { ...proof, 'content-type': 'application/x-www-form-urlencoded' }, 'update_id=1', 415],
  ['text', { ...proof, 'content-type': 'text/plain' }, '{"update_id":1}', 415],
  ['broken JSON', { ...proof, ...json }, '{"update_id":1', 400],
  ['nothing', { ...proof, ...json }, '', 400],
  ['a prototype', { ...proof, ...json }, '{"update_id":1,"__proto__":{"x":1}}', 400],
  ['more than 1 MB', { ...proof, ...json }, `{"update_id":1,"x":"${'x'.repeat(1_048_576)}"}`, 413],
] as const)('refuses %s', async (_name, headers, body, status) => {
  const { taken } = await open()
  expect((await deliver({ headers, body })).statusCode).toBe(status)
  expect(taken).toEqual([])
})

test('takes an update of nearly 1 MB, refuses what is none, and asks once a delivery who it is', async () => {
  const { taken, asked } = await open((body) => Promise.resolve(JSON.stringify(body).includes('strange') ? 'strange' : 'stored'))
  expect((await deliver({ body: `{"update_id":1,"x":"${'x'.repeat(1_000_000)}"}` })).statusCode).toBe(200)
  expect((await deliver({ body: '["strange"]' })).statusCode).toBe(400)
  expect(taken).toHaveLength(2)
  expect(asked()).toBe(2)
})

test('there is no such route without a webhook, and none in the public documents', async () => {
  const sample = createSampleServer()
  server = await createServer(sample.app)
  expect((await deliver()).statusCode).toBe(404)
  await server.close()
  await open()
  const documents = await server.inject({ url: '/docs/json' })
  expect(documents.statusCode).toBe(200)
  expect(documents.body).not.toContain('/telegram')
})
