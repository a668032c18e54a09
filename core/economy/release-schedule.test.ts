import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { isoSecond } from '../shared/instant.ts'
import { pos } from '../shared/amount.ts'
import {
  LAST_PERIOD,
  multiplierOf,
  periodAt,
  periodBoundary,
  periodEnd,
  periodStart,
  releaseOf,
  TOTAL_RELEASE,
} from './release-schedule.ts'

const genesis = Date.UTC(2027, 0, 31)
const periods = Array.from({ length: 13 }, (_, index) => index + 1)

describe('worked numbers of the specification', () => {
  test('a genesis on the 31st clamps to each month’s last day, computed from genesis', () => {
    expect(periods.map((boundary) => isoSecond(periodBoundary(genesis, boundary)).slice(0, 10))).toEqual([
      '2027-02-28',
      '2027-03-31',
      '2027-04-30',
      '2027-05-31',
      '2027-06-30',
      '2027-07-31',
      '2027-08-31',
      '2027-09-30',
      '2027-10-31',
      '2027-11-30',
      '2027-12-31',
      '2028-01-31',
      '2028-02-29',
    ])
  })

  test('multipliers and releases follow the cycles and sum to 91 million', () => {
    expect(periods.map((period) => Number(multiplierOf(period)))).toEqual([1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 16, 16, 16])
    expect(periods.reduce((sum, period) => sum + releaseOf(period), 0n)).toBe(TOTAL_RELEASE)
    expect(releaseOf(0)).toBe(0n)
    expect(releaseOf(14)).toBe(0n)
    expect(releaseOf(1)).toBe(pos(1_000_000))
  })

  test('July to October of that year are periods 7, 8, 9', () => {
    expect([
      periodAt(genesis, Date.UTC(2027, 6, 31)),
      periodAt(genesis, Date.UTC(2027, 7, 31)),
      periodAt(genesis, Date.UTC(2027, 8, 30)),
    ]).toEqual([7, 8, 9])
  })
})

test('periods tile time: every instant between genesis and the end is in exactly one period', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (start, share) => {
      const end = periodEnd(start, LAST_PERIOD)
      const at = start + Math.floor((end - start) * share)
      const period = periodAt(start, at)
      expect(period).toBeGreaterThanOrEqual(1)
      expect(period).toBeLessThanOrEqual(LAST_PERIOD)
      expect(periodStart(start, period) <= at && at < periodEnd(start, period)).toBe(true)
    }),
  )
  expect(periodAt(genesis, genesis - 1)).toBe(0)
  expect(periodAt(genesis, periodEnd(genesis, LAST_PERIOD))).toBe(14)
})
