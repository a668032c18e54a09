import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../shared/instant.ts'
import type { Rhythm } from './announce.types.ts'
import { minuteOfDay, releaseAt } from './rhythm.rules.ts'

const at = (iso: string) => Date.parse(iso)
const iso = (instant: number) => new Date(instant).toISOString()
const plain: Rhythm = { timeZone: 'UTC', quiet: undefined, digestHour: undefined, rollUp: false }
const night = { from: 22 * 60, until: 8 * 60 }

test.each<[string, Partial<Rhythm>, string, string]>([
  ['at once', {}, '2027-03-01T12:34:56Z', '2027-03-01T12:34:56.000Z'],
  ['outside quiet hours', { quiet: night }, '2027-03-01T21:59:59Z', '2027-03-01T21:59:59.000Z'],
  ['at the end of quiet hours before midnight', { quiet: night }, '2027-03-01T22:00:00Z', '2027-03-02T08:00:00.000Z'],
  ['at the end of quiet hours after midnight', { quiet: night }, '2027-03-02T07:59:59Z', '2027-03-02T08:00:00.000Z'],
  ['quiet hours within one day', { quiet: { from: 12 * 60, until: 13 * 60 + 30 } }, '2027-03-01T12:10:00Z', '2027-03-01T13:30:00.000Z'],
  ['the digest of today', { digestHour: 18 }, '2027-03-01T17:59:59Z', '2027-03-01T18:00:00.000Z'],
  ['the digest of tomorrow', { digestHour: 18 }, '2027-03-01T18:00:00Z', '2027-03-02T18:00:00.000Z'],
  ['a digest in the zone', { digestHour: 9, timeZone: 'Asia/Shanghai' }, '2027-03-01T01:00:01Z', '2027-03-02T01:00:00.000Z'],
  ['a digest within quiet hours', { digestHour: 6, quiet: night }, '2027-03-01T18:00:00Z', '2027-03-02T08:00:00.000Z'],
  ['the end of the hour', { rollUp: true }, '2027-03-01T12:00:00Z', '2027-03-01T13:00:00.000Z'],
  [
    'the end of the hour where it is not that of UTC',
    { rollUp: true, timeZone: 'Asia/Kolkata' },
    '2027-03-01T12:00:00Z',
    '2027-03-01T12:30:00.000Z',
  ],
  // 28 March 2027: 02:00 becomes 03:00 in Berlin.
  [
    'quiet hours that end in the missing hour',
    { timeZone: 'Europe/Berlin', quiet: { from: 60, until: 150 } },
    '2027-03-28T00:10:00Z',
    '2027-03-28T01:00:00.000Z',
  ],
  ['a digest on the day with 23 hours', { timeZone: 'Europe/Berlin', digestHour: 8 }, '2027-03-27T12:00:00Z', '2027-03-28T06:00:00.000Z'],
  // 31 October 2027: 03:00 becomes 02:00.
  ['a digest in the missing hour', { timeZone: 'Europe/Berlin', digestHour: 2 }, '2027-03-27T12:00:00Z', '2027-03-28T01:00:00.000Z'],
  [
    'a digest in the missing hour, west of Greenwich',
    { timeZone: 'America/St_Johns', digestHour: 2 },
    '2027-03-14T00:00:00Z',
    '2027-03-14T05:30:00.000Z',
  ],
  ['a digest on the day with 25 hours', { timeZone: 'Europe/Berlin', digestHour: 8 }, '2027-10-30T12:00:00Z', '2027-10-31T07:00:00.000Z'],
  [
    'quiet hours that end in the doubled hour',
    { timeZone: 'Europe/Berlin', quiet: { from: 60, until: 150 } },
    '2027-10-30T23:10:00Z',
    '2027-10-31T00:30:00.000Z',
  ],
])('%s', (_name, rhythm, now, expected) => {
  expect(iso(releaseAt({ ...plain, ...rhythm }, at(now)))).toBe(expected)
})

const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'America/St_Johns',
]
const minute = fc.integer({ min: 0, max: 1_439 })
const quiet = fc.record({ from: minute, until: minute }).filter(({ from, until }) => from !== until)
const rhythm: fc.Arbitrary<Rhythm> = fc
  .record({
    timeZone: fc.constantFrom(...ZONES),
    quiet: fc.option(quiet, { nil: undefined }),
    gathered: fc.constantFrom('no', 'hourly', 'daily'),
    hour: fc.integer({ min: 0, max: 23 }),
  })
  .map(({ timeZone, quiet: hours, gathered, hour }) => ({
    timeZone,
    quiet: hours,
    digestHour: gathered === 'daily' ? hour : undefined,
    rollUp: gathered === 'hourly',
  }))
/** Half of them around the days on which the clocks of Berlin, New York and Lord Howe change. */
const moment = fc.oneof(
  fc.integer({ min: at('2027-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') }),
  fc
    .tuple(
      fc.constantFrom('2027-03-14', '2027-03-28', '2027-04-04', '2027-10-03', '2027-10-31', '2027-11-07'),
      fc.integer({ min: -DAY, max: 2 * DAY }),
    )
    .map(([day, offset]) => at(`${day}T00:00:00Z`) + offset),
)
const isQuiet = (of: Rhythm, instant: number): boolean => {
  if (of.quiet === undefined) return false
  const { from, until } = of.quiet
  const now = minuteOfDay(of.timeZone, instant)
  return from < until ? now >= from && now < until : now >= from || now < until
}

describe('for every rhythm and moment', () => {
  it('never goes out too early, within quiet hours, or later than a day and the quiet hours', () => {
    fc.assert(
      fc.property(rhythm, moment, (of, now) => {
        const release = releaseAt(of, now)
        expect(release).toBeGreaterThanOrEqual(now)
        expect(release - now).toBeLessThanOrEqual(2 * DAY + 2 * HOUR)
        expect(isQuiet(of, release)).toBe(false)
      }),
    )
  })

  it('keeps the order of what is said', () => {
    fc.assert(
      fc.property(rhythm, moment, fc.integer({ min: 0, max: 2 * DAY }), (of, now, later) => {
        expect(releaseAt(of, now + later)).toBeGreaterThanOrEqual(releaseAt(of, now))
      }),
    )
  })

  it('waits for quiet hours no minute longer than they last', () => {
    fc.assert(
      fc.property(rhythm, moment, (of, now) => {
        const calm = { ...of, digestHour: undefined, rollUp: false }
        const release = releaseAt(calm, now)
        if (release === now) return
        for (let each = now; each < release; each += 7 * MINUTE) expect(isQuiet(calm, each)).toBe(true)
        expect(isQuiet(calm, release - 1)).toBe(true)
      }),
    )
  })

  it('gathers a day up to its hour, once a day', () => {
    fc.assert(
      fc.property(rhythm, moment, fc.integer({ min: 0, max: 23 }), (of, now, digestHour) => {
        const daily = { ...of, quiet: undefined, digestHour, rollUp: false }
        const first = releaseAt(daily, now)
        expect(first).toBeGreaterThan(now)
        const second = releaseAt(daily, first)
        expect(second - first).toBeGreaterThanOrEqual(23 * HOUR)
        expect(second - first).toBeLessThanOrEqual(25 * HOUR)
        // A time that the clocks leave out comes up to an hour later.
        expect((minuteOfDay(daily.timeZone, first) - digestHour * 60 + 1_440) % 1_440).toBeLessThanOrEqual(60)
      }),
    )
  })
})
