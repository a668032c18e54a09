import { afterEach, beforeEach, expect, test } from 'vitest'
import { sendReminders } from '../../adapters/postgres/reminder-store.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { GUILD, HOST, openVoiceStage, type VoiceStage } from '../support/discord/voice-stage.ts'

const START = Date.UTC(2027, 1, 3, 18)
let world: VoiceStage

beforeEach(async () => {
  world = await openVoiceStage(START)
})
// Closing it fails when the platform would have refused a request of the bot.
afterEach(() => world[Symbol.asyncDispose]())

/** Hana has used the bot, so that the server is known as home, and may host. */
async function makeHost(): Promise<void> {
  await world.fake.slash({ user: HOST, channel: world.text, path: ['pos', 'event', 'list'] })
  const { prisma } = world.community.database
  const { memberId } = await prisma.chatAccount.findUniqueOrThrow({ where: { platform_userId: { platform: 'discord', userId: HOST } } })
  await prisma.roleGrant.create({ data: { memberId, role: 'host', grantedAt: new Date(START) } })
}
const schedule = (change: Partial<Parameters<typeof world.fake.scheduleEvent>[0]> = {}) =>
  world.fake.scheduleEvent({ name: 'Community call', channel: world.stage, creator: HOST, startsAt: START + HOUR, ...change })
const events = async () => {
  const rows = await world.community.database.prisma.event.findMany({ orderBy: { number: 'asc' }, include: { presence: true } })
  return rows.map(({ title, startsAt, endsAt, closedAt, presence }) => ({
    title,
    start: (startsAt.getTime() - START) / MINUTE,
    end: (endsAt.getTime() - START) / MINUTE,
    isClosed: closedAt !== null,
    stay: (presence?.thresholdMs ?? 0) / MINUTE,
  }))
}

test('a host’s scheduled event becomes ours once, and follows its name, its time and its end', async () => {
  await world.start()
  await makeHost()
  const id = schedule()
  await world.write()
  const call = { title: 'Community call', start: 60, end: 120, isClosed: false, stay: 30 }
  expect(await events()).toEqual([call])
  world.fake.changeScheduledEvent(id, { name: 'Monthly call', startsAt: START + 30 * MINUTE, endsAt: START + 70 * MINUTE })
  await world.write()
  expect(await events()).toEqual([{ ...call, title: 'Monthly call', start: 30, end: 70, stay: 24 }])
  // Another process that starts sees it in the list, and changes nothing; both hear what comes.
  await world.start()
  world.fake.setScheduledEventStatus(id, 'active')
  await world.write()
  expect(await events()).toEqual([{ ...call, title: 'Monthly call', start: 0, end: 70, stay: 30 }])
  await world.pass(10 * MINUTE)
  const [ann] = world.addPeople(1) as [string]
  world.fake.voice(GUILD, ann, world.stage)
  await world.pass(10 * MINUTE)
  world.fake.setScheduledEventStatus(id, 'completed')
  await world.write()
  expect(await events()).toEqual([{ ...call, title: 'Monthly call', start: 0, end: 20, stay: 12 }])
  expect(await world.minutes(1)).toEqual(new Map([[ann, 10 * MINUTE]]))
})

test('its reminder moves with the calendar, and does not come twice because the host begins when it suits', async () => {
  await world.start()
  await makeHost()
  const id = schedule()
  await world.write()
  const { community } = world
  await community.say('ann', 'remind EVT-1 10m')
  world.fake.changeScheduledEvent(id, { startsAt: START + 3 * HOUR, endsAt: START + 4 * HOUR })
  await world.write()
  community.clock.now = START + HOUR
  expect(await sendReminders(community.database, community.clock.now)).toBe(0)
  community.clock.now = START + 3 * HOUR - 10 * MINUTE
  expect(await sendReminders(community.database, community.clock.now)).toBe(1)
  community.clock.now += 5 * MINUTE
  world.fake.setScheduledEventStatus(id, 'active')
  await world.write()
  expect((await events())[0]).toMatchObject({ start: 175 })
  expect(await sendReminders(community.database, community.clock.now)).toBe(0)
})

test('one that nobody with the right made becomes nothing, until that member may host', async () => {
  await world.start()
  await world.fake.slash({ user: HOST, channel: world.text, path: ['pos', 'event', 'list'] })
  const [stranger] = world.addPeople(1) as [string]
  schedule({ creator: stranger })
  schedule()
  await world.write()
  expect(await events()).toEqual([])
  await makeHost()
  await world.start()
  expect((await events()).map(({ title }) => title)).toEqual(['Community call'])
})

test('one that is called off, removed, or gone while nobody listened, is closed; one that had begun ends', async () => {
  const first = await world.start()
  await makeHost()
  const [called, removed, missed, begun] = ['called off', 'removed', 'missed', 'begun'].map((name) => schedule({ name })) as [
    string,
    string,
    string,
    string,
  ]
  await world.write()
  world.fake.setScheduledEventStatus(called, 'canceled')
  world.fake.deleteScheduledEvent(removed)
  world.fake.setScheduledEventStatus(begun, 'active')
  await world.write()
  await first.bot.stop()
  world.community.clock.now += 20 * MINUTE
  world.fake.deleteScheduledEvent(missed)
  world.fake.setScheduledEventStatus(begun, 'completed')
  await world.start()
  expect((await events()).map(({ title, start, end, isClosed }) => [title, start, end, isClosed])).toEqual([
    ['called off', 60, 120, true],
    ['removed', 60, 120, true],
    ['missed', 60, 120, true],
    ['begun', 0, 20, false],
  ])
})

test('another server’s calendar is not ours', async () => {
  await world.start()
  await makeHost()
  const other = world.fake.addGuild({ id: '200000000000000002' })
  world.fake.addMember({ guild: other, userId: HOST })
  const channel = world.fake.addChannel({ guild: other, type: 'voice' })
  schedule({ channel })
  await world.write()
  expect(await events()).toEqual([])
})

test('one that recurs is an event each time that it takes place; the next one neither moves the first nor opens it again', async () => {
  const first = await world.start()
  await makeHost()
  const id = schedule({ everyDays: 7, endsAt: START + 2 * HOUR })
  await world.write()
  world.community.clock.now += HOUR
  world.fake.setScheduledEventStatus(id, 'active')
  await world.write()
  const [ann] = world.addPeople(1) as [string]
  world.fake.voice(GUILD, ann, world.stage)
  await world.pass(20 * MINUTE)
  world.fake.finishOccurrence(id)
  await world.write()
  const week = (7 * DAY) / MINUTE
  const once = { title: 'Community call', start: 60, end: 80, isClosed: false, stay: 12 }
  const again = { title: 'Community call', start: 60 + week, end: 120 + week, isClosed: false, stay: 30 }
  expect(await events()).toEqual([once, again])
  // Both processes hear it, and one that starts later reads it.
  await world.start()
  world.fake.changeScheduledEvent(id, { name: 'Weekly call', startsAt: START + HOUR + 7 * DAY + 30 * MINUTE })
  await world.write()
  const moved = { ...again, title: 'Weekly call', start: again.start + 30, stay: 18 }
  expect(await events()).toEqual([once, moved])
  // The second takes place while nobody listens; the third is known from the list.
  await first.kill()
  world.community.clock.now += 7 * DAY
  world.fake.setScheduledEventStatus(id, 'active')
  world.community.clock.now += 2 * HOUR
  world.fake.finishOccurrence(id)
  await world.start()
  expect((await events()).map(({ title, start }) => [title, start])).toEqual([
    ['Community call', once.start],
    ['Weekly call', moved.start],
    ['Weekly call', moved.start + week],
  ])
  // Called off for good, only what was to come is closed.
  world.fake.setScheduledEventStatus(id, 'canceled')
  await world.write()
  expect((await events()).map(({ isClosed }) => isClosed)).toEqual([false, false, true])
  expect(await world.minutes(1)).toEqual(new Map([[ann, 20 * MINUTE]]))
})

test('one that was heard of before it was known which server is home is followed once it is', async () => {
  await world.start()
  const [early, called] = [schedule({ name: 'early' }), schedule({ name: 'called off' })]
  await world.write()
  const later = await world.start()
  schedule({ name: 'later' })
  world.fake.changeScheduledEvent(early, { startsAt: START + 2 * HOUR })
  world.fake.setScheduledEventStatus(called, 'canceled')
  await world.write()
  await later.bot.stop()
  expect(await events()).toEqual([])
  const { prisma } = world.community.database
  // By a direct message no server becomes home.
  await world.fake.slash({ user: HOST, dm: true, path: ['pos', 'event', 'list'] })
  const { memberId } = await prisma.chatAccount.findUniqueOrThrow({ where: { platform_userId: { platform: 'discord', userId: HOST } } })
  await prisma.roleGrant.create({ data: { memberId, role: 'host', grantedAt: new Date(START) } })
  await world.write()
  expect(await events()).toEqual([])
  await world.fake.slash({ user: HOST, channel: world.text, path: ['pos', 'event', 'list'] })
  await world.write()
  expect(new Map((await events()).map(({ title, start }) => [title, start]))).toEqual(
    new Map([
      ['early', 120],
      ['later', 60],
    ]),
  )
})
