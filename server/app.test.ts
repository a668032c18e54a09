import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSampleServer, ROOT, type SampleWorld } from '../test/support/sample-server.ts'
import { Fault } from '../core/shared/fault.ts'
import { createServer } from './app.ts'
import type { ServerApp } from './server-app.ts'

let server: FastifyInstance
let world: SampleWorld
let bugs: readonly { readonly command: string }[]

async function start(change: Partial<ServerApp> = {}): Promise<void> {
  const sample = createSampleServer(change)
  world = sample.world
  bugs = sample.chat.bugs
  server = await createServer(sample.app)
}
beforeEach(() => start())
afterEach(() => server.close())

const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers })

describe('the read API', () => {
  test('gives supply in exact text and nano, with the proof of reserves', async () => {
    const response = await get('/api/v1/supply')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({
      at: '2027-02-02T18:00:00.000Z',
      currentPeriod: 4,
      total: { pos: '100000000', nano: '100000000000000000' },
      circulating: { pos: '4711065', nano: '4711065000000000' },
      reserve: { ok: true, block: 48_211, fundingDue: { pos: '12450', nano: '12450000000000' } },
    })
    world.reserve = null
    expect((await get('/api/v1/supply')).json()).toMatchObject({ reserve: null })
  })

  test('gives the fixed schedule of 13 periods that sums to 91 million', async () => {
    const schedule = (await get('/api/v1/schedule')).json<{ name: string; startsAt: string; endsAt: string; release: { nano: string } }[]>()
    expect(schedule.length).toBe(13)
    expect(schedule.reduce((sum, { release }) => sum + BigInt(release.nano), 0n)).toBe(91_000_000n * 10n ** 9n)
    expect(schedule[1]).toMatchObject({ name: 'expansion', startsAt: '2026-12-01T00:00:00.000Z', endsAt: '2027-01-01T00:00:00.000Z' })
  })

  test('gives all periods and single ones', async () => {
    const periods = (await get('/api/v1/periods')).json<{ number: number; state: string }[]>()
    expect(periods.map(({ state }) => state).slice(0, 5)).toEqual(['closed', 'closed', 'draft', 'open', 'future'])
    expect((await get('/api/v1/periods/1')).json()).toMatchObject({
      number: 1,
      burned: { pos: '37590' },
      statementRoot: ROOT,
      transactions: [{ name: 'open' }, { name: 'close' }],
    })
    expect((await get('/api/v1/periods/4')).json()).toMatchObject({ burned: null, statementRoot: null })
  })

  test('gives the reward table: base, paid with the multiplier, and since when', async () => {
    world.rates = [{ kind: 'attendance', validFrom: Date.UTC(2027, 0, 5), lowest: 12_500_000_000n, highest: 12_500_000_000n }]
    const response = await get('/api/v1/rewards')
    expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'no-cache'])
    const base = { pos: '12.5', nano: '12500000000' }
    const paid = { pos: '25', nano: '25000000000' }
    expect(response.json()).toMatchObject({
      at: '2027-02-02T18:00:00.000Z',
      period: 4,
      multiplier: 2,
      rewards: [
        {
          kind: 'attendance',
          base: { lowest: base, highest: base },
          paid: { lowest: paid, highest: paid },
          since: '2027-01-05T00:00:00.000Z',
        },
        { kind: 'form-submission', base: { lowest: { pos: '5' } }, since: null },
        { kind: 'node-identity' },
        { kind: 'node-contribution', base: { lowest: { pos: '20' }, highest: { pos: '500' } }, paid: { highest: { pos: '1000' } } },
        { kind: 'early-delegation' },
        { kind: 'quality-delegation' },
      ],
    })
    world.now = Date.UTC(2027, 11, 1)
    expect((await get('/api/v1/rewards')).json()).toMatchObject({ period: 14, rewards: [{ paid: null }, {}, {}, {}, {}, {}] })
  })

  test('gives as many rows of the leaderboard as asked for', async () => {
    expect((await get('/api/v1/leaderboard?limit=2')).json()).toMatchObject([{ rank: 1, name: '林晓' }, { rank: 2 }])
    expect((await get('/api/v1/leaderboard')).json<unknown[]>().length).toBe(3)
    expect((await get('/api/v1/leaderboard')).json<{ earned: unknown }[]>()[2]?.earned).toEqual({
      pos: '12.500000001',
      nano: '12500000001',
    })
  })

  test('gives the contracts, or null while there are none', async () => {
    expect((await get('/api/v1/deployment')).json()).toMatchObject({ chainId: 31_337, vault: `0x${'3'.repeat(40)}` })
    await server.close()
    await start({ deployment: undefined })
    expect((await get('/api/v1/deployment')).json()).toBeNull()
  })

  test.each([
    ['/api/v1/leaderboard?limit=0', 'limit'],
    ['/api/v1/leaderboard?limit=101', 'limit'],
    ['/api/v1/leaderboard?limit=many', 'limit'],
    ['/api/v1/periods/0', 'number'],
    ['/api/v1/periods/14', 'number'],
    ['/api/v1/periods/1.5', 'number'],
  ])('refuses %s and names the field', async (url, field) => {
    const response = await get(url)
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ code: 'request.invalid', detail: `“${field}” is missing or not in the form expected.` })
  })
})

describe('a statement', () => {
  test('that is final is a file for ever, and its root is its tag', async () => {
    const response = await get('/api/v1/periods/1/statement')
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('{"wepos":"statement"}\n')
    expect(response.headers).toMatchObject({
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="wepos-statement-01.json"',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-statement': 'final',
      etag: `"${ROOT}"`,
    })
    const again = await get('/api/v1/periods/1/statement', { 'if-none-match': `"other", W/"${ROOT}"` })
    expect(again.statusCode).toBe(304)
    expect(again.body).toBe('')
    expect(world.opened).toBe(1)
  })

  test('that is a draft is not to be kept', async () => {
    const response = await get('/api/v1/periods/3/statement', { 'if-none-match': '*' })
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({ 'cache-control': 'no-store', 'x-statement': 'draft' })
    expect(response.headers['content-disposition']).toContain('-03-draft.json')
    expect(response.headers.etag).toBeUndefined()
  })

  test('that is not there yet is a problem of its own', async () => {
    const response = await get('/api/v1/periods/4/statement')
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ code: 'statement.none' })
  })

  test('that cannot be read is a problem, not half a file', async () => {
    world.statement = async function* () {
      await Promise.reject(new Fault('database', 'away', { retryable: true, retryAfterMs: 1_500 }))
      yield Buffer.from('never')
    }
    const response = await get('/api/v1/periods/1/statement')
    expect(response.statusCode).toBe(503)
    expect(response.headers['retry-after']).toBe('2')
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.headers.etag).toBeUndefined()
    expect(response.headers['content-disposition']).toBeUndefined()
    expect(response.json()).toMatchObject({ code: 'fault', status: 503 })
  })

  test('answers HEAD without reading it', async () => {
    let read = false
    world.statement = async function* () {
      read = true
      yield Buffer.from('x')
    }
    const response = await server.inject({ method: 'HEAD', url: '/api/v1/periods/1/statement' })
    expect(response.statusCode).toBe(200)
    expect(response.headers.etag).toBe(`"${ROOT}"`)
    expect(read).toBe(false)
  })
})

describe('a problem', () => {
  test('has the shape of RFC 9457, in the language asked for', async () => {
    const response = await get('/api/v1/nothing', { 'accept-language': 'fr, zh-CN;q=0.8, en;q=0.5' })
    expect(response.statusCode).toBe(404)
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': 'zh',
      'cache-control': 'no-store',
    })
    expect(response.json()).toEqual({
      type: 'http://localhost:8080/problems#request.not_found',
      title: '这个地址没有内容',
      status: 404,
      code: 'request.not_found',
      nextStep: '请检查地址，或从首页开始。',
      instance: `urn:uuid:${String(response.headers['x-request-id'])}`,
    })
  })

  test('says which methods an address takes', async () => {
    const response = await server.inject({ method: 'DELETE', url: '/api/v1/periods/3' })
    expect(response.statusCode).toBe(405)
    expect(response.headers.allow).toBe('GET, HEAD')
    expect(response.json()).toMatchObject({ code: 'request.method_not_allowed', nextStep: 'Use one of: GET, HEAD.' })
  })

  test('tells a fault from a bug, and of a bug only its number', async () => {
    world.trouble = new Fault('database', 'password=secret', { retryable: true })
    const fault = await get('/api/v1/supply')
    expect(fault.statusCode).toBe(503)
    expect(fault.headers['retry-after']).toBe('30')
    expect(fault.body).not.toContain('secret')

    world.trouble = new TypeError('cannot read the secret of undefined')
    const bug = await get('/api/v1/supply')
    expect(bug.statusCode).toBe(500)
    expect(bug.json()).toMatchObject({ code: 'bug', nextStep: expect.stringContaining('BUG-1') })
    expect(bug.body).not.toContain('secret')
    expect(bugs).toMatchObject([{ command: 'GET /api/v1/supply' }])
  })

  test.each([
    ['broken JSON', { 'content-type': 'application/json' }, '{"persona":', 400, 'request.malformed'],
    ['a body of a strange type', { 'content-type': 'image/png' }, 'x', 415, 'request.media_type'],
    ['a body that is too large', { 'content-type': 'application/json' }, `"${'x'.repeat(1_100_000)}"`, 413, 'request.too_large'],
  ])('answers %s', async (_what, headers, payload, status, code) => {
    const response = await server.inject({ method: 'POST', url: '/api/v1/sandbox/commands', headers, payload })
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ code })
  })

  test('answers an address that cannot be read', async () => {
    const response = await get('/api/v1/%E0%A4%A')
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toContain('application/problem+json')
  })

  test('names every code on a page', async () => {
    const page = (await get('/problems')).body
    for (const code of ['request.invalid', 'request.limited', 'fault', 'bug', 'idempotency.key_missing'])
      expect(page).toContain(`id="${code}"`)
  })
})

describe('limits and headers', () => {
  test('one address may ask 300 times a minute, then is told how long to wait', async () => {
    for (let request = 0; request < 300; request += 1) expect((await get('/api/v1/deployment')).statusCode).toBe(200)
    const response = await get('/api/v1/deployment')
    expect(response.statusCode).toBe(429)
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ code: 'request.limited', status: 429 })
    expect((await get('/nowhere')).statusCode).toBe(429)
    // Probes and what a page loads are not counted; another address is another count.
    expect((await get('/health/live')).statusCode).toBe(200)
    expect((await server.inject({ url: '/api/v1/deployment', remoteAddress: '10.0.0.9' })).statusCode).toBe(200)
  })

  test('who asks is who connects, unless a proxy is trusted', async () => {
    const from = (address: string) => server.inject({ url: '/metrics', remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': address } })
    expect((await from('127.0.0.1')).statusCode).toBe(401)
    await server.close()
    await start({ trustedProxies: ['10.0.0.1'] })
    const limits = await Promise.all(
      ['1.1.1.1', '2.2.2.2'].map((address) =>
        server.inject({
          url: '/api/v1/deployment',
          remoteAddress: '10.0.0.1',
          headers: { 'x-forwarded-for': address },
        }),
      ),
    )
    expect(limits.map(({ headers }) => headers['x-ratelimit-remaining'])).toEqual(['299', '299'])
  })

  test('every answer carries its id and the security headers; no inline script is allowed anywhere', async () => {
    for (const url of ['/', '/api/v1/supply', '/nowhere', '/sandbox', '/docs']) {
      const { headers } = await get(url, { accept: 'text/html' })
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      expect(headers['x-content-type-options']).toBe('nosniff')
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toMatch(/frame-ancestors 'none'/)
      expect(/script-src ([^;]+)/.exec(policy)?.[1]).toBe("'self'")
    }
    expect((await get('/')).headers['strict-transport-security']).toBeUndefined()
    await server.close()
    await start({ publicOrigin: 'https://pos.example' })
    expect((await get('/')).headers['strict-transport-security']).toContain('max-age=31536000')
  })

  test('what pages load has a hash in its address and is kept for ever', async () => {
    const page = (await get('/sandbox')).body
    const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!)
    expect(assets.length).toBeGreaterThanOrEqual(4)
    for (const path of assets) {
      const response = await get(path)
      expect(response.statusCode).toBe(200)
      expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(path).toContain(createHash('sha256').update(response.rawPayload).digest('hex').slice(0, 12))
    }
  })
})

describe('operations', () => {
  test('live answers always, ready only when every part does', async () => {
    expect((await get('/health/live')).json()).toEqual({ status: 'ok' })
    expect((await get('/health/ready')).json()).toMatchObject({ status: 'ok', parts: [{ part: 'database', ok: true }, { part: 'chain' }] })
    world.parts = [{ part: 'database', ok: false, detail: 'does not answer' }]
    const failing = await get('/health/ready')
    expect(failing.statusCode).toBe(503)
    expect(failing.json()).toEqual({ status: 'failing', parts: [{ part: 'database', ok: false, detail: 'does not answer' }] })
    expect((await get('/health/live')).statusCode).toBe(200)
  })

  test('metrics are for this machine, or for who has the token', async () => {
    const local = await get('/metrics')
    expect(local.statusCode).toBe(200)
    expect(local.body).toBe('wepos_up 1\n')
    expect((await server.inject({ url: '/metrics', remoteAddress: '10.0.0.1' })).statusCode).toBe(401)
    expect((await get('/metrics', { 'x-forwarded-for': '8.8.8.8' })).statusCode).toBe(401)
    await server.close()
    const { app } = createSampleServer()
    await start({ metrics: { ...app.metrics, token: 'operator-token' } })
    const refused = await get('/metrics')
    expect(refused.statusCode).toBe(401)
    expect(refused.headers['www-authenticate']).toBe('Bearer')
    const allowed = await server.inject({ url: '/metrics', remoteAddress: '10.0.0.1', headers: { authorization: 'Bearer operator-token' } })
    expect(allowed.statusCode).toBe(200)
  })

  test('every request is observed by its route, never by its address', async () => {
    await get('/periods/3?x=1')
    await get('/some/where')
    expect(world.observed).toEqual([
      { route: '/periods/:number', status: 200 },
      { route: 'unmatched', status: 404 },
    ])
  })
})
