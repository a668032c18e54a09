import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDiscordBot } from '../../bots/discord/start-discord-bot.ts'
import { startTelegramBot } from '../../bots/telegram/start-telegram-bot.ts'
import type { Bot } from '../../core/shared/chat-app.ts'
import { HOUR } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { startDiscordFake, type DiscordFake } from '../support/discord/discord-fake.ts'
import { keepRecords } from '../support/telegram/kept-records.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const LIN = '300000000000000003'
let community: Community
let discord: DiscordFake
let telegram: TelegramFake
const bots: Bot[] = []

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  await community.say('op', 'role grant @op host')
  await community.say('op', 'event create Town hall start:now')
  const code = (await community.say('op', 'event codes EVT-1')).reply.verbatim ?? ''
  await community.say('ann', `checkin ${code}`)
  community.clock.now += HOUR
  discord = await startDiscordFake()
  discord.addGuild({ id: '200000000000000001', name: 'House' })
  discord.addChannel({ name: 'general' })
  discord.addMember({ userId: LIN, name: 'lin', locale: 'zh-CN' })
  telegram = await startTelegramFake()
  telegram.addUser({ id: 31, firstName: 'Bob', languageCode: 'en', started: true })
  bots.push(await startDiscordBot({ app: community.chat, token: discord.token, apiUrl: discord.apiUrl }))
  bots.push(await startTelegramBot({ app: community.chat, token: telegram.token, apiUrl: telegram.apiRoot, records: keepRecords() }))
})
afterAll(async () => {
  for (const bot of bots) await bot.stop()
  await discord.close()
  await telegram.close()
  await community.close()
})

test('Discord shows the picture with its words for those who cannot see it, in the community’s language', async () => {
  const talk = await discord.slash({ user: LIN, path: ['pos', 'chart'], options: { kind: 'supply' } })
  await talk.until('the picture', ({ messages }) => messages.some(({ attachments }) => attachments.length > 0))
  expect(talk.file('chart.png')?.subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'))
  expect(JSON.stringify(talk.messages.at(-1))).toContain('"description":"Bars for the 13 periods. In period 1, 10 PoS of 1,000,000 PoS')
  expect(talk.text).toContain('Release of each period')
  const none = await discord.slash({ user: LIN, path: ['pos', 'chart'], options: { kind: 'attendance' } })
  await none.until('the picture', ({ messages }) => messages.some(({ attachments }) => attachments.length > 0))
  expect(none.text).toContain('Checked in at EVT-1: 1')
  expect(discord.violations).toEqual([])
})

test('Telegram shows the picture with its words below', async () => {
  const answer = await telegram.send({ user: 31, text: '/chart leaderboard' })
  const sent = telegram.requests.find(({ method }) => method === 'sendPhoto')
  expect(sent?.files).toEqual([{ field: 'photo', fileName: 'chart.png', size: expect.any(Number) as number }])
  expect(answer.text).toContain('One bar: ann earned 10 PoS')
  expect(telegram.violations).toEqual([])
})

test('a terminal reads the words', async () => {
  const answer = await community.say('ann', 'chart leaderboard')
  expect(answer.picture).toBeUndefined()
  expect(answer.text).toContain('One bar: ann earned 10 PoS')
  expect((await community.say('ann', 'chart moon')).text).toContain('(input.choice)')
})
