import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../../core/shared/fault.ts'
import { startTelegramFake } from '../../test/support/telegram/telegram-fake.ts'
import { ANN, BOB, GROUP, LIN, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'
import { startTelegramBot } from './start-telegram-bot.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

const logged = (part: string): boolean => stage.app.logged.some(({ message }) => message.includes(part))
/** A call that the bot does not make, in its name. */
const call = (method: string, payload: object = {}) =>
  fetch(`${stage.fake.apiRoot}/bot${stage.fake.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  })

describe('hearing', () => {
  it('asks only for what it handles', async () => {
    await stage.fake.untilPolling()
    const info = (await (await call('getWebhookInfo')).json()) as { result: { allowed_updates: string[] } }
    expect(info.result.allowed_updates).toEqual(['message', 'edited_message', 'callback_query', 'my_chat_member'])
    expect(stage.bot.isConnected()).toBe(true)
  })

  it('is not held up by an update that takes long', async () => {
    const { fake, app } = stage
    const slow = fake.send({ user: BOB, text: '/wait' })
    await app.waiting
    const quick = fake.send({ user: LIN, text: '/status' })
    await fake.until(() => fake.messages(LIN)[0], 'the answer to Lin')
    const later = fake.send({ user: LIN, text: '/balance' })
    await fake.until(() => fake.messages(LIN)[1], 'the second answer to Lin')
    app.openGate()
    await Promise.all([slow, quick, later])
    expect(fake.messages(LIN)).toHaveLength(2)
  })

  it('confirms no update before it was handled: a process that dies leaves it to the next, and nothing happens twice', async () => {
    const { fake, app, requests } = stage
    const slow = fake.send({ user: BOB, text: '/wait' })
    const isConfirmed = slow.then(() => true)
    await app.waiting
    // The first process hears nothing more, as if it were dead; its update is still there for the second.
    await stage.restart()
    await stage.heard(2)
    expect(await Promise.race([isConfirmed, Promise.resolve(false)])).toBe(false)
    app.openGate()
    await slow
    expect(new Set(requests.map(({ key }) => key)).size).toBe(1)
    expect(app.data.waits).toBe(1)
  })

  it('is not held up by a group that takes no more messages for a while', async () => {
    const { fake, app, requests } = stage
    const members = Array.from({ length: 30 }, (_, index) => fake.addUser({ id: 2_000 + index, firstName: 'M', started: true }).id)
    const asked = members.map((user) => fake.send({ user, chat: GROUP, text: '/status' }))
    await stage.heard(30)
    await fake.send({ user: BOB, text: '/balance' })
    expect(fake.messages(GROUP)).toHaveLength(20)
    expect(requests).toHaveLength(31)
    expect(app.bugs).toEqual([])
    await stage.bot.stop()
    expect(logged('answers that waited for their turn')).toBe(true)
    await Promise.all(asked)
  })

  it('keeps the messages of one member in order', async () => {
    const { fake, app, requests } = stage
    const first = fake.send({ user: BOB, text: '/wait' })
    await app.waiting
    const second = fake.send({ user: BOB, text: '/balance' })
    const other = fake.send({ user: ANN, text: '/status' })
    await fake.until(() => fake.messages(ANN)[0], 'the answer to Ann, who wrote last')
    expect(requests.map(({ command }) => command)).toEqual(['wait', 'status'])
    app.openGate()
    await Promise.all([first, second, other])
    expect(requests.map(({ command }) => command)).toEqual(['wait', 'status', 'balance'])
  })

  it('finishes what runs when it is stopped, and the next process does not see it again', async () => {
    const { fake, app } = stage
    const slow = fake.send({ user: BOB, text: '/wait' })
    await app.waiting
    const stopping = stage.bot.stop()
    expect(stage.bot.isConnected()).toBe(false)
    app.openGate()
    await stopping
    expect((await slow).text).toBe('✅ Waited.')
    await stage.restart()
    await fake.untilPolling()
    expect(app.data.waits).toBe(1)
    expect(fake.messages(BOB)).toHaveLength(1)
  })

  it('gives way to another poller with a clear line, and comes back when that ends', async () => {
    const { fake } = stage
    await fake.untilPolling()
    await call('getUpdates', { timeout: 0 })
    await fake.until(() => (logged('another process reads the updates') ? true : undefined), 'the log line')
    expect(stage.bot.isConnected()).toBe(false)
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
    expect(stage.bot.isConnected()).toBe(true)
  })

  it('names the danger when somebody else sets a webhook', async () => {
    const { fake } = stage
    await fake.untilPolling()
    fake.stealWebhook('https://thief.example.org/hook')
    await fake.until(() => (logged('somebody set a webhook') ? true : undefined), 'the log line')
    await call('deleteWebhook')
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
  })

  it('hears again after the network was gone', async () => {
    const { fake } = stage
    await fake.untilPolling()
    fake.failNext({ method: 'getUpdates', times: 2, kind: 'drop-before' })
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
    expect(logged('Telegram does not answer')).toBe(true)
    expect(logged('Telegram answers again')).toBe(true)
  })

  it('takes off the webhook of an earlier set-up, and loses nothing that waits there', async () => {
    await stage.bot.stop()
    await call('setWebhook', { url: 'https://old.example.org/hook' })
    await stage.restart()
    expect((await stage.fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
    expect(logged('a webhook was set')).toBe(true)
  })

  it('takes note when a member blocks it, and when a group takes it in', async () => {
    const { fake, app } = stage
    await fake.untilPolling()
    fake.block(BOB)
    await fake.until(() => (logged('the place of the Telegram bot') ? true : undefined), 'the log line')
    expect(app.bugs).toEqual([])
  })
})

describe('answering', () => {
  it('waits as long as the platform asks', async () => {
    const { fake, app } = stage
    fake.rateLimitNext(1, 1, 'sendMessage')
    expect((await fake.send({ user: BOB, text: '/note_add one' })).text).toBe('✅ Note 1 is kept: one')
    expect(fake.requestsOf('sendMessage').map(({ code }) => code)).toEqual([429, 200])
    expect(app.data.notes).toHaveLength(1)
  })

  it('tries again when the platform fails', async () => {
    const { fake } = stage
    fake.failNext({ method: 'sendMessage', times: 1, kind: 'server-error' })
    fake.failNext({ method: 'sendMessage', times: 1, kind: 'drop-before' })
    expect((await fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
  })

  it('gives up a member who blocked it meanwhile, and an answer that is never taken', async () => {
    const { fake, app } = stage
    const slow = fake.sendNoAnswer({ user: BOB, text: '/wait' })
    await app.waiting
    fake.block(BOB)
    app.openGate()
    await slow
    expect(logged('a member blocked the Telegram bot')).toBe(true)
    fake.failNext({ method: 'sendMessage', times: 4, kind: 'server-error' })
    await fake.sendNoAnswer({ user: LIN, text: '/status' })
    expect((await fake.send({ user: LIN, text: '/status' })).text).toBe('一切正常。')
    expect(logged('answer could not be shown')).toBe(true)
  })

  it('reports a bug of its own, and tells the member the number', async () => {
    const { fake, app } = stage
    app.prompts.take = () => Promise.reject(new Error('a bug'))
    expect((await fake.send({ user: BOB, text: '/status' })).text).toContain('It was reported under BUG-1.')
    app.prompts.take = () => Promise.reject(new Fault('database', 'gone', { retryable: true }))
    expect((await fake.send({ user: LIN, text: '/status' })).text).toContain('fault.database')
    expect(app.bugs).toHaveLength(1)
  })
})

describe('starting', () => {
  it('refuses a wrong token in a clear sentence', async () => {
    const start = startTelegramBot({ app: stage.app, token: '123456:wrong', apiUrl: stage.fake.apiRoot, records: stage.records })
    await expect(start).rejects.toThrow('Telegram does not accept the bot token.')
    await expect(start).rejects.toMatchObject({ source: 'telegram', retryable: false })
  })

  it('is retryable when the platform does not answer', async () => {
    const fake = await startTelegramFake()
    fake.failNext({ method: 'getMe', times: 9, kind: 'server-error' })
    const start = startTelegramBot({ app: stage.app, token: fake.token, apiUrl: fake.apiRoot, records: stage.records })
    await expect(start).rejects.toMatchObject({ source: 'telegram', retryable: true })
    await fake.close()
  }, 30_000)

  it('sets a menu for each scope and language, once', async () => {
    const { fake } = stage
    const privately = { type: 'all_private_chats' }
    expect(fake.commands(privately)).toContainEqual({ command: 'note_add', description: 'Keeps a note' })
    expect(fake.commands(privately, 'zh')).toContainEqual({ command: 'note_add', description: '保存一条笔记' })
    expect(fake.commands(privately).map(({ command }) => command)).not.toContain('event_create')
    expect(fake.menuFor({ user: LIN, chat: GROUP }).map(({ command }) => command)).toEqual(['status', 'greet'])
    expect(fake.requestsOf('setMyCommands')).toHaveLength(4)
    await stage.bot.stop()
    await stage.restart()
    expect(fake.requestsOf('setMyCommands')).toHaveLength(4)
  })

  it('goes on without a menu, and says when it is not in its group', async () => {
    await stage.close()
    stage = await startTelegramStage({
      chatId: '-1009',
      before: (fake) => fake.failNext({ method: 'setMyCommands', times: 4, kind: 'server-error' }),
    })
    expect(logged('a menu of commands could not be set')).toBe(true)
    expect(logged('not in the group of the community')).toBe(true)
    expect((await stage.fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
  })
})
