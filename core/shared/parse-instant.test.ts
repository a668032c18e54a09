import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from './instant.ts'
import { parseInstant, resolveInstant } from './parse-instant.ts'
import { zoneOffset } from './zone.ts'

const NOW = Date.UTC(2027, 1, 3, 12)
const inZone = (zone: string) => (at: number) => zoneOffset(zone, at)
const minute = fc.integer({ min: Date.UTC(2000, 0, 2) / MINUTE, max: Date.UTC(2099, 11) / MINUTE }).map((count) => count * MINUTE)

function read(typed: string, zone = 'UTC'): number | undefined {
  const found = parseInstant(typed)
  return found === undefined ? undefined : resolveInstant(found, NOW, inZone(zone))
}

test('times from now', () => {
  expect(['now', 'NOW', '现在', '+30m', '+2h', '+1d', '+ 5 m', '＋３０ｍ'].map((typed) => read(typed))).toEqual([
    NOW,
    NOW,
    NOW,
    NOW + 30 * MINUTE,
    NOW + 2 * HOUR,
    NOW + 24 * HOUR,
    undefined,
    NOW + 30 * MINUTE,
  ])
})

describe('every minute of a century', () => {
  test('is read back from its ISO form, in Z and with an offset', () => {
    fc.assert(
      fc.property(minute, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, east) => {
        expect(read(new Date(at).toISOString().replace('.000', ''))).toBe(at)
        const wall = new Date(at + east * MINUTE).toISOString().slice(0, 16)
        const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.abs(east) % 60].map((part) => String(part).padStart(2, '0'))
        expect(read(`${wall}${east < 0 ? '-' : '+'}${hours}:${minutes}`)).toBe(at)
        expect(read(`${wall}${east < 0 ? '-' : '+'}${hours}${minutes}`)).toBe(at)
      }),
    )
  })

  test('is read back from the wall clock of a zone that never shifts', () => {
    fc.assert(
      fc.property(minute, (at) => {
        const wall = new Date(at + 8 * HOUR).toISOString().slice(0, 16)
        // China had no summer time in these years.
        expect(read(wall.replace('T', ' '), 'Asia/Shanghai')).toBe(at)
      }),
    )
  })
})

test('a wall time is read with the offset of that day, on both sides of a shift of the clock', () => {
  expect(read('2027-03-28 00:30', 'Europe/Berlin')).toBe(Date.UTC(2027, 2, 27, 23, 30))
  expect(read('2027-03-28 04:00', 'Europe/Berlin')).toBe(Date.UTC(2027, 2, 28, 2))
  expect(read('2027-10-31 00:30', 'Europe/Berlin')).toBe(Date.UTC(2027, 9, 30, 22, 30))
  expect(read('2027-10-31 12:00', 'Europe/Berlin')).toBe(Date.UTC(2027, 9, 31, 11))
})

test('a wall time that is left out is as much later as was left out, one that comes twice is the first', () => {
  expect(read('2027-03-28 02:30', 'Europe/Berlin')).toBe(Date.UTC(2027, 2, 28, 1, 30))
  expect(read('2027-03-14 02:30', 'America/New_York')).toBe(Date.UTC(2027, 2, 14, 7, 30))
  expect(read('2027-10-31 02:30', 'Europe/Berlin')).toBe(Date.UTC(2027, 9, 31, 0, 30))
  expect(read('2027-11-07 01:30', 'America/New_York')).toBe(Date.UTC(2027, 10, 7, 5, 30))
  // Half an hour on Lord Howe Island; a whole day on Samoa.
  expect(read('2027-10-03 02:10', 'Australia/Lord_Howe')).toBe(Date.UTC(2027, 9, 2, 15, 40))
  expect(read('2011-12-30 12:00', 'Pacific/Apia')).toBe(Date.UTC(2011, 11, 30, 22))
})

test('however a clock is set, a wall time is the first instant at which it shows it, or as much later as it leaves out', () => {
  const QUARTER = 15 * MINUTE
  const offset = fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * QUARTER)
  const shift = Date.UTC(2027, 2, 28, 1)
  const near = fc.integer({ min: -4 * 40, max: 4 * 40 }).map((quarters) => shift + quarters * QUARTER)
  fc.assert(
    fc.property(offset, offset, near, (before, after, wall) => {
      const offsetAt = (at: number) => (at < shift ? before : after)
      const shown = (at: number) => at + offsetAt(at)
      const around = Array.from({ length: 4 * 120 }, (_none, index) => shift + (index - 4 * 60) * QUARTER)
      const first = around.find((at) => shown(at) === wall)
      const typed = parseInstant(new Date(wall).toISOString().slice(0, 16))!
      expect(resolveInstant(typed, NOW, offsetAt)).toBe(first ?? wall - before)
    }),
    { numRuns: 2_000 },
  )
})

test('days and times that do not exist, and other words, are not read', () => {
  const wrong = [
    '2027-02-03 18:00:60',
    '2027-02-29 10:00',
    '2027-13-01 10:00',
    '2027-00-01 10:00',
    '2027-01-32 10:00',
    '2027-01-01 24:00',
    '2027-01-01 10:60',
  ]
  const other = ['', '10:00', '2027-01-01', '1999-12-31 10:00', '+0x10m', '+123456m', 'tomorrow', '2027-01-01 10:00 +8', '-5m', 'now!']
  expect([...wrong, ...other].map((typed) => parseInstant(typed))).toEqual([...wrong, ...other].map(() => undefined))
  expect(read('2028-02-29 10:00')).toBe(Date.UTC(2028, 1, 29, 10))
  expect(read('2027-1-5 9:05')).toBe(Date.UTC(2027, 0, 5, 9, 5))
})

test('an offset beyond the ones of the world is no offset', () => {
  expect(['+99:00', '-24:00', '+15:00', '+08:60'].map((offset) => parseInstant(`2027-02-03T18:00${offset}`))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect(read('2027-02-03T18:00+14:00')).toBe(Date.UTC(2027, 1, 3, 4))
})
