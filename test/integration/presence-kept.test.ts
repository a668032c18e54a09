import { afterEach, beforeEach, expect, test } from 'vitest'
import { PRESENCE_KEPT_MS } from '../../core/attendance/presence.rules.ts'
import { MINUTE, SECOND } from '../../core/shared/instant.ts'
import { ledgerFaults } from '../support/rows.ts'
import { GUILD, openVoiceStage, type VoiceStage } from '../support/discord/voice-stage.ts'

const START = Date.UTC(2027, 1, 3, 18)
let world: VoiceStage

beforeEach(async () => {
  world = await openVoiceStage(START)
})
// Closing it fails when the platform would have refused a request of the bot.
afterEach(() => world[Symbol.asyncDispose]())

const come = (userId: string, how = {}) => world.fake.voice(GUILD, userId, world.stage, how)
const settle = () => world.community.settling.settle(world.community.clock.now)

test('members see their own time where nobody else reads it, and nowhere else', async () => {
  const [ann, bob] = world.addPeople(2) as [string, string]
  await world.start()
  const event = `EVT-${await world.createEvent(20, 'stay:3')}`
  await world.write()
  come(ann)
  await world.pass(2 * MINUTE + 50 * SECOND)
  const show = (user: string, where: object, options: object = {}) =>
    world.fake.slash({ user, ...where, path: ['pos', 'event', 'show'], options: { event, ...options } })
  const here = { channel: world.text }
  const card = await show(ann, here)
  expect([card.ephemeral, card.text.includes('Your time'), card.text.includes('Needed')]).toEqual([false, false, true])
  const own = await show(ann, here, { mine: true })
  await own.until('the own minutes', ({ text }) => text !== '')
  expect([own.ephemeral, own.text.includes('2 of 3 min so far')]).toEqual([true, true])
  expect((await show(ann, { dm: true })).text).toContain('2 of 3 min so far')
  expect((await show(bob, { dm: true })).text).toContain('0 of 3 min so far')
  expect((await show(ann, { dm: true }, { mine: false })).text).not.toContain('Your time')
  // What a channel reads is redrawn as it was: with nobody's own time.
  expect(world.fake.messages(world.text).some((message) => JSON.stringify(message).includes('so far'))).toBe(false)
  await world.pass(10 * SECOND)
  expect(await settle()).toBe(1)
  await world.fake.slash({ user: ann, dm: true, path: ['pos-me', 'language'], options: { language: 'zh' } })
  expect((await show(ann, { dm: true })).text).toContain('已满 3 分钟，共需 3 分钟')
  const other = (await world.community.say('op', 'event create title:Code start:now')).text
  expect((await world.community.say('op', `event show ${/EVT-\d+/.exec(other)?.[0]} mine:yes`)).text).not.toContain('Your time')
})

test('who was where is forgotten a month after check-in closed, and nothing that came of it', async () => {
  const [ann, bob] = world.addPeople(2) as [string, string]
  await world.start()
  const old = await world.createEvent(10, 'stay:3')
  await world.write()
  come(ann)
  await world.pass(4 * MINUTE)
  expect(await settle()).toBe(1)
  const closes = START + 40 * MINUTE
  world.community.clock.now = closes + PRESENCE_KEPT_MS - 1
  const { forget } = world.community.settling
  const { pool } = world.community.database
  const rows = async () =>
    (
      await pool.query<{ rows: number[] }>(
        `SELECT array[(SELECT count(*) FROM presence_interval), (SELECT count(*) FROM presence_watch), (SELECT count(*) FROM attendance),
                      (SELECT count(*) FROM reward)]::int[] AS rows`,
      )
    ).rows[0]?.rows
  expect(await forget(world.community.clock.now)).toBe(0)
  const next = await world.createEvent(10, 'stay:3')
  await world.write()
  come(bob)
  await world.pass(SECOND)
  const [intervals = 0, watches] = (await rows()) ?? []
  expect(intervals).toBeGreaterThan(1)
  const gone = await forget(world.community.clock.now)
  // The watch lives: its bot goes on with another event.
  expect(await rows()).toEqual([intervals - gone, watches, 1, 1])
  expect([(await world.minutes(old)).size, (await world.minutes(next)).get(bob)]).toEqual([0, SECOND])
  expect(
    (await world.fake.slash({ user: ann, dm: true, path: ['pos', 'event', 'show'], options: { event: `EVT-${old}` } })).text,
  ).not.toContain('Your time')
  await world.pass(3 * MINUTE)
  expect(await settle()).toBe(2)
  world.community.clock.now += 2 * PRESENCE_KEPT_MS
  expect(await forget(world.community.clock.now)).toBeGreaterThan(0)
  expect(await rows()).toEqual([0, 0, 3, 3])
  // A bot that was silent all the time writes on.
  const late = await world.createEvent(10, 'stay:3')
  await world.write()
  await world.pass(MINUTE)
  expect((await world.minutes(late)).get(bob)).toBe(MINUTE)
  expect(await ledgerFaults(pool)).toEqual([])
})
