import { afterEach, beforeEach, expect, it } from 'vitest'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { createChatAliases } from './chat-aliases.ts'
import { createMessenger } from './messenger.ts'
import { createPoster } from './poster.ts'
import { createSendQueue } from './send-queue.ts'
import { createTelegramApi } from './telegram-api.ts'
import { realTimers } from './timers.ts'
import { ANN, BOB, EVE, GROUP, startTelegramStage, TOPIC, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

const reply = (text: string): Reply => ({ audience: 'public', tone: 'info', lines: [sharedTexts.say('plain', { text })] })
const card = async () => {
  const shown = await stage.fake.send({ user: ANN, chat: GROUP, text: '/event_create Call' })
  return { shown: shown.last!, reference: stage.app.cards.get('EVT-1')![0]! }
}

it('sends to members, and knows who cannot be reached', async () => {
  const { messenger } = stage.bot
  expect(await messenger.sendPrivate(String(BOB), reply('Paid <b>'), { language: 'en', timeZone: 'UTC' })).toBe('sent')
  expect(stage.fake.messages(BOB).map(({ text }) => text)).toEqual(['Paid <b>'])
  expect(await messenger.sendPrivate(String(EVE), reply('x'), { language: 'en', timeZone: 'UTC' })).toBe('unreachable')
  expect(await messenger.sendPrivate('424242', reply('x'), { language: 'en', timeZone: 'UTC' })).toBe('unreachable')
  stage.fake.block(BOB)
  expect(await messenger.sendPrivate(String(BOB), reply('x'), { language: 'zh', timeZone: 'UTC' })).toBe('unreachable')
})

it('edits a card in place, the same text again too, and knows when it is gone', async () => {
  const { shown, reference } = await card()
  const { messenger } = stage.bot
  expect(await messenger.edit(reference, reply('Event EVT-1: 3 joined'), 'en')).toBe('edited')
  expect(await messenger.edit(reference, reply('Event EVT-1: 3 joined'), 'en')).toBe('edited')
  expect(stage.fake.messages(GROUP)).toMatchObject([{ messageId: shown.messageId, text: 'Event EVT-1: 3 joined', edits: 1 }])
  expect(await messenger.edit({ ...reference, messageId: '99999' }, reply('x'), 'en')).toBe('gone')
  stage.fake.setBotStatus(GROUP, 'kicked', ANN)
  expect(await messenger.edit(reference, reply('x'), 'en')).toBe('gone')
})

it('leaves a card behind that a moved group left behind', async () => {
  stage.fake.addGroup({ id: -77, title: 'Small', type: 'group' })
  await stage.fake.send({ user: ANN, chat: -77, text: '/event_create Call' })
  stage.fake.migrate(-77, -1_003_000_000_001, ANN)
  expect(await stage.bot.messenger.edit(stage.app.cards.get('EVT-1')![0]!, reply('x'), 'en')).toBe('gone')
})

it('leaves trying again to the worker, and tells when', async () => {
  const { fake, bot } = stage
  fake.rateLimitNext(1, 7, 'sendMessage')
  await expect(bot.messenger.sendPrivate(String(BOB), reply('x'), { language: 'en', timeZone: 'UTC' })).rejects.toMatchObject({
    source: 'telegram',
    retryable: true,
    retryAfterMs: 7_000,
  })
  fake.failNext({ method: 'sendMessage', times: 1, kind: 'server-error' })
  await expect(bot.messenger.sendPrivate(String(ANN), reply('x'), { language: 'en', timeZone: 'UTC' })).rejects.toMatchObject({
    source: 'telegram',
    retryable: true,
  })
  const { reference } = await card()
  fake.failNext({ method: 'editMessageText', times: 1, kind: 'drop-after' })
  await expect(bot.messenger.edit(reference, reply('y'), 'en')).rejects.toMatchObject({ source: 'telegram', retryable: true })
  expect(await bot.messenger.edit(reference, reply('y'), 'en')).toBe('edited')
})

const READERS = { language: 'zh', timeZone: 'Asia/Shanghai' } as const
const once = { nonce: 'a.1', sending: () => Promise.resolve() }
const target = { platform: 'telegram', chatId: String(GROUP) } as const

it('posts one message into a group or a topic, in the readers’ language and zone, and gives where it stands', async () => {
  const { fake, bot } = stage
  const text = sharedTexts.say('plain', { text: 'x'.repeat(9_000) })
  const posted = await bot.messenger.post(target, { audience: 'public', tone: 'info', lines: [text] }, READERS, once)
  expect(fake.messages(GROUP)).toMatchObject([{ messageId: Number(posted.messageId) }])
  await bot.messenger.post({ ...target, threadId: String(TOPIC) }, reply('in the topic'), READERS, once)
  expect(fake.requestsOf('sendMessage').at(-1)?.payload).toMatchObject({ message_thread_id: TOPIC })
  fake.setBotStatus(GROUP, 'kicked', ANN)
  await expect(bot.messenger.post(target, reply('x'), READERS, once)).rejects.toMatchObject({ retryable: false, mayHaveHappened: false })
})

it.each([
  ['drop-after', true],
  ['drop-before', true],
  ['server-error', false],
  ['rate-limit', false],
] as const)('tells after “%s” whether a message may have arrived: %s', async (kind, mayHaveHappened) => {
  const { fake, bot } = stage
  fake.failNext({ method: 'sendMessage', times: 2, kind })
  await expect(bot.messenger.post(target, reply('x'), READERS, once)).rejects.toMatchObject({ retryable: true, mayHaveHappened })
  await expect(bot.messenger.sendPrivate(String(BOB), reply('x'), { language: 'en', timeZone: 'UTC' }, once)).rejects.toMatchObject({
    retryable: true,
    mayHaveHappened,
  })
})

it('tells that nothing arrived where no connection stood', async () => {
  const api = createTelegramApi({ token: '1:x', apiUrl: 'http://127.0.0.1:9' })
  const aliases = createChatAliases([], () => Promise.resolve())
  const poster = createPoster({ api, queue: createSendQueue(realTimers), aliases })
  const messenger = createMessenger({ app: stage.app, poster, aliases })
  await expect(messenger.post(target, reply('x'), READERS, once)).rejects.toMatchObject({ retryable: true, mayHaveHappened: false })
})

it('sends nothing when the one who asked takes it back in the last moment, and goes on with the next', async () => {
  const { fake, bot } = stage
  const late = { nonce: 'b.1', sending: () => Promise.reject(new Error('too late')) }
  await expect(bot.messenger.post(target, reply('x'), READERS, late)).rejects.toThrow('too late')
  await bot.messenger.post(target, reply('y'), READERS, once)
  expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(['y'])
})

it('takes half of a long private message for one that may have arrived', async () => {
  const { fake, bot } = stage
  const long: Reply = { ...reply('x'.repeat(3_000)), file: { name: 'list.csv', mediaType: 'text/csv', content: 'a' } }
  fake.failNext({ method: 'sendDocument', times: 1, kind: 'server-error' })
  await expect(bot.messenger.sendPrivate(String(BOB), long, { language: 'en', timeZone: 'UTC' }, once)).rejects.toMatchObject({
    retryable: true,
    mayHaveHappened: true,
  })
})
