import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../adapters/postgres/database.ts'
import { isDigestDue, sendDigests } from '../../adapters/postgres/digest-store.ts'
import { notifyMember } from '../../adapters/postgres/notify-member.ts'
import { localDay } from '../../core/inbox/digest.rules.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { replyFromJson } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { freshDatabase } from '../support/postgres.ts'
import { PLAIN_STYLE, startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const STEP = 30 * MINUTE
let url: string
let community: Community
let told = 0
beforeEach(async () => {
  url = await freshDatabase()
  community = await startCommunity(GENESIS, url)
  await community.say('ann', 'start')
})
afterEach(() => community.close())

async function tell(count = 1): Promise<void> {
  const { memberId } = await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: 'ann' } })
  for (let each = 0; each < count; each += 1)
    await community.database.transaction(async (tx) => {
      await notifyMember(tx, memberId, sharedTexts.say('plain', { text: `news ${(told += 1)}` }), community.clock.now)
      return { keep: true, value: undefined }
    })
}

const run = () => sendDigests(community.database, community.clock.now)
const rows = () => community.database.prisma.outboxRow.findMany({ where: { topic: 'private' }, orderBy: { id: 'asc' } })

async function lastDigest(): Promise<string[]> {
  const payload = (await rows()).at(-1)?.payload as { reply: string; language: string; timeZone: string }
  return replyFromJson(payload.reply).lines.map((text) => community.chat.speak(text, 'en', PLAIN_STYLE))
}

/** Lets time pass with a run every half hour and something new before each; when digests came. */
async function live(from: number, until: number): Promise<number[]> {
  const before = (await rows()).length
  for (community.clock.now = from; community.clock.now < until; community.clock.now += STEP) {
    await tell()
    await run()
  }
  return (await rows()).slice(before).map(({ createdAt }) => createdAt.getTime())
}

test('nobody gets one who did not ask; who did gets what is unread, once, at the hour', async () => {
  await tell(7)
  community.clock.now = GENESIS + 2 * DAY
  expect([await isDigestDue(community.database, community.clock.now), await run()]).toEqual([false, 0])
  const answer = await community.say('ann', 'digest 18')
  expect(answer.text).toContain('The next one can come 2027-02-02T18:00:00.000Z.')
  expect(answer.text).toContain('digest off stops it.')
  community.clock.now += 18 * HOUR - 1
  expect(await isDigestDue(community.database, community.clock.now)).toBe(false)
  community.clock.now += 1
  expect([await isDigestDue(community.database, community.clock.now), await run()]).toEqual([true, 1])
  expect((await rows()).map(({ subject }) => subject)).toEqual(['console:ann'])
  const lines = await lastDigest()
  expect(lines.slice(0, 5).map((line) => line.replace(/^.* · /, ''))).toEqual([7, 6, 5, 4, 3].map((number) => `news ${told - 7 + number}`))
  expect(lines.slice(5)).toEqual(['And 2 more: inbox', 'digest off stops it.'])
  // It was not read by being sent: that it arrived, nobody knows.
  expect((await community.say('ann', 'inbox')).text).toContain(`news ${told}`)
})

test('without anything new nothing comes, and what was in one digest is in no other', async () => {
  await community.say('ann', 'digest 18')
  community.clock.now += 20 * HOUR
  expect(await run()).toBe(0)
  await tell()
  community.clock.now += DAY
  expect(await run()).toBe(1)
  community.clock.now += DAY
  expect(await run()).toBe(0)
  await tell()
  await community.say('ann', 'inbox')
  community.clock.now += DAY
  expect(await run()).toBe(0)
})

test('one each day of the member’s own calendar, also when the clocks go forward or back', async () => {
  const cases: readonly (readonly [zone: string, hour: number, from: number, hours: readonly number[]])[] = [
    ['America/New_York', 18, Date.UTC(2027, 2, 13), [23, 22, 22]],
    // 02:00 to 03:00 is left out on 28 March, and comes twice on 31 October.
    ['Europe/Berlin', 2, Date.UTC(2027, 2, 27), [1, 1, 0]],
    ['Asia/Kolkata', 9, Date.UTC(2027, 5, 1), [3.5, 3.5, 3.5]],
    ['Europe/Berlin', 2, Date.UTC(2027, 9, 30), [0, 1, 1]],
    ['America/New_York', 18, Date.UTC(2027, 10, 6), [22, 23, 23]],
  ]
  for (const [zone, hour, from, hours] of cases) {
    community.clock.now = from - MINUTE
    await community.say('ann', `timezone ${zone}`)
    await community.say('ann', `digest ${hour}`)
    const came = await live(from, from + 3 * DAY)
    const days = came.map((at) => localDay(zone, at))
    expect([zone, days.length]).toEqual([zone, new Set(days).size])
    expect([zone, came.map((at) => ((at - from) / HOUR) % 24)]).toEqual([zone, hours])
  }
}, 120_000)

test('two processes at once, and one started again, send one', async () => {
  await community.say('ann', 'digest 18')
  await tell()
  community.clock.now += 18 * HOUR
  const other = openDatabase(url, { connections: 3 })
  try {
    const both = [community.database, other]
    const sent = await Promise.all(Array.from({ length: 6 }, (_, index) => sendDigests(both[index % 2]!, community.clock.now)))
    expect(sent.toSorted((left, right) => left - right)).toEqual([0, 0, 0, 0, 0, 1])
  } finally {
    await other.close()
  }
  await tell()
  const restarted = openDatabase(url, { connections: 1 })
  expect(await sendDigests(restarted, community.clock.now + MINUTE)).toBe(0)
  await restarted.close()
  expect(await rows()).toHaveLength(1)
})

test('a process that dies while it sends has sent nothing: the next one does', async () => {
  await community.say('ann', 'digest 18')
  await tell()
  community.clock.now += 18 * HOUR
  await community.database.prisma.$executeRaw`
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'power cut'; END $$`
  await community.database.prisma.$executeRaw`CREATE TRIGGER power_cut BEFORE UPDATE ON digest FOR EACH ROW EXECUTE FUNCTION die()`
  await expect(run()).rejects.toThrow(/power cut/)
  await community.database.prisma.$executeRaw`DROP TRIGGER power_cut ON digest`
  expect(await rows()).toEqual([])
  expect([await run(), (await lastDigest())[0]]).toEqual([1, expect.stringContaining(`news ${told}`)])
})

test('after days without jobs one comes, late; and another hour, zone or turning it off and on brings no second one that day', async () => {
  await community.say('ann', 'digest 18')
  await tell(2)
  community.clock.now += 3 * DAY + 20 * HOUR
  expect(await run()).toBe(1)
  for (const line of ['digest 21', 'digest off', 'digest 22', 'timezone America/Los_Angeles', 'timezone Asia/Tokyo', 'timezone UTC']) {
    await community.say('ann', line)
    await tell()
  }
  const came = await live(community.clock.now, GENESIS + 5 * DAY)
  expect(came.map((at) => new Date(at).toISOString())).toEqual(['2027-02-04T22:00:00.000Z'])
})

test('the hour is of the clock that the member has now', async () => {
  await community.say('ann', 'digest 18')
  await community.say('ann', 'timezone Asia/Shanghai')
  const came = await live(GENESIS, GENESIS + DAY)
  expect(came).toEqual([GENESIS + 10 * HOUR])
  const payload = (await rows())[0]?.payload
  expect(payload).toMatchObject({ language: 'en', timeZone: 'Asia/Shanghai' })
})

test('quiet holds it back until it is over, and off stops it', async () => {
  await community.say('ann', 'digest 18')
  await tell()
  community.clock.now += 17 * HOUR
  expect((await community.say('ann', 'snooze 3h')).text).toContain('Quiet until 2027-01-31T20:00:00.000Z.')
  expect((await community.say('ann', 'digest 18')).text).toContain('The next one can come 2027-01-31T20:00:00.000Z.')
  community.clock.now += 2 * HOUR
  expect([await isDigestDue(community.database, community.clock.now), await run()]).toEqual([false, 0])
  community.clock.now += HOUR
  expect(await run()).toBe(1)
  await community.say('ann', 'digest off')
  await tell()
  community.clock.now += 2 * DAY
  expect([await isDigestDue(community.database, community.clock.now), await run()]).toEqual([false, 0])
})

test('an account that is somebody else’s by now gets nothing', async () => {
  await community.say('ann', 'digest 18')
  await tell()
  await community.say('bob', 'start')
  const [ann, bob] = await Promise.all(
    ['ann', 'bob'].map((userId) => community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId } })),
  )
  await community.database.prisma.chatAccount.delete({ where: { platform_userId: { platform: 'console', userId: 'bob' } } })
  await community.database.prisma.chatAccount.updateMany({ where: { memberId: ann!.memberId }, data: { memberId: bob!.memberId } })
  community.clock.now += DAY
  expect([await isDigestDue(community.database, community.clock.now), await run()]).toEqual([false, 0])
})
