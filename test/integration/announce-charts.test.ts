import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawOrLeaveOut } from '../../adapters/charts/illustrate.ts'
import type { Picture } from '../../core/shared/chart.ts'
import { Fault } from '../../core/shared/fault.ts'
import { DAY, MINUTE } from '../../core/shared/instant.ts'
import { visibleText } from '../support/discord/conversation.ts'
import { EVERYONE_PERMISSIONS } from '../support/discord/permissions.ts'
import { GROUP, startAnnounceStage, TOPIC_ID, type AnnounceStage, type WorkerParts } from '../support/announce-stage.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let stage: AnnounceStage
let wordsOnly: string
beforeAll(async () => {
  stage = await startAnnounceStage(GENESIS)
  wordsOnly = stage.discord.addChannel({ name: 'words-only', botPermissions: EVERYONE_PERMISSIONS })
  const { community } = stage
  for (const channel of [stage.channel, wordsOnly]) await stage.olga('announce route', { topic: 'statements' }, channel)
  await stage.olga('announce route', { topic: 'events' })
  await stage.oleg('/announce_route statements language:zh', { topicId: TOPIC_ID })
  await stage.oleg('/announce_route events language:zh')
  await community.say('op', 'event create Weekly call start:now')
  const code = (await community.say('op', 'event codes 1')).reply.verbatim ?? ''
  for (const who of ['ann', 'bob']) await community.say(who, `checkin ${code}`)
  await settle()
}, 60_000)
afterAll(() => stage.close())

async function settle(draw?: WorkerParts['draw']): Promise<void> {
  while ((await stage.deliver({ ...stage.worker(), ...(draw === undefined ? {} : { draw }) })) > 0);
}

/** As the settlement writes it when a period is closed; the first period is closed in the books too. */
async function announceFinal(): Promise<void> {
  const { prisma } = stage.community.database
  const now = new Date(stage.community.clock.now)
  await prisma.period.updateMany({
    where: { number: 1, closedAt: null },
    data: { sealedAt: now, closedAt: now, burned: 999_980_000_000_000n, grants: 2, unfunded: 0, statementRoot: Buffer.alloc(32, 0xab) },
  })
  const payload = { period: 1, state: 'final', root: `0x${'ab'.repeat(32)}` }
  await prisma.outboxRow.create({ data: { topic: 'statements', subject: 'P-1', payload, createdAt: now } })
}

const lastOnDiscord = (channel = stage.channel) => stage.discord.messages(channel).at(-1)!
const lastOnTelegram = () => stage.telegram.messages(GROUP).at(-1)!

test('a final statement comes with its chart and its words, in the language of each chat', async () => {
  await announceFinal()
  await settle()
  const message = lastOnDiscord()
  expect(visibleText(message)).toContain('Members earned 20 PoS of 1,000,000 PoS; 999,980 PoS were burned.')
  expect(message.attachments).toMatchObject([
    { filename: 'chart.png', description: expect.stringContaining('Bars for the 13 periods') as string },
  ])
  expect(JSON.stringify(message.components)).toContain('"description":"Bars for the 13 periods')
  const { text, file, topicId } = lastOnTelegram()
  expect(text).toContain('成员获得 20 PoS')
  expect(file?.fileName).toBe('chart.png')
  expect(topicId).toBe(TOPIC_ID)
})

test('a channel in which no file may be attached gets the words, once', async () => {
  const shown = stage.discord.messages(wordsOnly).filter((message) => visibleText(message).includes('is final'))
  expect(shown).toHaveLength(1)
  expect(shown[0]!.attachments).toEqual([])
  expect((await stage.olga('outbox dead')).text).toContain('Every message was delivered')
})

test('an event that is over comes with how it was attended, one to which nobody came with words', async () => {
  const { community } = stage
  await community.say('op', 'event create Nobody start:now')
  await community.say('op', 'event close 2')
  await settle()
  expect(visibleText(lastOnDiscord())).toContain('EVT-2 “Nobody” is over')
  expect(lastOnDiscord().attachments).toEqual([])
  await community.say('op', 'event close 1')
  await settle()
  // The later event has begun too, and is not what this is about.
  expect(lastOnDiscord().attachments[0]?.description).toBe('One bar. Checked in at EVT-1: 2.')
  expect(visibleText(lastOnDiscord())).toContain('2 members checked in')
  expect(lastOnTelegram()).toMatchObject({ text: expect.stringContaining('共 2 人签到') as string, file: { fileName: 'chart.png' } })
})

test('a group that takes no photos gets the words', async () => {
  const { telegram } = stage
  telegram.allowPhotos(GROUP, false)
  await announceFinal()
  await settle()
  telegram.allowPhotos(GROUP, true)
  expect(lastOnTelegram()).toMatchObject({ text: expect.stringContaining('报表已定稿') as string, file: undefined })
})

const failing = {
  'a drawing that fails': () => Promise.reject(new Fault('charts', 'no thread', { retryable: true })),
  'a drawing that never ends': () => new Promise<Picture>(() => {}),
  'a drawing with a bug': () => Promise.reject(new TypeError('oops')),
}
test.each(Object.entries(failing))('%s does not stop the words, and is told of', async (_what, draw) => {
  const told: string[] = []
  const log = { info() {}, warn: (_fields: object, message: string) => void told.push(message), error() {} }
  await announceFinal()
  await settle(drawOrLeaveOut({ draw }, { log, report: (error) => `${told.push(String(error))}` }, 10))
  expect(told.length).toBeGreaterThan(0)
  expect(visibleText(lastOnDiscord())).toContain('is final')
  expect(lastOnDiscord().attachments).toEqual([])
  expect(lastOnTelegram().text).toContain('报表已定稿')
})

test('a picture whose answer was lost is there once: Discord knows its nonce, on Telegram operators are told', async () => {
  const { community, telegram } = stage
  const count = () => [stage.onDiscord().length, stage.onTelegram().length]
  const [discordBefore = 0, telegramBefore = 0] = count()
  telegram.failNext({ method: 'sendPhoto', times: 1, kind: 'drop-after' })
  await announceFinal()
  const parts = stage.worker()
  const discord = parts.messengers.get('discord')!
  let lost = 0
  const forgetful = new Map(parts.messengers).set('discord', {
    ...discord,
    async post(...args: Parameters<typeof discord.post>) {
      const posted = await discord.post(...args)
      lost += 1
      if (lost <= 2) throw new Fault('discord', 'the answer was lost', { retryable: true, mayHaveHappened: true })
      return posted
    },
  })
  await stage.deliver({ ...parts, messengers: forgetful })
  expect(lost).toBe(2)
  community.clock.now += MINUTE
  await settle()
  community.clock.now += DAY
  await settle()
  expect(count()).toEqual([discordBefore + 1, telegramBefore + 1])
  expect(lastOnDiscord().attachments).toHaveLength(1)
  expect((await stage.olga('outbox dead')).text).toContain('Perhaps delivered: 1')
})
