import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTelegramFake, type TelegramFake } from '../../test/support/telegram/telegram-fake.ts'
import { BOB, EVE, GROUP, LIN, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'
import { createTelegramApi } from './telegram-api.ts'
import type { Timers } from './timers.ts'
import { readDelivery, setWebhook, watchWebhook } from './webhook.ts'

const MINUTE_MS = 60_000

describe('a bot with a webhook', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await startTelegramStage({ isWebhook: true })
  })
  afterEach(() => stage.close())

  it('tells Telegram where, with which secret and what it wants, and asks for nothing itself', async () => {
    const { fake } = stage
    expect(fake.requestsOf('setWebhook').map(({ payload }) => payload)).toEqual([
      {
        url: 'https://pos.example/telegram/a-path-that-nobody-guesses',
        secret_token: 'a-secret-that-nobody-guesses',
        allowed_updates: ['message', 'edited_message', 'callback_query', 'my_chat_member'],
        max_connections: 64,
      },
    ])
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
    expect(stage.bot.isConnected()).toBe(true)
    // A poll would have taken the webhook off first.
    expect(fake.requestsOf('deleteWebhook')).toEqual([])
  })

  it('has said 200 long before an update is handled, keeps the order of one member, and lets others pass', async () => {
    const { fake, app, requests } = stage
    const first = fake.send({ user: BOB, text: '/wait' })
    await app.waiting
    const second = fake.send({ user: BOB, text: '/balance' })
    await fake.send({ user: LIN, text: '/status' })
    expect(requests.map(({ command }) => command)).toEqual(['wait', 'status'])
    app.openGate()
    await Promise.all([first, second])
    expect(requests.map(({ command }) => command)).toEqual(['wait', 'status', 'balance'])
  })

  it('handles what came while no bot ran', async () => {
    const { fake } = stage
    await stage.bot.stop()
    expect(stage.bot.isConnected()).toBe(false)
    const asked = fake.send({ user: BOB, text: '/status' })
    await expect.poll(() => stage.records.waiting()).toBe(1)
    await stage.restart()
    expect((await asked).text).toBe('All is well.')
  })

  it('takes over what a dead process had begun, and does nothing twice', async () => {
    const { fake, app } = stage
    await stage.bot.stop()
    const asked = fake.send({ user: BOB, text: '/note_add one' })
    await expect.poll(() => stage.records.waiting()).toBe(1)
    // Taken by a process that never speaks again.
    expect(await stage.records.inbox.take(9, Date.now(), Date.now() + 300)).toHaveLength(1)
    await stage.restart()
    expect((await asked).text).toBe('✅ Note 1 is kept: one')
    expect(app.data.notes).toHaveLength(1)
  })

  it('puts an update aside over which process after process died, and goes on with the next', async () => {
    const { fake, app } = stage
    await stage.bot.stop()
    const poisoned = fake.sendNoAnswer({ user: BOB, text: '/note_add one' })
    await expect.poll(() => stage.records.waiting()).toBe(1)
    for (let tried = 1; tried <= 5; tried++) await stage.records.inbox.take(9, Date.now(), 0)
    await stage.restart()
    await poisoned
    expect(app.data.notes).toEqual([])
    expect(app.bugs).toMatchObject([{ error: { message: 'a Telegram update was begun 5 times and never ended' } }])
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
  })

  it('hands what waits over to long polling and back', async () => {
    const { fake } = stage
    await stage.bot.stop()
    const asked = fake.send({ user: BOB, text: '/status' })
    await expect.poll(() => stage.records.waiting()).toBe(1)
    const polling = await stage.restart({ isWebhook: false })
    expect((await asked).text).toBe('All is well.')
    expect((await fake.send({ user: LIN, text: '/status' })).text).toBe('一切正常。')
    await polling.stop()
    const later = fake.send({ user: BOB, text: '/balance' })
    await stage.restart()
    expect((await later).text).toContain('Balance')
  })

  it('shows a private answer by a link to who never pressed Start', async () => {
    const note = await stage.fake.send({ user: EVE, chat: GROUP, text: '/note_add secret' })
    const payload = new URL(note.buttons[0]?.url ?? '').searchParams.get('start') ?? ''
    expect((await stage.fake.startWith({ user: EVE, payload })).text).toBe('✅ Note 1 is kept: secret')
    expect(stage.app.data.notes).toHaveLength(1)
  })
})

describe('the watch over the webhook', () => {
  const WEBHOOK = { url: 'https://pos.example/telegram/path', secret: 'secret' }
  let fake: TelegramFake
  let now: number
  let wake: (() => void) | undefined
  const logged: string[] = []
  const told: string[] = []
  const timers: Timers = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        wake = () => {
          now += ms
          resolve()
        }
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
  }
  const log = { info: note, warn: note, error: note }
  function note(_fields: object, message: string): void {
    logged.push(message)
  }
  beforeEach(async () => {
    fake = await startTelegramFake()
    now = Date.now()
    logged.length = 0
    told.length = 0
  })
  afterEach(() => fake.close())

  it('tells operators once an hour when somebody set another one, and sets ours again', async () => {
    const api = createTelegramApi({ token: fake.token, apiUrl: fake.apiRoot })
    await setWebhook(api, WEBHOOK)
    const watch = watchWebhook({ api, timers, log, webhook: WEBHOOK, onForeign: (host) => told.push(host) })
    const aMinuteLater = async (): Promise<void> => {
      const before = wake
      before?.()
      await expect.poll(() => wake !== before).toBe(true)
    }
    await aMinuteLater()
    expect(watch.isConnected()).toBe(true)
    expect(logged).toEqual([])

    fake.stealWebhook('https://thief.example.org/hook?x=1')
    await aMinuteLater()
    expect(watch.isConnected()).toBe(false)
    expect(told).toEqual(['thief.example.org'])
    expect(fake.requestsOf('setWebhook').at(-1)?.payload).toMatchObject({ url: WEBHOOK.url, secret_token: 'secret' })
    await aMinuteLater()
    expect(watch.isConnected()).toBe(true)

    await api.call('deleteWebhook', {})
    await aMinuteLater()
    expect(told).toEqual(['thief.example.org'])
    now += 60 * MINUTE_MS
    await api.call('deleteWebhook', {})
    await aMinuteLater()
    expect(told).toEqual(['thief.example.org', 'none'])
    expect(logged.filter((message) => message.includes('was changed'))).toHaveLength(3)

    fake.failNext({ method: 'getWebhookInfo', times: 1, kind: 'server-error' })
    await aMinuteLater()
    expect(watch.isConnected()).toBe(false)
    await aMinuteLater()
    expect(watch.isConnected()).toBe(true)
    await watch.stop()
    expect(fake.violations).toEqual([])
  })
})

it.each([
  [null],
  ['x'],
  [[1]],
  [{}],
  [{ update_id: '1' }],
  [{ update_id: 1.5 }],
  [{ update_id: 2 ** 60 }],
  [{ update_id: 1, callback_query: { id: 'x'.repeat(99), from: { id: 1 } } }],
  [{ update_id: 1, callback_query: { id: 'a b', from: { id: 1 } } }],
  [{ update_id: 1, message: { date: 'soon', from: { id: 'me' } } }],
  [{ update_id: 1, message: { date: 1, from: { id: 'me' } } }],
  [{ update_id: 1, callback_query: {} }],
])('reads no update from %j', (body) => {
  expect(readDelivery(body, 0)).toBeUndefined()
})

it('reads an update as it came', () => {
  const body = { update_id: 5, message: { date: 86_400, from: { id: 7 }, text: '\0' } }
  expect(readDelivery(body, 9)).toEqual({ key: '5.1', updateId: 5, lane: 7, content: JSON.stringify(body), receivedAt: 9 })
})
