import assert from 'node:assert'
import { ComponentType } from 'discord.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChatMemory } from '../../adapters/postgres/chat-memory.ts'
import { GROUP, startAnnounceStage, TOPIC_ID, type AnnounceStage } from '../support/announce-stage.ts'
import { selectsOf } from '../support/discord/conversation.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const OLGA = '300000000000000001'
const OLEG = 100
let stage: AnnounceStage
let second: string
beforeAll(async () => {
  stage = await startAnnounceStage(GENESIS)
  second = stage.discord.addChannel({ name: 'second' })
}, 60_000)
afterAll(() => stage.close())

const settle = async (): Promise<void> => {
  while ((await stage.deliver()) > 0);
}
const routes = async (platform: string) => {
  const rows = await stage.community.database.prisma.announceRoute.findMany({
    where: { platform },
    orderBy: [{ chatId: 'asc' }, { topic: 'asc' }],
  })
  return rows.map(({ topic, chatId, threadId, language, digestHour, setupOf }) =>
    [topic, chatId, threadId, language, digestHour ?? '', setupOf === null ? 'by hand' : 'by setup']
      .filter((word) => word !== '')
      .join(' '),
  )
}
const onDiscord = (where: string, language: string) =>
  ['events', 'news', 'statements'].map((topic) => `${topic} ${where} ${language} by setup`)

/** Chooses in the list of channels, roles of hosts, or roles of reviewers of an answer to `setup`. */
async function choose(label: string, value: string) {
  const shown = await stage.olga('setup')
  const message = shown.messages.at(-1)
  assert(message !== undefined)
  const list = selectsOf(message).find(({ placeholder }) => placeholder === label)
  assert(list !== undefined, `no list ${label}`)
  const talk = await stage.discord.select({ user: OLGA, message, customId: list.customId, values: [value] })
  return talk.until('the answer', ({ messages }) => messages.length > 1)
}

test('on Discord the channel is chosen from a list, and from then on it hears of events, statements and news', async () => {
  const shown = await stage.olga('setup')
  expect(shown.text).toContain('Announcements in:** not chosen')
  expect(selectsOf(shown.messages.at(-1)!).map(({ type, placeholder }) => [type, placeholder])).toEqual([
    [ComponentType.ChannelSelect, 'Channel for announcements'],
    [ComponentType.RoleSelect, 'Role that hosts have'],
    [ComponentType.RoleSelect, 'Role that reviewers have'],
  ])
  const { text } = await choose('Channel for announcements', stage.channel)
  expect(text).toContain(`Announced in <#${stage.channel}> from now on: news, events, statements`)
  expect(text).toContain('announce route')
  expect(text).toContain('announce routes')
  expect(await routes('discord')).toEqual(onDiscord(stage.channel, 'en'))
  await stage.community.say('op', 'event create Weekly call start:+1h')
  await settle()
  expect(stage.onDiscord().at(-1)).toContain('Weekly call')
})

test('the language that is chosen is the language of its announcements, before and after', async () => {
  await stage.olga('setup', { language: 'zh' })
  expect(await routes('discord')).toEqual(onDiscord(stage.channel, 'zh'))
  await stage.olga('setup', { channel: second, language: 'en' })
  expect(await routes('discord')).toEqual(onDiscord(second, 'en'))
  await stage.olga('setup', { language: 'zh' })
  await stage.olga('setup', { channel: stage.channel })
  expect(await routes('discord')).toEqual(onDiscord(stage.channel, 'zh'))
  await stage.community.say('op', 'event create Second call start:+2h')
  await settle()
  expect(stage.onDiscord().at(-1)).toContain('Second call')
  expect(stage.onDiscord().at(-1)).toContain('时间')
  await stage.olga('setup', { language: 'en' })
})

test('what was routed by hand keeps its place and rhythm, and is not doubled', async () => {
  await stage.olga('announce route', { topic: 'events', digest: '18', language: 'zh' })
  await stage.olga('announce route', { topic: 'news' }, second)
  await stage.olga('setup', { channel: second })
  expect((await routes('discord')).toSorted()).toEqual(
    [
      `events ${stage.channel} zh 18 by hand`,
      `news ${second} en by hand`,
      `events ${second} en by setup`,
      `statements ${second} en by setup`,
    ].toSorted(),
  )
  const back = await stage.olga('setup', { channel: stage.channel })
  expect(back.text).toContain('from now on: news, events, statements')
  expect((await routes('discord')).toSorted()).toEqual(
    [
      `events ${stage.channel} zh 18 by hand`,
      `news ${stage.channel} en by setup`,
      `statements ${stage.channel} en by setup`,
      `news ${second} en by hand`,
    ].toSorted(),
  )
  // The language of setup is not that of what was set by hand.
  await stage.olga('setup', { language: 'zh' })
  expect(await routes('discord')).toContain(`news ${second} en by hand`)
  expect(await routes('discord')).toContain(`news ${stage.channel} zh by setup`)
})

test('what is on its way to the channel before still arrives there', async () => {
  await stage.community.say('op', 'announce send news Moving')
  const preview = await stage.community.say('op', 'announce confirm 1')
  expect(preview.reply.tone).toBe('done')
  await stage.worker().outbox.spread(stage.community.clock.now)
  await stage.olga('announce unroute', { topic: 'news' }, second)
  await stage.olga('setup', { channel: second })
  await settle()
  expect(stage.onDiscord().at(-1)).toContain('Moving')
})

test('two operators who choose at once leave one channel with every topic', async () => {
  const { database } = stage.community
  await Promise.all([stage.channel, second, stage.channel, second].map((channel) => stage.olga('setup', { channel })))
  const bySetup = await database.prisma.announceRoute.findMany({ where: { platform: 'discord', setupOf: { not: null } } })
  const { announceChatId } = await database.prisma.guild.findFirstOrThrow({ where: { platform: 'discord' } })
  expect(new Set(bySetup.map(({ chatId }) => chatId))).toEqual(new Set([announceChatId]))
})

test('on Telegram the group or topic in which setup is given announces, by a button in the private answer', async () => {
  await stage.oleg('/setup', { topicId: TOPIC_ID })
  const answer = stage.telegram.messages(OLEG).at(-1)
  assert(answer !== undefined)
  expect(answer.text).toContain('Setup of this group')
  const here = answer.buttons.find(({ text }) => text === 'Announce here')
  assert(here?.data !== undefined)
  const pressed = await stage.telegram.press({ user: OLEG, message: answer, data: here.data })
  const said = [...pressed.messages, ...pressed.edited].map(({ text }) => text).join('\n')
  expect(said).toContain('Announced in this topic from now on: news, events, statements')
  expect(await routes('telegram')).toEqual(['events', 'news', 'statements'].map((topic) => `${topic} ${GROUP} ${TOPIC_ID} en by setup`))
  await stage.community.say('op', 'event create Third call start:+3h')
  await settle()
  expect(stage.onTelegram().at(-1)).toContain('Third call')
  expect(stage.telegram.requestsOf('sendMessage').at(-1)?.payload).toMatchObject({ chat_id: GROUP, message_thread_id: TOPIC_ID })
  // Moved to the group itself.
  await stage.oleg('/setup here:yes')
  expect(await routes('telegram')).toEqual(['events', 'news', 'statements'].map((topic) => `${topic} ${GROUP} en by setup`))
  expect(stage.telegram.messages(OLEG).at(-1)?.text).toContain('this group')
})

test('on Telegram no other chat can be chosen', async () => {
  await stage.oleg('/setup channel:-1009999999999')
  const text = stage.telegram.messages(OLEG).at(-1)?.text ?? ''
  expect(text).toContain('guild.other_chat')
  expect((await routes('telegram')).length).toBe(3)
})

test('a group that becomes a supergroup keeps its setup', async () => {
  const memory = createChatMemory(stage.community.database)
  await stage.oleg('/setup language:zh')
  await memory.moved('telegram', String(GROUP), '-1007', stage.community.clock.now)
  expect(await routes('telegram')).toEqual(['events', 'news', 'statements'].map((topic) => `${topic} -1007 zh by setup`))
  expect(await stage.community.database.prisma.guild.findMany({ where: { platform: 'telegram' } })).toMatchObject([
    { communityId: '-1007', announceChatId: '-1007', announceThreadId: null, language: 'zh' },
  ])
  const kept = await stage.community.database.prisma.button.findMany({ where: { place: { path: ['communityId'], equals: String(GROUP) } } })
  expect(kept).toEqual([])
})
