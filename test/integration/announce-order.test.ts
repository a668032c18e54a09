import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { announce } from '../../adapters/postgres/announce-intent.ts'
import { announceStore } from '../../adapters/postgres/announce-store.ts'
import { deadLetterStore } from '../../adapters/postgres/dead-letter-store.ts'
import { outboxStore } from '../../adapters/postgres/outbox-store.ts'
import { announceTexts } from '../../core/announce/announce.texts.ts'
import type { Rhythm, Topic } from '../../core/announce/announce.types.ts'
import { HOUR, MINUTE, SECOND } from '../../core/shared/instant.ts'
import type { Platform } from '../../core/shared/actor.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { OutboxPort } from '../../core/shared/outbox.ts'
import { createDeliveries, deliverOutbox } from '../../jobs/deliver-outbox.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { Dice } from '../support/dice.ts'
import { paperPlatform, type PaperPlatform, type Weather } from '../support/paper-platform.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const { say } = announceTexts
/** A gathered message begins with how many it is. */
const textOf = ({ title, lines }: Reply): string =>
  [...(title === undefined ? [] : [`#${lines.length}`]), ...lines.map(({ values }) => JSON.stringify(values['body']).slice(1, -1))].join(
    '+',
  )

let community: Community
let outbox: OutboxPort
let setBy: string
let discord: PaperPlatform
let telegram: PaperPlatform
let weather: () => Weather = () => 'fair'

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  outbox = outboxStore(community.database, { events: community.events, operators: new Set(), publicOrigin: 'http://localhost:8080' })
  await community.say('op', 'start')
  setBy = (await community.database.prisma.member.findFirstOrThrow()).id
})
afterAll(() => community.close())

beforeEach(async () => {
  weather = () => 'fair'
  discord = paperPlatform('discord', true, () => weather(), textOf)
  telegram = paperPlatform('telegram', false, () => weather(), textOf)
  await community.database.prisma.announceRoute.deleteMany()
  await community.database.prisma.outboxRow.deleteMany()
})

const options = () => ({
  outbox,
  messengers: new Map([
    ['discord' as const, discord.messenger],
    ['telegram' as const, telegram.messenger],
  ]),
  publicLanguage: 'en' as const,
})
const deliver = () => deliverOutbox(options(), community.clock.now)

const route = (platform: Platform, chatId: string, rhythm: Partial<Rhythm> = {}, topic: Topic = 'news') =>
  community.database.transaction(async (tx) => ({
    keep: true,
    value: await announceStore(tx, 'en').setRoute({
      topic,
      target: { platform, chatId },
      language: 'en',
      timeZone: 'UTC',
      quiet: undefined,
      digestHour: undefined,
      rollUp: false,
      ...rhythm,
      setBy,
      setAt: community.clock.now,
    }),
  }))

const say1 = (body: string, keep = true) =>
  community.database.transaction(async (tx) => {
    const reply = { audience: 'public', tone: 'info', lines: [say('body', { body })] } as const
    await announce(tx, { topic: 'news', subject: body, reply }, community.clock.now)
    return { keep, value: undefined }
  })

const textsIn = (platform: PaperPlatform, chat: string) => platform.posted.filter((each) => each.chat === chat).map(({ text }) => text)

/** Delivers until nothing is left that time alone would bring, two workers at once. */
async function deliverAll(rounds = 200): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all([deliver(), deliver()])
    const left = await community.database.prisma.outboxRow.count({
      where: { topic: 'post', deliveredAt: null, error: null, carrier: null },
    })
    if (left === 0) return
    community.clock.now += 40 * SECOND
  }
  throw new Error('deliveries were left')
}

describe('announcements', () => {
  it('reach every chat of their topic, and only what was really said', async () => {
    await Promise.all([route('discord', 'd1'), route('telegram', 't1'), route('telegram', 't2', {}, 'events')])
    await say1('kept')
    await say1('taken back', false)
    expect(await deliver()).toBe(2)
    expect([textsIn(discord, 'd1'), textsIn(telegram, 't1'), textsIn(telegram, 't2')]).toEqual([['kept'], ['kept'], []])
    expect(await deliver()).toBe(0)
  })

  it.each([1, 2, 3])('keep their order in every chat and come at most once, whatever fails (seed %i)', async (seed) => {
    const dice = new Dice(seed, 'weather')
    const chats = { discord: ['d1', 'd2', 'd3'], telegram: ['t1', 't2', 't3'] } as const
    for (const platform of ['discord', 'telegram'] as const) for (const chat of chats[platform]) await route(platform, chat)
    const bodies = Array.from({ length: 12 }, (_, index) => `m${String(index).padStart(2, '0')}`)
    weather = () => {
      const face = dice.next()
      if (face < 0.2) return 'busy'
      if (face < 0.3) return 'lost-before'
      if (face < 0.4) return 'lost-after'
      return face < 0.42 ? 'closed' : 'fair'
    }
    for (const [index, body] of bodies.entries()) {
      await say1(body)
      if (index % 3 === 0) await Promise.all([deliver(), deliver()])
    }
    await deliverAll()
    const { shown, unknown, failed } = await deadLetterStore(community.database.prisma).troubles(100)
    for (const [platform, { posted, most }] of [
      ['discord', discord],
      ['telegram', telegram],
    ] as const) {
      expect(most.inOneChat, platform).toBe(1)
      for (const chat of chats[platform]) {
        const texts = posted.filter((each) => each.chat === chat).map(({ text }) => text)
        expect(texts, `${platform} ${chat}`).toEqual([...new Set(texts)].toSorted())
        const troubles = shown.filter(({ where }) => where === `${platform}:${chat}`)
        // What is not there is told of.
        expect(texts.length + troubles.length, `${platform} ${chat}`).toBeGreaterThanOrEqual(bodies.length)
      }
    }
    expect(shown).toHaveLength(unknown + failed)
    expect(discord.posted.length + telegram.posted.length).toBeGreaterThan(50)
  })

  it('do not wait for a chat whose message was given up', async () => {
    await route('discord', 'd1')
    let first = true
    weather = () => {
      const is = first ? 'closed' : 'fair'
      first = false
      return is
    }
    await say1('one')
    await say1('two')
    await deliver()
    await deliver()
    expect(textsIn(discord, 'd1')).toEqual(['two'])
    expect((await community.say('op', 'outbox dead')).text).toContain('Not delivered: 1')
    expect((await community.say('op', 'outbox again')).text).toBe('Sent again: 1')
    await deliver()
    expect(textsIn(discord, 'd1')).toEqual(['two', 'one'])
    expect((await community.say('op', 'outbox dead')).text).toContain('Every message was delivered')
  })

  it('wait behind one that is tried again, while other chats go on', async () => {
    await route('discord', 'd1')
    await route('telegram', 't1')
    const faces: Weather[] = ['busy']
    discord = paperPlatform('discord', true, () => faces.shift() ?? 'fair', textOf)
    await say1('one')
    await say1('two')
    await deliver()
    await deliver()
    expect([textsIn(discord, 'd1'), textsIn(telegram, 't1')]).toEqual([[], ['one', 'two']])
    community.clock.now += MINUTE
    await deliver()
    await deliver()
    expect(textsIn(discord, 'd1')).toEqual(['one', 'two'])
  })

  it('that may have arrived are told of and not repeated, until an operator says so', async () => {
    await route('telegram', 't1')
    const faces: Weather[] = ['lost-after']
    weather = () => faces.shift() ?? 'fair'
    await say1('one')
    await deliver()
    community.clock.now += HOUR
    await deliver()
    expect(textsIn(telegram, 't1')).toEqual(['one'])
    expect((await community.say('op', 'outbox dead')).text).toContain('Perhaps delivered: 1')
    const all = await community.say('op', 'outbox again')
    expect(all.text).toContain('Sent again: 0')
    expect(all.text).toContain('may have arrived: 1')
    const id = (await community.database.prisma.outboxRow.findFirstOrThrow({ where: { topic: 'post' } })).id
    const asked = await community.say('op', `outbox again OUT-${id}`)
    expect(asked.text).toContain('Nobody knows whether')
    await deliver()
    expect(textsIn(telegram, 't1')).toEqual(['one'])
    expect((await community.press('op', asked, 'Send it anyway')).text).toContain('is sent again')
    await deliver()
    expect(textsIn(telegram, 't1')).toEqual(['one', 'one'])
  })

  it('go out in many chats at once, one after another in each', async () => {
    for (let chat = 0; chat < 40; chat += 1) await route('telegram', `t${chat}`)
    for (const body of ['one', 'two', 'three']) await say1(body)
    const worker = createDeliveries(
      options(),
      () => community.clock.now,
      (error) => expect.unreachable(String(error)),
    )
    while ((await worker.step()) > 0);
    await worker.drain()
    expect(telegram.most.inOneChat).toBe(1)
    expect(telegram.most.together).toBeGreaterThan(20)
    for (let chat = 0; chat < 40; chat += 1) expect(textsIn(telegram, `t${chat}`)).toEqual(['one', 'two', 'three'])
  })
})

it('that only wait for their turn are given back by a worker that stops; one that is leaving ends', async () => {
  await route('telegram', 't1')
  await route('discord', 'd1')
  await say1('one')
  const turn = Promise.withResolvers<void>()
  const arrival = Promise.withResolvers<void>()
  const hasBegun = Promise.withResolvers<void>()
  const { messengers, ...rest } = options()
  const slow = new Map(messengers)
  slow.set('telegram', {
    ...telegram.messenger,
    // In the bot's queue.
    post: (...args) => turn.promise.then(() => telegram.messenger.post(...args)),
  })
  slow.set('discord', {
    ...discord.messenger,
    async post(target, reply, readers, attempt) {
      await attempt.sending()
      hasBegun.resolve()
      await arrival.promise
      return discord.messenger.post(target, reply, readers, attempt)
    },
  })
  const worker = createDeliveries(
    { ...rest, messengers: slow },
    () => community.clock.now,
    (error) => expect.unreachable(String(error)),
  )
  await Promise.all([worker.step(), hasBegun.promise])
  const drained = worker.drain()
  arrival.resolve()
  await drained
  expect(textsIn(discord, 'd1')).toEqual(['one'])
  // The next process need not wait for the first to be forgotten; and what the first still has in its queue does not leave.
  await deliver()
  turn.resolve()
  await new Promise((done) => setImmediate(done))
  expect(textsIn(telegram, 't1')).toEqual(['one'])
  expect(await community.database.prisma.outboxRow.count({ where: { topic: 'post', deliveredAt: null } })).toBe(0)
})

describe('hours of a chat', () => {
  it('hold messages back and bring them as one', async () => {
    community.clock.now = Date.UTC(2027, 2, 1, 12, 5)
    await route('discord', 'd1', { rollUp: true })
    await route('telegram', 't1', { quiet: { from: 12 * 60, until: 14 * 60 } })
    for (const body of ['one', 'two', 'three']) await say1(body)
    await deliver()
    community.clock.now = Date.UTC(2027, 2, 1, 13)
    expect(await deliver()).toBe(1)
    expect(textsIn(discord, 'd1')).toEqual(['#3+one+two+three'])
    await say1('four')
    await deliver()
    community.clock.now = Date.UTC(2027, 2, 1, 14)
    await deliver()
    // One alone stays as it is.
    expect(textsIn(discord, 'd1')).toEqual(['#3+one+two+three', 'four'])
    expect(textsIn(telegram, 't1')).toEqual(['#4+one+two+three+four'])
  })

  it('say the same when a gathered message is tried again, although more has come meanwhile', async () => {
    community.clock.now = Date.UTC(2027, 2, 2, 12, 5)
    await route('discord', 'd1', { rollUp: true })
    await say1('one')
    await say1('two')
    await outbox.spread(community.clock.now)
    await say1('late')
    community.clock.now = Date.UTC(2027, 2, 2, 13)
    const faces: Weather[] = ['lost-after']
    weather = () => faces.shift() ?? 'fair'
    await deliver()
    community.clock.now += 30 * SECOND
    await deliver()
    community.clock.now = Date.UTC(2027, 2, 2, 14)
    await deliver()
    expect(textsIn(discord, 'd1')).toEqual(['#2+one+two', 'late'])
  })

  it('changed, hold for what waits already; a route taken away takes it along', async () => {
    community.clock.now = Date.UTC(2027, 2, 3, 12, 5)
    await route('discord', 'd1', { digestHour: 18 })
    await say1('one')
    await deliver()
    await route('discord', 'd1')
    await deliver()
    expect(textsIn(discord, 'd1')).toEqual(['one'])
    await route('discord', 'd1', { digestHour: 18 })
    await say1('never')
    await deliver()
    await community.database.transaction(async (tx) => ({
      keep: true,
      value: await announceStore(tx, 'en').removeRoutes({ target: { platform: 'discord', chatId: 'd1' }, topic: undefined }),
    }))
    community.clock.now = Date.UTC(2027, 2, 3, 18)
    await deliver()
    expect(textsIn(discord, 'd1')).toEqual(['one'])
  })
})
