import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startTelegramFake, type TelegramFake } from './telegram-fake.ts'

const ALICE = 1001
const GROUP = -1_001_000_000_001
const replyShape = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.int().optional(),
  description: z.string().optional(),
})
const updatesShape = z.array(z.looseObject({ update_id: z.int() }))

const pressShape = z.looseObject({ callback_query: z.looseObject({ id: z.string() }) })

let fake: TelegramFake

beforeEach(async () => {
  fake = await startTelegramFake({ privacyMode: false })
  fake.addUser({ id: ALICE, firstName: 'Alice', started: true })
  fake.addGroup({ id: GROUP, title: 'Community', username: 'pos_community', topics: [{ id: 7, name: 'Reviews' }] })
})

afterEach(async () => {
  await fake.close()
})

async function call(method: string, payload: object = {}): Promise<z.infer<typeof replyShape>> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) }
  const response = await fetch(`${fake.apiRoot}/bot${fake.token}/${method}`, init)
  const reply = replyShape.parse(await response.json())
  expect(response.status).toBe(reply.ok ? 200 : reply.error_code)
  return reply
}

const idOf = (result: unknown) => z.looseObject({ message_id: z.int() }).parse(result).message_id
const poll = async (payload: object) => updatesShape.parse((await call('getUpdates', payload)).result).map((update) => update.update_id)

/** Lets a person write without waiting for an answer; the wait ends when the fake closes. */
function say(text: string): void {
  fake.send({ user: ALICE, text }).catch(() => undefined)
}

describe('getUpdates', () => {
  it('repeats what is not confirmed, gives at most limit, and forgets what an offset confirms', async () => {
    for (const text of ['one', 'two', 'three']) say(text)
    const first = await poll({ limit: 2 })
    expect(first).toHaveLength(2)
    expect(await poll({ limit: 2 })).toEqual(first)
    const [third] = await poll({ offset: first[1]! + 1 })
    expect(third).toBe(first[1]! + 1)
    expect(await poll({ offset: third! + 1 })).toEqual([])
    expect(await poll({})).toEqual([])
  })

  it('counts a negative offset from the end and forgets the rest', async () => {
    for (const text of ['one', 'two', 'three']) say(text)
    const last = await poll({ offset: -1 })
    expect(last).toHaveLength(1)
    expect(await poll({})).toEqual(last)
  })

  it('holds a call until something comes', async () => {
    const held = poll({ timeout: 30 })
    await fake.untilPolling()
    say('now')
    expect(await held).toHaveLength(1)
  })

  it('queues only the kinds of updates the bot asked for', async () => {
    await poll({ allowed_updates: ['callback_query'] })
    await expect(fake.send({ user: ALICE, text: 'x' })).rejects.toThrow('the bot does not listen to message')
    expect(fake.block(ALICE)).toBeUndefined()
    await poll({ allowed_updates: [] })
    expect(fake.unblock(ALICE)).toBeGreaterThan(0)
  })

  it('tells who waits for what when the fake closes', async () => {
    const waiting = fake.send({ user: ALICE, text: 'x' }).then(() => 'answered', String)
    await fake.close()
    expect(await waiting).toContain('the Telegram fake was closed')
  })
})

describe('messages', () => {
  it('takes GET, forms and JSON alike, and @names of public chats', async () => {
    const address = `${fake.apiRoot}/bot${fake.token}/sendMessage`
    expect((await fetch(`${address}?chat_id=${ALICE}&text=get&disable_notification=true`)).status).toBe(200)
    const keyboard = JSON.stringify({ inline_keyboard: [[{ text: 'b', callback_data: 'd' }]] })
    const form = new URLSearchParams({ chat_id: '@pos_community', text: 'form', reply_markup: keyboard })
    expect((await fetch(address, { method: 'POST', body: form })).status).toBe(200)
    expect(fake.messages(ALICE)[0]?.text).toBe('get')
    expect(fake.messages(GROUP)[0]?.buttons[0]?.data).toBe('d')
    expect(fake.violations).toEqual([])
  })

  it('edits keyboards and captions, and takes a keyboard away when an edit brings none', async () => {
    const markup = { inline_keyboard: [[{ text: 'b', callback_data: 'd', hide: false }]] }
    const message_id = idOf((await call('sendMessage', { chat_id: ALICE, text: 'x', reply_markup: markup })).result)
    expect((await call('editMessageReplyMarkup', { chat_id: ALICE, message_id, reply_markup: markup })).description).toContain(
      'not modified',
    )
    expect((await call('editMessageReplyMarkup', { chat_id: ALICE, message_id })).ok).toBe(true)
    expect(fake.messages(ALICE)[0]).toMatchObject({ buttons: [], edits: 1 })
    expect((await call('editMessageCaption', { chat_id: ALICE, message_id, caption: 'c' })).description).toBe(
      'Bad Request: there is no caption in the message to edit',
    )
    expect((await call('editMessageText', { chat_id: ALICE, text: 'y' })).description).toBe(
      'Bad Request: message identifier is not specified',
    )
  })

  it('lets the bot delete its own and, as administrator, those of others', async () => {
    say('mine')
    const waiting = fake.send({ user: ALICE, chat: GROUP, text: 'spam' }).then(() => 'answered', String)
    const [spam] = fake.history(GROUP)
    const remove = () => call('deleteMessage', { chat_id: GROUP, message_id: spam!.messageId })
    expect((await remove()).description).toBe("Bad Request: message can't be deleted")
    expect((await call('editMessageText', { chat_id: GROUP, message_id: spam!.messageId, text: 'x' })).description).toBe(
      "Bad Request: message can't be edited",
    )
    fake.setBotStatus(GROUP, 'administrator', ALICE)
    expect((await remove()).ok).toBe(true)
    expect(fake.history(GROUP)).toEqual([])
    await fake.close()
    await waiting
  })

  it('refuses a reply to nothing, a closed topic, entities outside the text and unknown files', async () => {
    const send = async (extra: object) => (await call('sendMessage', { chat_id: GROUP, text: 'x', ...extra })).description
    expect(await send({ reply_parameters: { message_id: 9 } })).toBe('Bad Request: message to be replied not found')
    expect(await send({ reply_parameters: { message_id: 9, allow_sending_without_reply: true } })).toBeUndefined()
    fake.closeTopic(GROUP, 7)
    expect(await send({ message_thread_id: 7 })).toBe('Bad Request: TOPIC_CLOSED')
    expect(await send({ entities: [{ type: 'bold', offset: 0, length: 2 }] })).toContain('ends after the end of the text')
    expect(await send({ parse_mode: 'BBCode' })).toBe('Bad Request: unsupported parse_mode')
    expect(await send({ reply_markup: { inline_keyboard: [[{ text: 'b' }]] } })).toContain('Text buttons are unallowed')
    expect(await send({ reply_markup: { inline_keyboard: [[{ text: 'b', url: 'http://localhost:1' }]] } })).toContain('Wrong HTTP URL')
    expect((await call('sendPhoto', { chat_id: GROUP, photo: 'nope' })).description).toContain('wrong remote file identifier')
    expect((await call('sendChatAction', { chat_id: GROUP, action: 'thinking' })).description).toBe(
      'Bad Request: wrong parameter action in request',
    )
  })

  it('posts into a channel only as administrator', async () => {
    fake.addChannel({ id: -1_002_000_000_001, title: 'News', botStatus: 'member' })
    expect((await call('sendMessage', { chat_id: -1_002_000_000_001, text: 'x' })).description).toContain('need administrator rights')
    fake.setBotStatus(-1_002_000_000_001, 'administrator', ALICE)
    expect((await call('sendMessage', { chat_id: -1_002_000_000_001, text: 'x' })).ok).toBe(true)
    expect(fake.messages(-1_002_000_000_001)).toHaveLength(1)
  })
})

describe('age', () => {
  it('lets a press be answered for a while and a message be deleted for two days', async () => {
    await fake.close()
    let now = 1_700_000_000_000
    fake = await startTelegramFake({ now: () => now, callbackQueryTtlMs: 15_000 })
    fake.addUser({ id: ALICE, firstName: 'Alice', started: true })
    const reply_markup = { inline_keyboard: [[{ text: 'b', callback_data: 'd' }]] }
    await call('sendMessage', { chat_id: ALICE, text: 'x', reply_markup })
    const [message] = fake.messages(ALICE)
    const answerAfter = async (milliseconds: number) => {
      fake.press({ user: ALICE, message: message!, data: 'd' }).catch(() => undefined)
      const [update] = z.array(pressShape).parse((await call('getUpdates', { offset: -1 })).result)
      now += milliseconds
      return (await call('answerCallbackQuery', { callback_query_id: update!.callback_query.id })).ok
    }
    expect(await answerAfter(15_000)).toBe(true)
    expect(await answerAfter(15_001)).toBe(false)
    now += 48 * 3_600_000
    expect((await call('deleteMessage', { chat_id: ALICE, message_id: message!.messageId })).description).toBe(
      "Bad Request: message can't be deleted for everyone",
    )
  })
})

describe('the rest', () => {
  it('finds a misspelt key and a wrong type by the official document', async (context) => {
    if (!fake.hasContract) context.skip('no official document at ../shared/specs')
    const keyboard = { inline_keyboard: [[{ text: 'b', callback_dat: 'x' }]] }
    expect((await call('sendMessage', { chat_id: ALICE, text: 'x', reply_markup: keyboard })).error_code).toBe(400)
    expect((await call('sendMessage', { chat_id: ALICE, text: 'x', message_thread_id: '7' })).error_code).toBe(400)
    expect((await call('sendMessage', { chat_id: ALICE, text: 'x', disable_web_page_preview: true })).error_code).toBe(400)
    expect(fake.violations.map((violation) => violation.problem)).toEqual([
      expect.stringContaining('callback_dat'),
      expect.stringContaining('message_thread_id'),
      expect.stringContaining('disable_web_page_preview'),
    ])
  })

  it('shows each person the menu that the platform would show', async () => {
    fake.addUser({ id: 1003, firstName: 'Chen', languageCode: 'zh-hans' })
    fake.addMember(GROUP, ALICE, 'administrator')
    const set = async (description: string, extra: object) => call('setMyCommands', { commands: [{ command: 'c', description }], ...extra })
    await set('default', {})
    await set('默认', { language_code: 'zh' })
    await set('administrators', { scope: { type: 'all_chat_administrators' } })
    await set('here', { scope: { type: 'chat', chat_id: GROUP } })
    const seen = (user: number, chat?: number) => fake.menuFor({ user, ...(chat === undefined ? {} : { chat }) })[0]?.description
    expect(seen(ALICE)).toBe('default')
    expect(seen(1003)).toBe('默认')
    expect(seen(1003, GROUP)).toBe('here')
    await call('deleteMyCommands', { scope: { type: 'chat', chat_id: GROUP } })
    expect([seen(ALICE, GROUP), seen(1003, GROUP)]).toEqual(['administrators', '默认'])
  })

  it('enforces the published sending limits when asked to', async () => {
    let now = 1_700_000_000_000
    const limited = await startTelegramFake({ floodLimits: true, now: () => now })
    limited.addGroup({ id: GROUP, title: 'Community' })
    const send = async () => {
      const response = await fetch(`${limited.apiRoot}/bot${limited.token}/sendMessage?chat_id=${GROUP}&text=x`)
      return z.looseObject({ parameters: z.object({ retry_after: z.int() }).optional() }).parse(await response.json()).parameters
        ?.retry_after
    }
    try {
      for (let index = 0; index < 20; index++) expect(await send()).toBeUndefined()
      now += 15_000
      expect(await send()).toBe(45)
      now += 45_000
      expect(await send()).toBeUndefined()
    } finally {
      await limited.close()
    }
  })

  it('acknowledges documented methods it does not act out only where the platform says true', async (context) => {
    if (!fake.hasContract) context.skip('no official document at ../shared/specs')
    expect((await call('pinChatMessage', { chat_id: GROUP, message_id: 1 })).ok).toBe(true)
    expect((await call('pinChatMessage', { chat_id: 5, message_id: 1 })).description).toBe('Bad Request: chat not found')
    expect(fake.violations).toEqual([])
    expect((await call('sendDice', { chat_id: GROUP })).description).toBe('Bad Request: sendDice is not acted out by this fake')
    expect(fake.violations).toHaveLength(1)
  })

  it('refuses to answer an unknown query and menus for strange scopes and languages', async () => {
    expect((await call('answerCallbackQuery', { callback_query_id: '1' })).description).toContain('query is too old')
    const commands = [{ command: 'help', description: 'Help' }]
    expect((await call('setMyCommands', { commands, language_code: 'zh-hans' })).description).toBe('Bad Request: LANG_CODE_INVALID')
    expect((await call('setMyCommands', { commands, scope: { type: 'chat', chat_id: 5 } })).description).toBe('Bad Request: chat not found')
    expect((await call('setMyCommands', { commands, scope: { type: 'chat', chat_id: GROUP } })).ok).toBe(true)
    expect(fake.commands({ type: 'chat', chat_id: GROUP })).toEqual(commands)
    expect(fake.commands()).toEqual([])
  })

  it('refuses a webhook on a strange port or with a strange secret', async () => {
    expect((await call('setWebhook', { url: 'https://x.example:3000/' })).description).toContain('only on ports')
    expect((await call('setWebhook', { url: 'https://x.example/', secret_token: 'a b' })).description).toContain('unallowed characters')
    expect((await call('setWebhook', { url: 'https://x.example/' })).ok).toBe(true)
    say('nobody stands behind that address')
    expect((await call('getUpdates')).error_code).toBe(409)
    expect((await call('deleteWebhook')).ok).toBe(true)
    expect(await poll({ timeout: 5 })).toHaveLength(1)
  })

  it('answers 502 and 429 as planned, for one method only', async () => {
    fake.failNext({ method: 'getMe', times: 2, kind: 'server-error' })
    expect((await call('getChat', { chat_id: ALICE })).ok).toBe(true)
    expect((await call('getMe')).error_code).toBe(502)
    expect((await call('getMe')).error_code).toBe(502)
    expect((await call('getMe')).ok).toBe(true)
    fake.rateLimitNext(1, 30, 'sendMessage')
    expect((await call('sendMessage', { chat_id: ALICE, text: 'x' })).description).toBe('Too Many Requests: retry after 30')
  })
})
