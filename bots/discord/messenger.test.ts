import assert from 'node:assert/strict'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Attempt } from '../../core/shared/chat-app.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { visibleText } from '../../test/support/discord/conversation.ts'
import { startDiscordFake, type DiscordFake } from '../../test/support/discord/discord-fake.ts'
import { createSampleApp } from '../../test/support/sample-app.ts'
import { createRest } from './connect.ts'
import { discordTexts } from './discord.texts.ts'
import { discordMessenger } from './messenger.ts'

const GUILD = '200000000000000001'
const BOB = '300000000000000002'
const READERS = { language: 'en', timeZone: 'UTC' } as const
let fake: DiscordFake
let channel: string

beforeEach(async () => {
  fake = await startDiscordFake({ now: Date.now, rateLimits: true })
  fake.addGuild({ id: GUILD, name: 'House' })
  channel = fake.addChannel({ name: 'news' })
  fake.addMember({ userId: BOB, name: 'Bob' })
})
afterEach(async () => {
  const { violations } = fake
  await fake.close()
  assert.deepEqual(violations, [], 'the bot broke the rules of Discord')
})

const messengerOf = (apiUrl: string) =>
  discordMessenger(createRest(apiUrl, fake.token), createSampleApp({ catalogues: [discordTexts.catalogue] }).speak)
const reply = (text: string): Reply => ({ audience: 'public', tone: 'info', lines: [sharedTexts.say('plain', { text })] })
const attempt = (nonce: string): Attempt => ({ nonce, sending: () => Promise.resolve() })
const target = () => ({ platform: 'discord', chatId: channel }) as const

test('posts once however often a message is sent again with its nonce, as long as Discord remembers it', async () => {
  const messenger = messengerOf(fake.apiUrl)
  const first = await messenger.post(target(), reply('Hello @everyone'), READERS, attempt('a.1'))
  expect(first).toMatchObject({ platform: 'discord', chatId: channel })
  expect(await messenger.post(target(), reply('Hello @everyone'), READERS, attempt('a.1'))).toEqual(first)
  expect(fake.messages(channel).map(({ mention_everyone }) => mention_everyone)).toEqual([false])
  await messenger.post(target(), reply('Other'), READERS, attempt('b.1'))
  expect(fake.messages(channel).map(visibleText)).toEqual(
    ['Hello @everyone', 'Other'].map((text) => expect.stringContaining(text.slice(0, 5))),
  )
  fake.advance(messenger.remembersNonceMs - 1_000)
  expect(await messenger.post(target(), reply('Hello @everyone'), READERS, attempt('a.1'))).toEqual(first)
  fake.advance(10 * MINUTE)
  expect(await messenger.post(target(), reply('Hello @everyone'), READERS, attempt('a.1'))).not.toEqual(first)
})

test('gives a private message its nonce too', async () => {
  const messenger = messengerOf(fake.apiUrl)
  for (let tried = 0; tried < 2; tried += 1)
    expect(await messenger.sendPrivate(BOB, reply('Paid'), { language: 'en', timeZone: 'UTC' }, attempt('c.1'))).toBe('sent')
  expect(fake.messages(fake.directChannel(BOB))).toHaveLength(1)
})

test('keeps to the platform’s limit although what is done before a message leaves takes long for some', async () => {
  const messenger = messengerOf(fake.apiUrl)
  const channels = Array.from({ length: 90 }, (_, index) => fake.addChannel({ name: `channel-${index}` }))
  const isReady = Promise.withResolvers<void>()
  let begun = 0
  const sent = channels.map((chatId, index) =>
    messenger.post({ platform: 'discord', chatId }, reply('News'), READERS, {
      nonce: `f.${index}`,
      // As a database that stands still for a while: those that waited for it leave together, and right behind them the next.
      sending() {
        begun += 1
        if (begun === 40) isReady.resolve()
        return isReady.promise
      },
    }),
  )
  await Promise.all(sent)
  expect(fake.requests.filter(({ status }) => status === 429)).toEqual([])
  expect(channels.map((each) => fake.messages(each).length)).toEqual(channels.map(() => 1))
})

test('sends nothing when the one who asked takes it back in the last moment', async () => {
  const late = { nonce: 'd.1', sending: () => Promise.reject(new Error('too late')) }
  await expect(messengerOf(fake.apiUrl).post(target(), reply('x'), READERS, late)).rejects.toThrow('too late')
  expect(fake.messages(channel)).toEqual([])
})

test('knows a closed channel from a line that broke, and that from one that never stood', async () => {
  const closed = fake.addChannel({ botPermissions: 0n })
  const toClosed = { platform: 'discord', chatId: closed } as const
  await expect(messengerOf(fake.apiUrl).post(toClosed, reply('x'), READERS, attempt('e.1'))).rejects.toMatchObject({
    retryable: false,
    mayHaveHappened: false,
  })
  await expect(messengerOf('http://127.0.0.1:9/api').post(target(), reply('x'), READERS, attempt('e.2'))).rejects.toMatchObject({
    retryable: true,
    mayHaveHappened: false,
  })
})

test('keeps to the limit of a channel by itself', { timeout: 30_000 }, async () => {
  const messenger = messengerOf(fake.apiUrl)
  for (let index = 0; index < 7; index += 1) await messenger.post(target(), reply(`m${index}`), READERS, attempt(`f.${index}`))
  expect(fake.messages(channel)).toHaveLength(7)
  expect(fake.requests.filter(({ status }) => status === 429)).toEqual([])
  // The stand-in would have refused it.
  const send = () =>
    fetch(`${fake.apiUrl}/v10/channels/${channel}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${fake.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'x' }),
    })
  const answers = await Promise.all(Array.from({ length: 6 }, send))
  expect(answers.map(({ status }) => status)).toContain(429)
})
