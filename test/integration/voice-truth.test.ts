import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../core/shared/instant.ts'
import { GUILD, openVoiceStage, type VoiceStage } from '../support/discord/voice-stage.ts'
import { keepVoiceTruth } from '../support/discord/voice-truth.ts'

const START = Date.UTC(2027, 1, 3, 18)
const PEOPLE = 200
let world: VoiceStage

beforeEach(async () => {
  world = await openVoiceStage(START)
})
// Closing it fails when the platform would have refused a request of the bot.
afterEach(() => world[Symbol.asyncDispose]())

const now = () => world.community.clock.now
const keepTruth = () => keepVoiceTruth(now, (userId, isThere) => world.fake.voice(GUILD, userId, isThere ? world.stage : null))

async function resumed(during: () => Promise<void>): Promise<void> {
  const { resumes } = world.fake
  const reconnect = world.fake.cutLines()
  await during()
  reconnect()
  await world.fake.until('the RESUME', () => world.fake.resumes > resumes && world.fake.connected)
}

test('a leave that comes late over a line that stalls for less than anyone would notice counts for no second more', async () => {
  const truth = keepTruth()
  const [stayed, left, flickered, came] = world.addPeople(4) as [string, string, string, string]
  await world.start()
  const event = await world.createEvent(20)
  await world.write()
  for (const userId of [stayed, left, flickered]) truth.come(userId)
  await world.pass(3 * MINUTE)
  const release = world.fake.stallGateway()
  world.community.clock.now += SECOND
  truth.go(left)
  truth.go(flickered)
  await world.pass(4 * SECOND)
  truth.come(flickered)
  truth.come(came)
  await world.pass(7 * SECOND)
  release()
  await world.pass(MINUTE)
  const real = truth.between(START, now())
  const counted = await world.minutes(event)
  expect(counted.get(stayed)).toBe(real.get(stayed))
  // Nobody asked in the second before the leave, so that it is not known; what was told late begins when it was heard.
  expect(counted.get(left)).toBe(real.get(left)! - SECOND)
  expect(counted.get(flickered)).toBe(real.get(flickered)! - SECOND - 7 * SECOND)
  expect(counted.get(came)).toBe(real.get(came)! - 7 * SECOND)
})

test('a line that is always late counts no more either', async () => {
  const truth = keepTruth()
  const people = world.addPeople(20)
  await world.start()
  const event = await world.createEvent(20)
  await world.write()
  people.forEach(truth.come)
  let release = world.fake.stallGateway()
  for (const userId of people) {
    await world.pass(5 * SECOND)
    truth.go(userId)
    await world.pass(3 * SECOND)
    release()
    // The next is held back before anything of it was sent.
    release = world.fake.stallGateway()
  }
  release()
  await world.pass(MINUTE)
  const real = truth.between(START, now())
  const counted = await world.minutes(event)
  for (const [index, userId] of people.entries()) {
    expect(counted.get(userId) ?? 0, `person ${index}`).toBeLessThanOrEqual(real.get(userId)!)
    expect(counted.get(userId) ?? 0, `person ${index}`).toBeGreaterThanOrEqual(real.get(userId)! - 16 * SECOND)
  }
})

test('200 people through a stall, a RESUME, a stall that breaks, a restart and a redeploy: the truth where it was told, and never more', async () => {
  const truth = keepTruth()
  const people = world.addPeople(PEOPLE)
  /** Each situation has twenty of its own. */
  const group = (index: number) => people.slice(index * 20, index * 20 + 20)
  const [stays, told, late, flickers, joins, resumes, breaks, restarts, redeploys, ends] = Array.from({ length: 10 }, (_, index) =>
    group(index),
  ) as [string[], string[], string[], string[], string[], string[], string[], string[], string[], string[]]
  const first = await world.start()
  const event = await world.createEvent(40)
  await world.write()
  for (const some of [stays, told, late, flickers, resumes, breaks, restarts, redeploys, ends]) {
    some.forEach(truth.come)
    await world.pass(SECOND)
  }
  await world.pass(3 * MINUTE)
  told.slice(0, 10).forEach(truth.go)
  await world.pass(MINUTE)

  const release = world.fake.stallGateway()
  world.community.clock.now += SECOND
  late.forEach(truth.go)
  flickers.forEach(truth.go)
  await world.pass(6 * SECOND)
  flickers.forEach(truth.come)
  joins.forEach(truth.come)
  await world.pass(11 * SECOND)
  release()
  await world.pass(2 * MINUTE)

  await resumed(async () => {
    await world.pass(20 * SECOND)
    resumes.forEach(truth.go)
    await world.pass(20 * SECOND)
  })
  await world.pass(2 * MINUTE)

  const unblock = world.fake.stallGateway()
  world.community.clock.now += 5 * SECOND
  breaks.forEach(truth.go)
  await world.pass(5 * SECOND)
  await resumed(async () => {
    await world.pass(30 * SECOND)
    unblock()
  })
  await world.pass(MINUTE)

  const atKill = now()
  await first.kill()
  world.community.clock.now += 10 * SECOND
  restarts.forEach(truth.go)
  world.community.clock.now += 10 * SECOND
  const second = await world.start()
  const gap = now() - atKill
  await world.pass(2 * MINUTE)

  await world.start()
  redeploys.slice(0, 10).forEach(truth.go)
  await world.pass(20 * SECOND)
  const last = world.fake.stallGateway()
  redeploys.slice(10).forEach(truth.go)
  await world.pass(4 * SECOND)
  await Promise.all([second.bot.stop(), world.pass(SECOND)])
  last()
  await world.pass(MINUTE)
  ends.forEach(truth.go)
  await world.pass(MINUTE)

  const real = truth.between(START, now())
  const counted = await world.minutes(event)
  expect(counted.size).toBe(PEOPLE)
  for (const userId of people) expect(counted.get(userId), userId).toBeLessThanOrEqual(real.get(userId)!)
  const lost = (some: readonly string[]) => [...new Set(some.map((userId) => (real.get(userId)! - counted.get(userId)!) / SECOND))]
  // Nobody can know who was there between a kill and the start after it.
  const dark = gap / SECOND
  expect(gap).toBe(20 * SECOND)
  expect([lost(stays), lost(ends), lost(told.slice(10)), lost(redeploys)]).toEqual([[dark], [dark], [dark], [dark]])
  expect(lost(told.slice(0, 10))).toEqual([0])
  // Told late: from the last proof before it, and until it was heard.
  expect([lost(late), lost(flickers), lost(joins)]).toEqual([[1], [1 + 11 + dark], [11 + dark]])
  expect([lost(resumes), lost(breaks), lost(restarts)]).toEqual([[20], [5], [10]])
})
