import { afterEach, beforeEach, expect, test } from 'vitest'
import { outboxStore } from '../../adapters/postgres/outbox-store.ts'
import type { Messenger } from '../../core/shared/chat-app.ts'
import { MINUTE, SECOND } from '../../core/shared/instant.ts'
import { deliverOutbox } from '../../jobs/deliver-outbox.ts'
import { GUILD, openVoiceStage, type VoiceStage } from '../support/discord/voice-stage.ts'
import { ledgerFaults } from '../support/rows.ts'

const START = Date.UTC(2027, 1, 3, 18)
let world: VoiceStage

beforeEach(async () => {
  world = await openVoiceStage(START)
})
// Closing it fails when the platform would have refused a request of the bot.
afterEach(() => world[Symbol.asyncDispose]())

const settle = () => world.community.settling.settle(world.community.clock.now)
const come = (userId: string, how = {}) => world.fake.voice(GUILD, userId, world.stage, how)
const go = (userId: string) => world.fake.voice(GUILD, userId, null)

test('200 people who never used the bot: minutes to the second, deafened ones left out, and a reward for who stayed 60 %', async () => {
  const people = world.addPeople(200)
  // Half of them are there before the bot, and before the event.
  people.slice(0, 100).forEach((userId) => come(userId))
  await world.start()
  const event = await world.createEvent(20)
  await world.write()
  people.slice(100).forEach((userId) => come(userId))
  await world.pass(5 * MINUTE)
  // The first ten deafen themselves for 10 minutes, the next ten are deafened by a moderator, ten more leave for good.
  people.slice(0, 10).forEach((userId) => come(userId, { deafened: true }))
  people.slice(10, 20).forEach((userId) => come(userId, { deafenedByServer: true }))
  people.slice(20, 30).forEach((userId) => go(userId))
  await world.pass(10 * MINUTE + 7 * SECOND)
  people.slice(0, 20).forEach((userId) => come(userId))
  expect(await settle()).toBe(170)
  await world.pass(4 * MINUTE)
  people.slice(10, 20).forEach((userId) => go(userId))
  await world.pass(3 * MINUTE)

  const counted = await world.minutes(event)
  expect(counted.size).toBe(200)
  people.forEach((userId, index) => {
    const full = 20 * MINUTE
    const expected = index < 10 ? full - 10 * MINUTE - 7 * SECOND : index < 20 ? 9 * MINUTE : index < 30 ? 5 * MINUTE : full
    expect(counted.get(userId), `person ${index}`).toBe(expected)
  })
  // 9 minutes 53 are not 12; nobody is added.
  expect(await settle()).toBe(0)
  const attendees = await world.attendees(event)
  expect(attendees).toEqual(people.slice(30).map((userId) => ({ userId, evidence: 'presence' })))
  const { rows } = await world.community.database.pool.query(
    `SELECT count(*)::int AS rewards, count(DISTINCT member_id)::int AS members FROM reward WHERE reference = $1 AND status = 'granted'`,
    [`EVT-${event}`],
  )
  expect(rows).toEqual([{ rewards: 170, members: 170 }])
  expect(await ledgerFaults(world.community.database.pool)).toEqual([])
  const names = await world.community.database.pool.query(`SELECT name FROM chat_account WHERE user_id = $1`, [people[7]])
  expect(names.rows).toEqual([{ name: 'P7' }])
})

test('a bot that is killed counts nothing after it was last heard of, and its successor goes on from what it sees', async () => {
  const [stayed, left, came] = world.addPeople(3) as [string, string, string]
  const first = await world.start()
  const event = await world.createEvent(20)
  await world.write()
  for (const userId of [stayed, left]) come(userId)
  await world.pass(4 * MINUTE)
  await first.kill()
  // Nobody hears this.
  world.community.clock.now += 90 * SECOND
  go(left)
  come(came)
  world.community.clock.now += 30 * SECOND
  expect(await world.minutes(event)).toEqual(
    new Map([
      [stayed, 4 * MINUTE],
      [left, 4 * MINUTE],
    ]),
  )
  await world.start()
  await world.pass(6 * MINUTE)
  expect(await world.minutes(event)).toEqual(
    new Map([
      [stayed, 10 * MINUTE],
      [left, 4 * MINUTE],
      [came, 6 * MINUTE],
    ]),
  )
})

test('through a RESUME who stayed loses nothing, and what was replayed is counted by the time that is certain', async () => {
  const [stayed, left, came, deafened] = world.addPeople(4) as [string, string, string, string]
  await world.start()
  const event = await world.createEvent(30)
  await world.write()
  for (const userId of [stayed, left, deafened]) come(userId)
  await world.pass(5 * MINUTE)
  const { resumes, identifies } = world.fake
  const reconnect = world.fake.cutLines()
  await world.pass(20 * SECOND)
  go(left)
  come(came)
  come(deafened, { deafened: true })
  await world.pass(40 * SECOND)
  // While the line is lost nothing is counted; it is made up for when it is back.
  expect((await world.minutes(event)).get(stayed)).toBe(5 * MINUTE)
  reconnect()
  await world.fake.until('the RESUME', () => world.fake.resumes === resumes + 1 && world.fake.connected)
  await world.pass(4 * MINUTE)
  come(deafened)
  await world.pass(2 * MINUTE)
  expect(world.fake.identifies).toBe(identifies)
  expect(await world.minutes(event)).toEqual(
    new Map([
      [stayed, 12 * MINUTE],
      [left, 5 * MINUTE],
      [came, 6 * MINUTE],
      [deafened, 7 * MINUTE],
    ]),
  )
})

test('a session that Discord forgot begins anew: the gap counts for nobody', async () => {
  const [stayed, left] = world.addPeople(2) as [string, string]
  await world.start()
  const event = await world.createEvent(30)
  await world.write()
  for (const userId of [stayed, left]) come(userId)
  await world.pass(3 * MINUTE)
  const { identifies } = world.fake
  const reconnect = world.fake.cutLines()
  world.fake.forgetSession()
  go(left)
  await world.pass(MINUTE)
  reconnect()
  await world.fake.until('another IDENTIFY', () => world.fake.identifies === identifies + 1)
  await world.pass(2 * MINUTE)
  expect(await world.minutes(event)).toEqual(
    new Map([
      [stayed, 5 * MINUTE],
      [left, 3 * MINUTE],
    ]),
  )
})

test('a line that is silent but not broken is found out: what comes late counts for no longer than is certain', async () => {
  const [stayed, left] = world.addPeople(2) as [string, string]
  await world.start()
  const event = await world.createEvent(30)
  await world.write()
  for (const userId of [stayed, left]) come(userId)
  await world.pass(3 * MINUTE)
  const release = world.fake.stallGateway()
  go(left)
  await world.pass(MINUTE)
  release()
  await world.pass(2 * MINUTE)
  const counted = await world.minutes(event)
  expect(counted.get(left)).toBe(3 * MINUTE)
  expect(counted.get(stayed)).toBe(6 * MINUTE)
})

test('a bot whose machine was asleep takes what waited at its door for old', async () => {
  const [stayed, left] = world.addPeople(2) as [string, string]
  await world.start()
  const event = await world.createEvent(30)
  await world.write()
  for (const userId of [stayed, left]) come(userId)
  await world.pass(3 * MINUTE)
  const release = world.fake.stallGateway()
  go(left)
  world.community.clock.now += 5 * MINUTE
  release()
  await world.pass(MINUTE)
  const counted = await world.minutes(event)
  expect(counted.get(left)).toBe(3 * MINUTE)
  expect(counted.get(stayed)).toBe(9 * MINUTE)
})

test('a redeploy whose processes overlap loses nothing and counts nothing twice', async () => {
  const people = world.addPeople(200)
  const first = await world.start()
  const event = await world.createEvent(20)
  await world.write()
  people.forEach((userId) => come(userId))
  await world.pass(4 * MINUTE)
  await world.start()
  await world.pass(MINUTE)
  people.slice(0, 50).forEach((userId) => go(userId))
  await world.pass(30 * SECOND)
  await first.bot.stop()
  await world.pass(5 * MINUTE + 3 * SECOND)
  people.slice(50, 100).forEach((userId) => go(userId))
  await world.pass(4 * MINUTE)
  const counted = await world.minutes(event)
  people.forEach((userId, index) => {
    const expected = index < 50 ? 5 * MINUTE : index < 100 ? 10 * MINUTE + 33 * SECOND : 14 * MINUTE + 33 * SECOND
    expect(counted.get(userId), `person ${index}`).toBe(expected)
  })
  const now = world.community.clock.now
  const { settling } = world.community
  expect((await Promise.all([settling.settle(now), settling.settle(now)])).reduce((sum, count) => sum + count, 0)).toBe(100)
  expect((await world.attendees(event)).length).toBe(100)
  expect(await ledgerFaults(world.community.database.pool)).toEqual([])
})

test('presence, a code and the list give one reward together, and the card shows who is there and who stayed', async () => {
  const [ann, bob] = world.addPeople(2) as [string, string]
  await world.start()
  const event = await world.createEvent(20, 'stay:3')
  const card = async () => (await world.community.say('op', `event show ${event}`)).text
  await world.write()
  expect(await card()).toContain('Where: Town hall')
  expect(await card()).toContain('Needed: 3 min in the channel, not deafened\nThere now: 0\nStayed long enough: 0')
  await world.community.chat.rememberCard(`EVT-${event}`, { platform: 'discord', chatId: world.text, messageId: '1' })
  const edits: string[] = []
  const messenger: Messenger = {
    remembersNonceMs: 0,
    sendPrivate: async () => 'sent',
    post: async () => Promise.reject(new Error('nothing is announced')),
    edit: async (_message, reply) => {
      edits.push((reply.fields ?? []).flatMap(({ value }) => (typeof value === 'number' ? [value] : [])).join(' '))
      return 'edited'
    },
  }
  const { database, events, clock } = world.community
  const outbox = outboxStore(database, { events, operators: new Set(), publicOrigin: 'http://localhost:8080' })
  const deliver = () => deliverOutbox({ outbox, messengers: new Map([['discord', messenger]]), publicLanguage: 'en' }, clock.now)
  await world.write()
  for (const userId of [ann, bob]) come(userId)
  await world.pass(MINUTE)
  await settle()
  await deliver()
  expect(edits.splice(0)).toEqual(['2 0 0'])
  go(bob)
  await world.pass(5 * SECOND)
  await settle()
  await deliver()
  // Fifteen seconds have not gone by since.
  expect(edits).toEqual([])
  const code = (await world.community.say('op', `event codes ${event}`)).reply.verbatim ?? ''
  const checkedIn = await world.fake.slash({ user: ann, channel: world.text, path: ['pos', 'checkin'], options: { code } })
  expect(checkedIn.text).toContain('You earned')
  await world.pass(3 * MINUTE)
  expect(await settle()).toBe(0)
  come(bob)
  await world.pass(2 * MINUTE)
  expect(await settle()).toBe(1)
  expect(await world.attendees(event)).toEqual([
    { userId: ann, evidence: 'rotating' },
    { userId: bob, evidence: 'presence' },
  ])
  await deliver()
  expect(edits.at(-1)).toBe('2 1 2')
  const late = await world.fake.slash({ user: bob, channel: world.text, path: ['pos', 'checkin'], options: { code } })
  expect(late.text).toContain('already checked in')
})

test('closing an event early first checks in those who stayed long enough by then', async () => {
  const [ann] = world.addPeople(1) as [string]
  await world.start()
  const event = await world.createEvent(20, 'stay:2')
  await world.write()
  come(ann)
  await world.pass(130 * SECOND)
  expect((await world.community.say('op', `event close ${event}`)).text).toContain('1 checked in')
  expect(await world.attendees(event)).toEqual([{ userId: ann, evidence: 'presence' }])
})

test('presence asks for a channel and for a stay within the event', async () => {
  const say = (options: string) => world.community.say('op', `event create title:Call start:now minutes:10 evidence:presence ${options}`)
  expect((await say('')).text).toContain('(event.no_channel)')
  expect((await say('place:"the big room"')).text).toContain('(event.no_channel)')
  expect((await say(`place:${world.stage} stay:11`)).text).toContain('(event.stay_too_long)')
  for (const place of [world.stage, `<#${world.stage}>`, `https://discord.com/channels/${GUILD}/${world.stage}`])
    expect((await say(`place:${place}`)).text).toContain('created')
})
