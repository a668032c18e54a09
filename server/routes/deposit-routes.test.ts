import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { permitRefusals } from '../../core/settlement/permit-deposit.refusals.ts'
import { Fault } from '../../core/shared/fault.ts'
import { pos } from '../../core/shared/amount.ts'
import { createSampleServer, SAMPLE_TODAY, type SampleWorld } from '../../test/support/sample-server.ts'
import { createServer } from '../app.ts'
import type { ServerApp } from '../server-app.ts'

let server: FastifyInstance
let world: SampleWorld
async function start(change: Partial<ServerApp> = {}): Promise<void> {
  await server?.close()
  const sample = createSampleServer(change)
  world = sample.world
  server = await createServer(sample.app)
}
beforeEach(() => start())
afterEach(() => server.close())

const OWNER = `0x${'Ab'.repeat(20)}`
const permit = {
  owner: OWNER,
  amount: '30500000000',
  nonce: '0',
  deadline: SAMPLE_TODAY / 1_000 + 600,
  signature: `0x${'Cd'.repeat(65)}`,
}
const terms = (query: string, headers: Record<string, string> = {}) => server.inject({ url: `/api/v1/deposits/terms?${query}`, headers })
const give = (body: object, headers: Record<string, string> = {}) =>
  server.inject({ method: 'POST', url: '/api/v1/deposits/permit', payload: body, headers })

describe('the terms', () => {
  test('are everything that a wallet must sign, and are kept by nobody', async () => {
    const response = await terms(`owner=${OWNER}`)
    expect(response.statusCode).toBe(200)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.json()).toEqual({
      isRelaying: true,
      vault: `0x${'3'.repeat(40)}`,
      domain: { name: 'WePoS', version: '1', chainId: 31_337, verifyingContract: `0x${'1'.repeat(40)}` },
      nonce: '0',
      balance: { pos: '250', nano: '250000000000' },
      deadline: SAMPLE_TODAY / 1_000 + 1_800,
      least: { pos: '1', nano: '1000000000' },
      most: { pos: '100000000', nano: '100000000000000000' },
      perDay: 5,
      confirmations: 2,
      amount: null,
    })
  })

  test('read an amount as the commands do, and give it back in nano', async () => {
    expect((await terms(`owner=${OWNER}&amount=30.5%20PoS`)).json()).toMatchObject({ amount: { pos: '30.5', nano: '30500000000' } })
  })

  test.each([
    ['0.999999999', 422, 'deposit.too_small'],
    ['250.000000001', 409, 'deposit.too_much'],
    ['100000001', 422, 'input.amount_too_large'],
    ['1e2', 422, 'input.amount_exponent'],
    ['-1', 422, 'input.amount_negative'],
    ['１２', 422, 'input.amount_full_width'],
  ])('refuse %s', async (amount, status, code) => {
    const response = await terms(`owner=${OWNER}&amount=${encodeURIComponent(amount)}`)
    expect(response.statusCode).toBe(status)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ code, status, type: `http://localhost:8080/problems#${code}` })
  })

  test.each(['', 'owner=0x12', `owner=${OWNER}0`, `owner=${OWNER}&amount=${'1'.repeat(61)}`])('“%s” is out of form', async (query) => {
    expect((await terms(query)).json()).toMatchObject({ status: 400, code: 'request.invalid' })
  })
})

describe('a permit', () => {
  test('is taken as it was signed, and its transaction leads to its state', async () => {
    const response = await give(permit)
    expect(response.json()).toMatchObject({ state: 'sent', amount: { pos: '30.5' }, block: null })
    expect(world.permits).toEqual([
      {
        owner: OWNER.toLowerCase(),
        amount: pos(30) + 500_000_000n,
        nonce: 0n,
        deadline: permit.deadline * 1_000,
        signature: permit.signature.toLowerCase(),
      },
    ])
    const { txHash } = response.json<{ txHash: string }>()
    expect((await server.inject(`/api/v1/deposits/${txHash.toUpperCase().replace('0X', '0x')}`)).json()).toMatchObject({
      state: 'mined',
      txHash,
      block: 48_212,
    })
  })

  test.each([
    ['not linked', permitRefusals.notLinked(), 403],
    ['late', permitRefusals.late(), 410],
    ['used', permitRefusals.used(), 409],
    ['forged', permitRefusals.signature(), 422],
    ['one too many', permitRefusals.dayFull(5), 429],
  ])('that is %s is a problem with a code, a reason and a next step in the reader’s language', async (_what, refusal, status) => {
    world.depositRefusal = refusal
    const english = await give(permit, { 'accept-language': 'en' })
    expect(english.statusCode).toBe(status)
    const chinese = await give(permit, { 'accept-language': 'zh-CN' })
    for (const body of [english.json<Record<string, string>>(), chinese.json<Record<string, string>>()])
      expect(body).toMatchObject({ code: refusal.code, title: expect.stringMatching(/\S/), nextStep: expect.stringMatching(/\S/) })
    expect(chinese.json<{ title: string }>().title).toMatch(/\p{Script=Han}/u)
    expect(chinese.json<{ title: string }>().title).not.toBe(english.json<{ title: string }>().title)
  })

  test.each<[string, object]>([
    ['without an owner', { ...permit, owner: undefined }],
    ['with an amount as a number', { ...permit, amount: 30_500_000_000 }],
    ['with a negative amount', { ...permit, amount: '-1' }],
    ['with a fraction of a nano', { ...permit, amount: '1.5' }],
    ['with a deadline that is no second', { ...permit, deadline: 1.5 }],
    ['with a deadline for ever', { ...permit, deadline: Number.MAX_SAFE_INTEGER }],
    ['with an endless signature', { ...permit, signature: `0x${'00'.repeat(2_001)}` }],
    ['with more than belongs to it', { ...permit, spender: OWNER }],
  ])('%s is out of form', async (_what, body) => {
    expect((await give(body)).json()).toMatchObject({ status: 400, code: 'request.invalid' })
    expect(world.permits).toEqual([])
  })

  test('is taken ten times a minute from an address, and not from another site', async () => {
    const codes: number[] = []
    for (let count = 0; count < 11; count += 1) codes.push((await give(permit)).statusCode)
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 200), 429])
    await start()
    expect((await give(permit, { 'sec-fetch-site': 'cross-site' })).json()).toMatchObject({ code: 'request.cross_site' })
    expect(world.permits).toEqual([])
  })

  test('while the node does not answer is a fault that may be tried again', async () => {
    const { app } = createSampleServer()
    await start({ deposits: { ...app.deposits!, relay: () => Promise.reject(new Fault('chain', 'no answer', { retryable: true })) } })
    const response = await give(permit)
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '30'])
  })

  test('where nothing can be sent is refused with what to do', async () => {
    await start({ deposits: undefined })
    for (const response of [await give(permit), await terms(`owner=${OWNER}`), await server.inject(`/api/v1/deposits/0x${'1'.repeat(64)}`)])
      expect(response.json()).toMatchObject({ status: 409, code: 'deposit.relay_off' })
  })
})

test('a transaction that no deposit has is not found, and something else is no transaction', async () => {
  expect((await server.inject(`/api/v1/deposits/0x${'1'.repeat(64)}`)).json()).toMatchObject({ status: 404, code: 'deposit.unknown' })
  expect((await server.inject('/api/v1/deposits/0x12')).json()).toMatchObject({ status: 400, code: 'request.invalid' })
  expect((await server.inject('/api/v1/deposits/permit')).json()).toMatchObject({ status: 405 })
})

test('every code has its line on the page that problems lead to', async () => {
  const body = (await server.inject({ url: '/problems', headers: { accept: 'text/html' } })).body
  for (const make of Object.values(permitRefusals)) expect(body).toContain(`id="${make(0n as never).code}"`)
})
