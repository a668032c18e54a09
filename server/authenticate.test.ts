import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { personaAccount } from '../core/shared/persona.ts'
import { createSampleServer, SAMPLE_PERSONAS } from '../test/support/sample-server.ts'
import { signedInAs } from '../test/support/signed-in.ts'
import { createServer } from './app.ts'
import type { ServerApp } from './server-app.ts'
import { returnPath } from './return-path.ts'
import { cookieName, cookieOptions, giveCommand, WEB_PLACE } from './authenticate.ts'

test('the cookie is of this host alone wherever https is used', () => {
  const https = { publicOrigin: 'https://pos.example.org' }
  expect([cookieName(https, 'session'), cookieOptions(https)]).toEqual([
    '__Host-session',
    { path: '/', httpOnly: true, sameSite: 'lax', secure: true },
  ])
  const here = { publicOrigin: 'http://localhost:8080' }
  expect([cookieName(here, 'session'), cookieOptions(here).secure]).toEqual(['session', false])
})

describe('after signing in one is led', () => {
  test.each(['/account', '/wallet/link', '/desk/SUB-12?show=open&page=2', '/forms'])('back to %s', (path) => {
    expect(returnPath(path)).toBe(path)
  })
  test.each([
    undefined,
    '',
    'account',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/account',
    '/account/../../x',
    '/account%2f..',
    '/account?to=https://evil.example',
    '/account\n',
    '/signin',
    '/api/v1/supply',
    '/account#x',
    `/account/${'a'.repeat(61)}`,
  ])('to the account instead of %j', (path) => {
    expect(returnPath(path)).toBe('/account')
  })
})

describe('who is signed in', () => {
  let server: FastifyInstance
  let app: ServerApp
  let sample: ReturnType<typeof createSampleServer>
  const account = personaAccount(SAMPLE_PERSONAS[1]!)
  beforeEach(async () => {
    sample = createSampleServer()
    app = sample.app
    server = await createServer(app)
  })
  afterEach(() => server.close())

  test('sends 120 forms a minute and no more, whatever address they come from; somebody else still may', async () => {
    const [ann, bob] = [await signedInAs(app, account), await signedInAs(app, personaAccount(SAMPLE_PERSONAS[2]!))]
    const send = ({ cookie, csrf }: typeof ann) =>
      server.inject({
        method: 'POST',
        url: '/account/sessions/end',
        headers: { cookie, 'x-csrf-token': csrf },
        payload: { csrf, key: 'key-0123456789', session: '0'.repeat(64) },
      })
    for (let times = 0; times < 120; times += 1) expect((await send(ann)).statusCode).toBe(303)
    const limited = await send(ann)
    expect([limited.statusCode, limited.json().code]).toEqual([429, 'request.limited'])
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
    expect((await send(bob)).statusCode).toBe(303)
  })

  test('before a large body is read: a stranger and a member who is no chair are answered without it', async () => {
    const payload = `title.en=${'x'.repeat(3 * 1_024 * 1_024)}`
    const { cookie } = await signedInAs(app, account)
    const send = (url: string, headers: Readonly<Record<string, string>>) =>
      server.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, payload })
    for (const url of ['/forms/1', '/forms/new', '/forms/1/edit']) {
      expect((await send(url, {})).json().code).toBe('session.none')
      expect((await send(url, { accept: 'text/html' })).headers.location).toBe('/signin?to=%2Faccount')
    }
    expect((await send('/forms/new', { cookie })).statusCode).toBe(403)
    expect((await send('/forms/1', { cookie })).statusCode).toBe(413)
  })

  test('gives a command once for each form, however often it is sent, and none without the key of a form', async () => {
    const actor = (await sample.chat.recognise(account, WEB_PLACE))!
    const session = { id: '', csrf: '', account, actor, place: WEB_PLACE, way: 'persona' } as const
    const give = (key: string | undefined) => giveCommand(app, session, 'note add', { text: 'from the web' }, key)
    const first = await give('form-key-1')
    expect(await give('form-key-1')).toEqual(first)
    expect(sample.chat.data.notes).toHaveLength(1)
    expect(() => give(undefined)).toThrow('idempotency.key_missing')
    expect(() => give('a b')).toThrow('idempotency.key_missing')
  })

  test('as somebody of the sandbox is nobody where there is none, and that way is not there', async () => {
    const { cookie } = await signedInAs(app, account)
    const url = '/account'
    expect((await server.inject({ url, headers: { cookie } })).statusCode).toBe(200)
    const real = await createServer({ ...app, sandbox: undefined })
    const refused = await real.inject({ url, headers: { cookie } })
    expect([refused.statusCode, refused.headers['set-cookie']]).toEqual([401, expect.stringMatching(/^session=;/)])
    expect((await real.inject('/signin')).body).not.toContain('/signin/persona')
    expect((await real.inject({ method: 'POST', url: '/signin/persona', payload: { persona: 'ann' } })).statusCode).toBe(404)
    await real.close()
  })

  test('is asked no more often than an address may ask, whatever its cookies', async () => {
    let times = 0
    sample.app.web.sessions.find = () => {
      times += 1
      return Promise.resolve(undefined)
    }
    const ask = (url: string) => server.inject({ url, headers: { cookie: `session=${'A'.repeat(22)}` } })
    for (let count = 0; count < 300; count += 1) await ask('/problems')
    expect([(await ask('/problems')).statusCode, times]).toEqual([429, 300])
    await ask('/no/such/page')
    expect(times).toBe(300)
  })

  test('tries to sign in ten times a minute from one address', async () => {
    const ask = () => server.inject({ method: 'POST', url: '/signin/wallet/prove', payload: {} })
    const codes: unknown[] = []
    for (let count = 0; count < 11; count += 1) codes.push((await ask()).json().code)
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 'session.csrf'), 'request.limited'])
  })

  test('over https has cookies that no other host or address can set or read', async () => {
    const https = await createServer({ ...app, publicOrigin: 'https://pos.example.org' })
    const before = await https.inject('/signin')
    expect(before.headers['set-cookie']).toMatch(/^__Host-before=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(before.headers['strict-transport-security']).toBe('max-age=31536000')
    const csrf = /name="csrf" value="([^"]+)"/.exec(before.body)?.[1] ?? ''
    const payload = new URLSearchParams({ csrf, persona: 'ann' }).toString()
    const cookie = String(before.headers['set-cookie']).split(';')[0] ?? ''
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    const inside = await https.inject({ method: 'POST', url: '/signin/persona', headers, payload })
    expect(inside.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^__Host-before=; .*Secure/),
    ])
    await https.close()
  })

  test('is asked of nothing that watchers and browsers load by themselves', async () => {
    const { cookie } = await signedInAs(app, account)
    sample.app.web.sessions.find = () => Promise.reject(new Error('asked'))
    for (const url of ['/health/live', '/robots.txt', '/charts/periods-en-light-wide.svg'])
      expect((await server.inject({ url, headers: { cookie } })).statusCode).toBe(200)
    expect((await server.inject({ url: '/account', headers: { cookie } })).statusCode).toBe(500)
  })
})
