import Fastify from 'fastify'
import { Markup, Telegraf, TelegramError } from 'telegraf'
import type { Update } from 'telegraf/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTelegramFake, type TelegramFake } from './telegram-fake.ts'

const ALICE = 1001
const BOB = 1002
const GROUP = -1_001_000_000_001

let fake: TelegramFake
let bot: Telegraf
let launched: Promise<void> | undefined

beforeEach(async () => {
  fake = await startTelegramFake()
  fake.addUser({ id: ALICE, firstName: 'Alice', username: 'alice', languageCode: 'en', started: true })
  fake.addUser({ id: BOB, firstName: 'Bob' })
  bot = newBot()
})

afterEach(async () => {
  if (launched) bot.stop()
  await fake.close()
  await launched?.catch(() => undefined)
  launched = undefined
})

function newBot(): Telegraf {
  const made = new Telegraf(fake.token, { telegram: { apiRoot: fake.apiRoot } })
  made.catch((error) => {
    throw error
  })
  return made
}

async function launch(): Promise<void> {
  launched = bot.launch()
  launched.catch(() => undefined)
  await fake.untilPolling()
}

async function refusal(call: Promise<unknown>): Promise<TelegramError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof TelegramError) return error
  throw new Error(`expected a refusal of the platform, got ${String(error)}`)
}

/** A call that telegraf's types would not allow. @returns the HTTP status */
async function callAny(method: string, payload: object): Promise<number> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) }
  return (await fetch(`${fake.apiRoot}/bot${fake.token}/${method}`, init)).status
}

describe('a conversation by long poll', () => {
  it('answers a command, with its tags read and its buttons listed', async () => {
    bot.command('balance', (ctx) =>
      ctx.reply('You hold <b>12</b> PoS &amp; more', {
        parse_mode: 'HTML',
        reply_markup: Markup.inlineKeyboard([
          [Markup.button.callback('Send', 'send:1'), Markup.button.url('Site', 'https://pos.example.org')],
        ]).reply_markup,
      }),
    )
    await launch()
    const answer = await fake.send({ user: ALICE, text: '/balance now' })
    expect(answer.text).toBe('You hold 12 PoS & more')
    expect(answer.parseMode).toBe('HTML')
    expect(answer.buttons.map(({ text, data, url }) => ({ text, data, url }))).toEqual([
      { text: 'Send', data: 'send:1', url: undefined },
      { text: 'Site', data: undefined, url: 'https://pos.example.org' },
    ])
    expect(answer.last?.entities).toEqual([{ type: 'bold', offset: 9, length: 2 }])
    expect(fake.messages(ALICE)).toHaveLength(1)
    expect(fake.violations).toEqual([])
  })

  it('presses a button: the query is answered once and the message edited in place', async () => {
    let second: TelegramError | undefined
    bot.command('vote', (ctx) => ctx.reply('Vote?', Markup.inlineKeyboard([Markup.button.callback('Yes', 'vote:yes')])))
    bot.action('vote:yes', async (ctx) => {
      await ctx.answerCbQuery('Counted', { show_alert: true })
      second = await refusal(ctx.answerCbQuery('again'))
      await ctx.editMessageText('You said yes')
    })
    await launch()
    const asked = await fake.send({ user: ALICE, text: '/vote' })
    const pressed = await fake.press({ user: ALICE, message: asked.messages[0]!, data: 'vote:yes' })
    expect(pressed.callbackAnswer).toEqual({ text: 'Counted', showAlert: true, cacheTime: 0 })
    expect(pressed.edited.map((message) => message.text)).toEqual(['You said yes'])
    expect(pressed.messages).toEqual([])
    expect(second?.response.description).toBe('Bad Request: query is too old and response timeout expired or query ID is invalid')
    expect(fake.messages(ALICE)[0]?.buttons).toEqual([])
    await expect(fake.press({ user: ALICE, message: asked.messages[0]!, data: 'vote:yes' })).rejects.toThrow('has no button')
  })

  it('refuses the answer to a query that is too old', async () => {
    let late: TelegramError | undefined
    bot.command('vote', (ctx) => ctx.reply('Vote?', Markup.inlineKeyboard([Markup.button.callback('Yes', 'y')])))
    bot.action('y', async (ctx) => {
      late = await refusal(ctx.answerCbQuery())
    })
    await launch()
    const asked = await fake.send({ user: ALICE, text: '/vote' })
    const pressed = await fake.press({ user: ALICE, message: asked.messages[0]!, data: 'y', expired: true })
    expect(pressed.callbackAnswer).toBeUndefined()
    expect(late?.code).toBe(400)
  })

  it('opens a deep link and lets the bot write to that person from then on', async () => {
    bot.start((ctx) => ctx.reply(`payload=${ctx.payload}`))
    await launch()
    expect((await refusal(bot.telegram.sendMessage(BOB, 'hi'))).response.description).toBe(
      "Forbidden: bot can't initiate conversation with a user",
    )
    expect((await fake.startWith({ user: BOB, payload: 'link-42' })).text).toBe('payload=link-42')
    await expect(bot.telegram.sendMessage(BOB, 'hi')).resolves.toMatchObject({ text: 'hi' })
  })

  it('says what was awaited when the bot stays silent, and proves silence', async () => {
    bot.command('quiet', () => undefined)
    bot.command('loud', (ctx) => ctx.reply('boo'))
    await launch()
    await expect(fake.send({ user: ALICE, text: '/quiet', timeoutMs: 50 })).rejects.toThrow('an answer to "/quiet" in chat 1001')
    await fake.sendNoAnswer({ user: ALICE, text: '/quiet' })
    await expect(fake.sendNoAnswer({ user: ALICE, text: '/loud' })).rejects.toThrow('should have said nothing, but said "boo"')
  })

  it('delivers an edit by a person, a channel post, a bot message and one update twice', async () => {
    const seen: string[] = []
    bot.use((ctx, next) => {
      seen.push(ctx.updateType)
      return next()
    })
    bot.command('once', (ctx) => ctx.reply('done'))
    fake.addGroup({ id: GROUP, title: 'Community' })
    fake.addChannel({ id: -1_002_000_000_001, title: 'News' })
    await launch()
    const answer = await fake.send({ user: ALICE, text: '/once' })
    expect((await fake.redeliver(answer.updateId)).text).toBe('done')
    await fake.edit({ user: ALICE, message: fake.history(ALICE)[0]!, text: '/twice' })
    await fake.channelPost({ chat: -1_002_000_000_001, text: 'news' })
    await fake.fromBot({ chat: GROUP, text: 'as an administrator' })
    expect(seen).toEqual(['message', 'message', 'edited_message', 'channel_post', 'message'])
  })
})

describe('groups', () => {
  beforeEach(() => {
    fake.addGroup({ id: GROUP, title: 'Community', topics: [{ id: 7, name: 'Reviews' }] })
    bot.command('top', (ctx) => ctx.reply('1. Alice'))
    bot.on('text', (ctx) => ctx.reply(`heard ${ctx.message.text}`))
  })

  it('answers /cmd@bot in the topic it was asked in, and never sees what privacy mode hides', async () => {
    await launch()
    const answer = await fake.send({ user: ALICE, chat: GROUP, topicId: 7, text: '/top@pos_test_bot' })
    expect(answer.text).toBe('1. Alice')
    expect(answer.last?.topicId).toBe(7)
    await fake.sendNoAnswer({ user: ALICE, chat: GROUP, text: '/top@another_bot' })
    await expect(fake.send({ user: ALICE, chat: GROUP, text: 'chatter' })).rejects.toThrow('privacy mode hides "chatter"')
    expect((await fake.send({ user: ALICE, chat: GROUP, text: 'yes', replyTo: answer.last! })).text).toBe('heard yes')
  })

  it('refuses an unknown topic, a group it left, a group that kicked it and a group that moved', async () => {
    const { telegram } = bot
    expect((await refusal(telegram.sendMessage(GROUP, 'x', { message_thread_id: 8 }))).response.description).toBe(
      'Bad Request: message thread not found',
    )
    fake.setBotStatus(GROUP, 'kicked', ALICE)
    expect((await refusal(telegram.sendMessage(GROUP, 'x'))).response.description).toBe(
      'Forbidden: bot was kicked from the supergroup chat',
    )
    fake.setBotStatus(GROUP, 'left', ALICE)
    expect((await refusal(telegram.sendMessage(GROUP, 'x'))).response.description).toBe(
      'Forbidden: bot is not a member of the supergroup chat',
    )
    fake.addGroup({ id: -77, title: 'Small', type: 'group' })
    fake.migrate(-77, -1_003_000_000_001, ALICE)
    const moved = await refusal(telegram.sendMessage(-77, 'x'))
    expect(moved.response).toMatchObject({ error_code: 400, parameters: { migrate_to_chat_id: -1_003_000_000_001 } })
    await expect(telegram.sendMessage(-1_003_000_000_001, 'x')).resolves.toBeDefined()
  })

  it('tells members and administrators', async () => {
    fake.addMember(GROUP, ALICE, 'creator')
    fake.addMember(GROUP, BOB)
    expect((await bot.telegram.getChatMember(GROUP, ALICE)).status).toBe('creator')
    expect((await bot.telegram.getChatMember(GROUP, BOB)).status).toBe('member')
    expect((await bot.telegram.getChatAdministrators(GROUP)).map((member) => member.user.id)).toEqual([ALICE])
    expect(await bot.telegram.getChat(GROUP)).toMatchObject({ title: 'Community', is_forum: true })
    expect(fake.violations).toEqual([])
  })
})

describe('refusals of the platform', () => {
  it.each([
    ['', {}, 'message text is empty'],
    ['  \n', {}, 'text must be non-empty'],
    ['x'.repeat(4097), {}, 'message is too long'],
    ['<b>x', { parse_mode: 'HTML' }, 'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'],
    ['2 < 3', { parse_mode: 'HTML' }, 'can\'t parse entities: Unsupported start tag "" at byte offset 2'],
  ] as const)('text %#: %s', async (text, extra, why) => {
    expect((await refusal(bot.telegram.sendMessage(ALICE, text, extra))).response).toMatchObject({
      error_code: 400,
      description: `Bad Request: ${why}`,
    })
  })

  it('measures the text after parsing: 4096 letters inside tags pass', async () => {
    await expect(bot.telegram.sendMessage(ALICE, `<b>${'y'.repeat(4096)}</b>`, { parse_mode: 'HTML' })).resolves.toBeDefined()
  })

  it('refuses wrong keyboards', async () => {
    const send = (data: string) =>
      refusal(bot.telegram.sendMessage(ALICE, 'x', { reply_markup: { inline_keyboard: [[{ text: 'b', callback_data: data }]] } }))
    expect((await send('я'.repeat(33))).response.description).toBe('Bad Request: BUTTON_DATA_INVALID')
    expect((await send('')).response.description).toBe('Bad Request: BUTTON_DATA_INVALID')
    const row = Array.from({ length: 101 }, (_, index) => [Markup.button.callback('b', `${index}`)])
    expect((await refusal(bot.telegram.sendMessage(ALICE, 'x', Markup.inlineKeyboard(row)))).response.description).toBe(
      'Bad Request: reply markup is too long',
    )
  })

  it('refuses edits that change nothing, of nothing, and of what is not the bot’s', async () => {
    const sent = await bot.telegram.sendMessage(ALICE, '<b>a</b>', { parse_mode: 'HTML' })
    const edit = (id: number, text: string) => bot.telegram.editMessageText(ALICE, id, undefined, text, { parse_mode: 'HTML' })
    expect((await refusal(edit(sent.message_id, '<strong>a</strong>'))).response.description).toMatch(
      /^Bad Request: message is not modified: /,
    )
    await expect(edit(sent.message_id, 'a')).resolves.toBeDefined()
    expect((await refusal(edit(999, 'a'))).response.description).toBe('Bad Request: message to edit not found')
    await bot.telegram.deleteMessage(ALICE, sent.message_id)
    expect((await refusal(bot.telegram.deleteMessage(ALICE, sent.message_id))).response.description).toBe(
      'Bad Request: message to delete not found',
    )
    expect((await refusal(bot.telegram.sendMessage(424242, 'x'))).response.description).toBe('Bad Request: chat not found')
  })

  it('answers 429 with retry_after as often as told', async () => {
    fake.rateLimitNext(1, 3)
    const limited = await refusal(bot.telegram.sendMessage(ALICE, 'x'))
    expect(limited.response).toMatchObject({ error_code: 429, parameters: { retry_after: 3 } })
    await expect(bot.telegram.sendMessage(ALICE, 'x')).resolves.toBeDefined()
  })

  it('breaks the connection before or after the work', async () => {
    fake.failNext({ times: 1, kind: 'drop-before' })
    await expect(bot.telegram.sendMessage(ALICE, 'lost')).rejects.toThrow('socket hang up')
    fake.failNext({ times: 1, kind: 'drop-after' })
    await expect(bot.telegram.sendMessage(ALICE, 'unknown outcome')).rejects.toThrow('socket hang up')
    expect(fake.messages(ALICE).map((message) => message.text)).toEqual(['unknown outcome'])
  })

  it('refuses whoever blocked the bot', async () => {
    fake.block(ALICE)
    expect((await refusal(bot.telegram.sendMessage(ALICE, 'x'))).response).toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    })
  })

  it('refuses a wrong token and unknown methods', async () => {
    const stranger = new Telegraf('123456:wrong', { telegram: { apiRoot: fake.apiRoot } })
    expect((await refusal(stranger.telegram.getMe())).code).toBe(401)
    expect(await callAny('sendMesage', {})).toBe(404)
    expect(fake.violations).toMatchObject([{ where: 'method', method: 'sendMesage' }])
  })
})

describe('commands, files and profile', () => {
  it('keeps one menu per scope and language', async () => {
    const { telegram } = bot
    await telegram.setMyCommands([{ command: 'help', description: 'Help' }])
    await telegram.setMyCommands([{ command: 'help', description: '帮助' }], { language_code: 'zh', scope: { type: 'all_private_chats' } })
    expect(fake.commands()).toEqual([{ command: 'help', description: 'Help' }])
    expect(fake.commands({ type: 'all_private_chats' }, 'zh')).toEqual([{ command: 'help', description: '帮助' }])
    expect(await telegram.getMyCommands({ scope: { type: 'all_private_chats' } })).toEqual([])
    await telegram.deleteMyCommands({ language_code: 'zh', scope: { type: 'all_private_chats' } })
    expect(fake.commands({ type: 'all_private_chats' }, 'zh')).toEqual([])
    const wrong = await Promise.all(
      [
        { command: 'Help', description: 'x' },
        { command: 'help', description: '' },
        { command: 'h'.repeat(33), description: 'x' },
        { command: 'help', description: 'x'.repeat(257) },
      ].map((command) => refusal(telegram.setMyCommands([command]))),
    )
    expect(wrong.map((error) => error.code)).toEqual([400, 400, 400, 400])
    const many = Array.from({ length: 101 }, (_, index) => ({ command: `c${index}`, description: 'x' }))
    expect((await refusal(telegram.setMyCommands(many))).response.description).toBe('Bad Request: BOT_COMMANDS_TOO_MUCH')
    await telegram.setMyDescription('Does things')
    expect((await telegram.getMyDescription()).description).toBe('Does things')
    expect(fake.violations).toEqual([])
  })

  it('takes a photo and a document by multipart and gives them back', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    const sent = await bot.telegram.sendPhoto(
      ALICE,
      { source: png, filename: 'chart.png' },
      {
        caption: '<i>Chart</i>',
        parse_mode: 'HTML',
        reply_markup: Markup.inlineKeyboard([Markup.button.callback('More', 'more')]).reply_markup,
      },
    )
    const [shown] = fake.messages(ALICE)
    expect(shown).toMatchObject({ text: 'Chart', file: { fileName: 'chart.png' }, buttons: [{ text: 'More', data: 'more' }] })
    expect(shown?.file?.bytes.equals(png)).toBe(true)
    const link = await bot.telegram.getFileLink(sent.photo[0]!.file_id)
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(png)).toBe(true)
    await bot.telegram.sendDocument(ALICE, { source: Buffer.from('a,b'), filename: 'ledger.csv' })
    expect(fake.messages(ALICE)[1]?.file?.fileName).toBe('ledger.csv')
    const long = bot.telegram.sendPhoto(ALICE, { source: png }, { caption: 'c'.repeat(1025) })
    expect((await refusal(long)).response.description).toBe('Bad Request: message caption is too long')
    expect(fake.violations).toEqual([])
  })
})

describe('how the bot listens', () => {
  it('lets only one poller live: the older call ends with 409', async () => {
    await launch()
    const first = launched
    const rival = newBot()
    const second = rival.launch()
    await expect(first).rejects.toThrow('409: Conflict: terminated by other getUpdates request')
    launched = undefined
    rival.stop()
    await second
  })

  it('refuses to poll while a webhook is set, also by a thief', async () => {
    await launch()
    fake.stealWebhook('https://thief.example.org/hook')
    await expect(launched).rejects.toThrow('409')
    launched = undefined
    expect((await bot.telegram.getWebhookInfo()).url).toBe('https://thief.example.org/hook')
    expect((await refusal(bot.telegram.callApi('getUpdates', {}))).response.description).toMatch(
      /^Conflict: can't use getUpdates method while webhook/,
    )
  })

  it('delivers by webhook into a Fastify server, with the secret, and again after a failure', async () => {
    const web = Fastify()
    const secrets: unknown[] = []
    let failures = 1
    bot.command('ping', (ctx) => ctx.reply('pong', Markup.inlineKeyboard([Markup.button.callback('Ok', 'ok')])))
    bot.action('ok', (ctx) => ctx.answerCbQuery('fine'))
    web.post<{ Body: Update }>('/telegram', async (request, reply) => {
      secrets.push(request.headers['x-telegram-bot-api-secret-token'])
      if (failures-- > 0) {
        await reply.code(503).send()
        return
      }
      reply.hijack()
      await bot.webhookCallback('/telegram', { secretToken: 's3cret' })(Object.assign(request.raw, { body: request.body }), reply.raw)
    })
    const origin = await web.listen({ port: 0, host: '127.0.0.1' })
    try {
      fake.routeWebhook('https://pos.example.org', origin)
      expect((await refusal(bot.telegram.setWebhook('http://pos.example.org/telegram'))).response.description).toBe(
        'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
      )
      await bot.telegram.setWebhook('https://pos.example.org/telegram', { secret_token: 's3cret' })
      const answer = await fake.send({ user: ALICE, text: '/ping' })
      expect(answer.text).toBe('pong')
      expect(secrets).toEqual(['s3cret', 's3cret'])
      expect((await bot.telegram.getWebhookInfo()).last_error_message).toBe('Wrong response from the webhook: 503 Service Unavailable')
      const pressed = await fake.press({ user: ALICE, message: answer.last!, data: 'ok' })
      expect(pressed.callbackAnswer?.text).toBe('fine')
      expect(fake.violations).toEqual([])
    } finally {
      await web.close()
    }
  })

  it('forgets pending updates when asked', async () => {
    bot.on('text', (ctx) => ctx.reply('late'))
    const early = fake.send({ user: ALICE, text: 'before the start' }).then(() => 'answered', String)
    await bot.telegram.deleteWebhook({ drop_pending_updates: true })
    expect(await early).toContain('drop pending updates')
  })
})
