import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sharedTexts } from '../core/shared/shared.texts.ts'
import type { SampleApp } from '../test/support/sample-app.ts'
import { createSampleServer, type SampleWorld } from '../test/support/sample-server.ts'
import { createServer } from './app.ts'

let server: FastifyInstance
let chat: SampleApp
let world: SampleWorld
let keys = 0
beforeEach(async () => {
  const sample = createSampleServer()
  ;({ chat, world } = sample)
  server = await createServer(sample.app)
})
afterEach(() => server.close())

const nextKey = () => `test-key-${(keys += 1)}`
const api = (payload: object, headers: Record<string, string> = { 'idempotency-key': nextKey() }) =>
  server.inject({ method: 'POST', url: '/api/v1/sandbox/commands', headers, payload })
const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
    payload: new URLSearchParams({ key: nextKey(), ...fields }).toString(),
  })

describe('the sandbox for programs', () => {
  test('gives commands by name and by line, and answers questions', async () => {
    const asked = (await api({ persona: 'hui', command: 'event create', input: { minutes: '30' } })).json()
    expect(asked).toMatchObject({ tone: 'refused', code: 'input.missing', ask: { command: 'event create', field: 'title' } })
    const done = (await api({ persona: 'hui', line: 'Open evening' })).json()
    expect(done).toMatchObject({ tone: 'done', audience: 'public', lines: ['Event EVT-1: Open evening'], ask: null })
    expect(done.buttons.map(({ label }: { label: string }) => label)).toEqual(['Join', 'Cancel the event'])
    const pressed = (await api({ persona: 'lin', button: done.buttons[0].token })).json()
    expect(pressed).toMatchObject({ tone: 'done', language: 'zh', lines: ['您已参加 EVT-1。'] })
    const refused = (await api({ persona: 'ann', line: 'event create x' })).json()
    expect(refused).toMatchObject({ tone: 'refused', code: 'command.forbidden', audience: 'private' })
  })

  test('a repeated request has one effect and the first answer, also while that is being made', async () => {
    const headers = { 'idempotency-key': nextKey() }
    const [first, second] = await Promise.all([
      api({ persona: 'ann', line: 'note add once' }, headers),
      api({ persona: 'ann', line: 'note add once' }, headers),
    ])
    expect(first.headers['idempotency-replayed']).toBe('false')
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.json()).toEqual(first.json())
    const press = { persona: 'ann', button: first.json().buttons[0].token }
    const again = { 'idempotency-key': nextKey() }
    expect((await api(press, again)).json()).toMatchObject({ tone: 'done' })
    expect((await api(press, again)).json()).toMatchObject({ tone: 'done' })
    expect((await api(press)).json()).toMatchObject({ code: 'button.used' })
    expect(chat.data.notes).toMatchObject([{ text: 'once', dropped: true }])
  })

  test('an answer that was asked for and is sent twice is still an answer', async () => {
    await api({ persona: 'ann', line: 'note drop' })
    const headers = { 'idempotency-key': nextKey() }
    expect((await api({ persona: 'ann', line: '7' }, headers)).json().code).toBe('note.unknown')
    expect((await api({ persona: 'ann', line: '7' }, headers)).json().code).toBe('note.unknown')
  })

  test('a key is required, has a form, and belongs to one request', async () => {
    expect((await api({ persona: 'ann', line: 'balance' }, {})).json()).toMatchObject({ status: 400, code: 'idempotency.key_missing' })
    expect((await api({ persona: 'ann', line: 'balance' }, { 'idempotency-key': 'a b' })).json()).toMatchObject({
      code: 'idempotency.key_missing',
    })
    const headers = { 'idempotency-key': nextKey() }
    await api({ persona: 'ann', line: 'balance' }, headers)
    const reused = await api({ persona: 'bob', line: 'balance' }, headers)
    expect(reused.statusCode).toBe(422)
    expect(reused.json()).toMatchObject({ code: 'idempotency.key_reused' })
    expect((await server.inject({ method: 'POST', url: '/api/v1/sandbox/time', payload: { target: 'day' } })).statusCode).toBe(400)
  })

  test('a fault or bug is a problem, not an answer, and may be tried again under its key', async () => {
    const headers = { 'idempotency-key': nextKey() }
    const fault = await api({ persona: 'lin', line: 'outage' }, headers)
    expect(fault.statusCode).toBe(503)
    expect(fault.headers['retry-after']).toBe('30')
    expect(fault.json()).toMatchObject({ code: 'fault.database' })
    expect((await api({ persona: 'lin', line: 'outage' }, headers)).statusCode).toBe(503)
    const bug = await api({ persona: 'ann', line: 'crash' })
    expect(bug.statusCode).toBe(500)
    expect(bug.json().nextStep).toContain('BUG-1')
  })

  test.each([
    [{ persona: 'nobody', line: 'x' }, 404, 'sandbox.persona_unknown'],
    [{ persona: 'ann' }, 400, 'request.invalid'],
    [{ persona: 'ann', line: 'x', command: 'y' }, 400, 'request.invalid'],
    [{ persona: 'ann', line: 'x'.repeat(200_001) }, 400, 'request.invalid'],
    [{ persona: 'ann', command: 'x', input: { deep: {} } }, 400, 'request.invalid'],
  ])('refuses %#', async (payload, status, code) => {
    const response = await api(payload)
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ code })
  })

  test('brings along what has reached the persona since, once', async () => {
    const note = (text: string) =>
      ({ reply: { audience: 'private', tone: 'info', lines: [sharedTexts.say('plain', { text })] }, language: 'en' }) as const
    world.notices.set('ann', [note('Undone.')])
    world.notices.set('bob', [note('For <Bob>')])
    expect((await api({ persona: 'ann', line: 'balance' })).json().notices).toEqual([expect.objectContaining({ lines: ['Undone.'] })])
    expect((await api({ persona: 'ann', line: 'balance' })).json().notices).toEqual([])
    expect((await server.inject('/sandbox?as=bob')).body).toContain('For &lt;Bob&gt;')
    expect((await server.inject('/sandbox?as=bob')).body).not.toContain('For &lt;Bob&gt;')
  })

  test('sets the clock forward once for one key', async () => {
    const skip = (headers: Record<string, string>) =>
      server.inject({ method: 'POST', url: '/api/v1/sandbox/time', headers, payload: { target: 'day' } })
    const headers = { 'idempotency-key': nextKey() }
    expect((await skip(headers)).json()).toEqual({ now: '2027-02-03T18:00:00.000Z' })
    expect((await skip(headers)).json()).toEqual({ now: '2027-02-03T18:00:00.000Z' })
    expect(world.skips).toEqual(['day'])
  })

  test('says what there is to do and to be, in the language asked for', async () => {
    const personas = (await server.inject('/api/v1/sandbox/personas')).json()
    expect(personas[0]).toEqual({ id: 'hui', name: 'Hui', role: 'host', language: 'en' })
    const commands = (await server.inject({ url: '/api/v1/sandbox/commands', headers: { 'accept-language': 'zh' } })).json()
    expect(commands).toContainEqual({ name: 'balance', usage: 'balance', summary: '查看您的余额', access: 'member' })
    expect(commands).toContainEqual(
      expect.objectContaining({ name: 'event create', usage: 'event create title [minutes]', access: 'host' }),
    )
  })
})

describe('the sandbox page without its script', () => {
  test('is a chat of forms: a line, a button, a file, the clock', async () => {
    const page = await form('/sandbox', { as: 'hui', line: 'event create Open <evening>' })
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('Event EVT-1: Open &lt;evening&gt;')
    const token = /name="token" value="([^"]+)"/.exec(page.body)![1]!
    expect((await form('/sandbox', { as: 'lin', token })).body).toContain('您已参加 EVT-1。')
    await form('/sandbox', { as: 'ann', line: 'import', attachment: 'a\nb' })
    expect(chat.data.imports).toEqual(['a\nb'])
    const skipped = await form('/sandbox/time', { as: 'ann', target: 'hour' })
    expect(skipped.statusCode).toBe(303)
    expect(skipped.headers.location).toBe('/sandbox?as=ann')
    expect(world.skips).toEqual(['hour'])
  })

  test('gives its script a piece of page, and what is asked for', async () => {
    const json = { accept: 'application/json' }
    const asked = (await form('/sandbox', { as: 'ann', line: '/import' }, json)).json()
    expect(asked).toMatchObject({ isPublic: false, asks: true, asksFile: true })
    expect(asked.html).toMatch(/^<li class="turn mine" data-by="ann"/)
    expect((await form('/sandbox', { as: 'ann', line: '/note drop' }, json)).json()).toMatchObject({ asks: true, asksFile: false })
    expect((await form('/sandbox', { as: 'ann', line: 'status' }, json)).json()).toMatchObject({ isPublic: true, asks: false })
    const trouble = await form('/sandbox', { as: 'nobody', line: 'x' }, json)
    expect(trouble.headers['content-type']).toContain('application/problem+json')
  })

  test('a form that the browser sends twice has one effect', async () => {
    const key = nextKey()
    await form('/sandbox', { as: 'ann', key, line: 'note add once' })
    await form('/sandbox', { as: 'ann', key, line: 'note add once' })
    expect(chat.data.notes.length).toBe(1)
  })

  test('shows who is who, marks who one is, and offers each only what their role may', async () => {
    const member = (await server.inject('/sandbox?as=bob')).body
    expect(member).toContain('Bob &lt;b&gt;&quot;x&quot;')
    expect(member).not.toContain('<b>"x"')
    expect(member).toMatch(/data-person="bob"\s+aria-current="true"/)
    expect(member).not.toContain('value="/event create"')
    expect((await server.inject('/sandbox?as=hui')).body).toContain('value="/event create"')
    expect((await server.inject('/sandbox?as=stranger')).body).toMatch(/data-person="hui"\s+aria-current="true"/)
  })

  test('offers only samples whose command there is', async () => {
    const page = (await server.inject('/sandbox')).body
    expect(page).toContain('value="/balance"')
    expect(page).not.toContain('value="/worth"')
  })
})

describe('writes from elsewhere', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:8080' }, 200],
    [{}, 200],
  ])('with %o are answered %i', async (headers, status) => {
    const response = await form('/sandbox', { as: 'ann', line: 'note add x' }, headers)
    expect(response.statusCode).toBe(status)
    expect(chat.data.notes.length).toBe(status === 200 ? 1 : 0)
  })
})
