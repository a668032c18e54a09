import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../adapters/postgres/database.ts'
import { forgetReminders, isReminderDue, sendReminders } from '../../adapters/postgres/reminder-store.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { isIssued } from '../../core/shared/press.ts'
import { replyFromJson, type Reply } from '../../core/shared/reply.ts'
import { freshDatabase } from '../support/postgres.ts'
import { PLAIN_STYLE, startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let url: string
let community: Community
/** Starts three hours after genesis and lasts one. */
beforeEach(async () => {
  url = await freshDatabase()
  community = await startCommunity(GENESIS, url)
  await community.say('op', 'event create Weekly call start:+3h minutes:60 place:stage')
  for (const who of ['ann', 'bob']) await community.say(who, 'start')
})
afterEach(() => community.close())

const START = GENESIS + 3 * HOUR
const run = () => sendReminders(community.database, community.clock.now)
const isDue = () => isReminderDue(community.database, community.clock.now)
const at = (instant: number) => {
  community.clock.now = instant
}

async function sent(): Promise<{ to: string; reply: Reply; text: string }[]> {
  const rows = await community.database.prisma.outboxRow.findMany({ where: { topic: 'private' }, orderBy: { id: 'asc' } })
  return rows.map(({ subject, payload }) => {
    const reply = replyFromJson((payload as { reply: string }).reply)
    return { to: subject, reply, text: reply.lines.map((text) => community.chat.speak(text, 'en', PLAIN_STYLE)).join('\n') }
  })
}
const labels = (reply: Reply) => (reply.buttons ?? []).map(({ label }) => community.chat.speak(label, 'en', PLAIN_STYLE))
const moveTo = (startsAt: number) =>
  community.database.prisma.event.update({
    where: { number: 1 },
    data: { startsAt: new Date(startsAt), endsAt: new Date(startsAt + HOUR), closesAt: new Date(startsAt + 2 * HOUR) },
  })

test('comes before the start to who asked for it, once, with two processes at once and after a restart', async () => {
  const answer = await community.say('ann', 'remind EVT-1')
  expect(answer.text).toBe('I will remind you of EVT-1 Weekly call: 2027-01-31T02:00:00.000Z.\nremind EVT-1 off stops it.')
  at(START - HOUR - 1)
  expect([await isDue(), await run()]).toEqual([false, 0])
  at(START - HOUR)
  expect(await isDue()).toBe(true)
  const other = openDatabase(url, { connections: 3 })
  try {
    const both = [community.database, other]
    const counts = await Promise.all(Array.from({ length: 6 }, (_, index) => sendReminders(both[index % 2]!, community.clock.now)))
    expect(counts.toSorted((left, right) => left - right)).toEqual([0, 0, 0, 0, 0, 1])
    at(START - MINUTE)
    expect([await sendReminders(other, community.clock.now), await isDue()]).toEqual([0, false])
  } finally {
    await other.close()
  }
  expect((await sent()).map(({ to, text, reply }) => [to, text, labels(reply)])).toEqual([
    [
      'console:ann',
      'Weekly call (EVT-1) starts 2027-01-31T03:00:00.000Z.\nWhere: stage',
      ['In 10 minutes', 'In an hour', 'No more reminders'],
    ],
  ])
})

test('the button on the card sets it, for whoever presses, as long as the event has not begun', async () => {
  const card = await community.say('bob', 'event show 1')
  expect((await community.press('ann', card, 'Remind me')).text).toContain('I will remind you of EVT-1')
  expect((await community.press('op', card, 'Remind me')).text).toContain('I will remind you of EVT-1')
  at(START - HOUR)
  expect(await run()).toBe(2)
  expect((await sent()).map(({ to }) => to).toSorted()).toEqual(['console:ann', 'console:op'])
  // Each card has the same button: an old one works like a new one, and none is added for every look.
  const again = await community.say('ann', 'event show 1')
  expect(again.reply.buttons).toEqual(card.reply.buttons)
  expect(await community.database.prisma.button.count({ where: { command: 'remind', memberId: null } })).toBe(1)
  at(START)
  expect((await community.say('ann', 'event show 1')).reply.buttons).toBeUndefined()
  expect((await community.press('bob', card, 'Remind me')).text).toContain('(remind.too_late)')
})

test.each([
  ['10m', 10 * MINUTE],
  ['1h', HOUR],
  ['1d', DAY],
])('comes %s before when that is asked for; without a wish as early as an hour allows', async (before, lead) => {
  await community.say('op', 'event create Later start:+3d')
  await community.say('ann', `remind EVT-2 ${before}`)
  at(GENESIS + 3 * DAY - lead - 1)
  expect(await run()).toBe(0)
  at(GENESIS + 3 * DAY - lead)
  expect(await run()).toBe(1)
  await community.say('op', 'event create Soon start:+20m')
  expect((await community.say('ann', 'remind EVT-3')).text).toContain(new Date(community.clock.now + 10 * MINUTE).toISOString())
  expect((await community.say('ann', 'remind EVT-3 1h')).text).toContain('(remind.too_late)')
})

test('does not come to who has checked in, and comes to who was taken off again', async () => {
  await community.say('op', 'event create Now start:+14m')
  for (const who of ['ann', 'bob']) await community.say(who, 'remind EVT-2')
  const code = (await community.say('op', 'event codes 2')).reply.verbatim ?? ''
  for (const who of ['ann', 'bob']) expect((await community.say(who, `checkin ${code}`)).text).toContain('Checked in')
  await community.say('op', 'event undo 2 @bob another Bob')
  at(GENESIS + 4 * MINUTE)
  expect(await run()).toBe(1)
  expect((await sent()).map(({ to }) => to)).toEqual(['console:bob'])
  expect(await isDue()).toBe(false)
})

test('lapses when the event was closed, or is over before it could come', async () => {
  await community.say('ann', 'remind EVT-1')
  await community.say('op', 'event close 1')
  at(START - HOUR)
  expect([await isDue(), await run(), await isDue()]).toEqual([true, 0, false])
  expect((await community.say('ann', 'remind EVT-1')).text).toContain('(remind.over)')
  await community.say('op', 'event create Short start:+30m minutes:15')
  await community.say('bob', 'remind EVT-2')
  community.clock.now += HOUR
  expect(await run()).toBe(0)
  expect(await sent()).toEqual([])
})

test('a start that moves takes it along, also when it had come already', async () => {
  await community.say('ann', 'remind EVT-1')
  await moveTo(START + DAY)
  at(START - HOUR)
  expect([await isDue(), await run()]).toEqual([false, 0])
  at(START + DAY - HOUR)
  expect(await run()).toBe(1)
  await moveTo(START + 2 * DAY)
  expect(await run()).toBe(0)
  at(START + 2 * DAY - HOUR)
  expect(await run()).toBe(1)
  expect((await sent()).map(({ text }) => text.split('\n')[0])).toEqual([
    'Weekly call (EVT-1) starts 2027-02-01T03:00:00.000Z.',
    'Weekly call (EVT-1) starts 2027-02-02T03:00:00.000Z.',
  ])
  // Other changes of an event are no reason.
  await community.database.prisma.event.update({ where: { number: 1 }, data: { title: 'Renamed', attendees: { increment: 1 } } })
  expect(await isDue()).toBe(false)
})

test('a start that moves by less than the lead after it came is no reason, until the moves add up', async () => {
  await community.say('ann', 'remind EVT-1 1h')
  at(START - HOUR)
  expect(await run()).toBe(1)
  await moveTo(START - 5 * MINUTE)
  await moveTo(START + 30 * MINUTE)
  expect(await isDue()).toBe(false)
  await moveTo(START + HOUR)
  expect([await isDue(), await run()]).toEqual([false, 0])
  at(START)
  expect(await run()).toBe(1)
})

test('its buttons put it off as long as the event goes on, and end it; they are of its member alone', async () => {
  await community.say('ann', 'remind EVT-1 10m')
  at(START - 10 * MINUTE)
  await run()
  const press = async (who: string, label: string) => {
    const { reply } = (await sent()).at(-1)!
    expect(reply.buttons?.every(isIssued)).toBe(true)
    return community.press(who, { reply, language: 'en', timeZone: 'UTC' }, label)
  }
  expect((await press('bob', 'In an hour')).text).toContain('(button.other_member)')
  expect((await press('ann', 'In an hour')).text).toContain('2027-01-31T03:50:00.000Z')
  at(START + 50 * MINUTE)
  expect(await run()).toBe(1)
  const late = (await sent()).at(-1)!
  expect(late.text).toContain('has begun')
  expect(labels(late.reply)).toEqual(['No more reminders'])
  await community.say('ann', 'remind EVT-1 again:10m').then(({ text }) => expect(text).toContain('(remind.after_end)'))
  at(START + 40 * MINUTE)
  await community.say('ann', 'remind EVT-1 again:10m')
  expect((await press('ann', 'No more reminders')).text).toContain('No reminder of EVT-1.')
  at(START + 50 * MINUTE)
  expect(await run()).toBe(0)
})

test('a moved start keeps the lead that was chosen, not the one of a button', async () => {
  await community.say('ann', 'remind EVT-1 1h')
  at(START - HOUR)
  await run()
  await community.say('ann', 'remind EVT-1 again:10m')
  await moveTo(START + DAY)
  at(START + DAY - HOUR)
  expect(await run()).toBe(1)
})

test('off ends it, and who hosts gets none unasked', async () => {
  await community.say('ann', 'remind EVT-1')
  expect((await community.say('ann', 'remind EVT-1 off')).text).toBe('No reminder of EVT-1.')
  at(START - 10 * MINUTE)
  expect([await isDue(), await run()]).toEqual([false, 0])
})

test('quiet holds it back; what is over by then lapses', async () => {
  await community.say('op', 'event create Long start:+3h minutes:720')
  for (const event of [1, 2]) await community.say('ann', `remind EVT-${event}`)
  expect((await community.say('ann', 'snooze 5h')).text).toContain('Quiet until 2027-01-31T05:00:00.000Z.')
  expect((await community.say('ann', 'remind EVT-1')).text).toContain('(remind.after_end)')
  expect((await community.say('ann', 'remind EVT-2')).text).toContain('2027-01-31T05:00:00.000Z')
  at(START)
  expect([await isDue(), await run()]).toEqual([false, 0])
  at(GENESIS + 5 * HOUR)
  expect(await run()).toBe(1)
  expect((await sent()).map(({ text }) => text)).toEqual(['Long (EVT-2) has begun: 2027-01-31T03:00:00.000Z.'])
  expect(await isDue()).toBe(false)
})

test('quiet that is ended lets it come at its time', async () => {
  await community.say('ann', 'remind EVT-1')
  await community.say('ann', 'snooze 2d')
  expect((await community.say('ann', 'snooze off')).text).toContain('The quiet is over')
  at(START - HOUR)
  expect(await run()).toBe(1)
})

test('at most fifty of one member wait, however many are asked for at once', async () => {
  for (let each = 2; each <= 54; each += 1) await community.say('op', `event create E start:+2d`)
  const answers = await Promise.all(Array.from({ length: 54 }, (_, index) => community.say('ann', `remind EVT-${index + 1}`)))
  expect(answers.filter(({ text }) => text.includes('(remind.too_many)'))).toHaveLength(4)
  expect(await community.database.prisma.reminder.count({ where: { dueAt: { not: null } } })).toBe(50)
  // One that waits may be changed, and one that has come makes room.
  const known = await community.database.prisma.reminder.findFirstOrThrow({ where: { subject: { not: 'EVT-1' } } })
  expect((await community.say('ann', `remind ${known.subject} 1d`)).text).toContain('I will remind you')
  expect((await community.say('bob', 'remind EVT-2')).text).toContain('I will remind you')
}, 60_000)

test('rows of events that are over are forgotten', async () => {
  for (const who of ['ann', 'bob']) await community.say(who, 'remind EVT-1')
  expect(await forgetReminders(community.database, START + HOUR)).toBe(0)
  expect(await forgetReminders(community.database, START + 3 * DAY)).toBe(2)
})
