import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../shared/instant.ts'
import { defaultThreshold, reachedAt, timePresent, type Interval } from './presence.rules.ts'

describe('the default threshold', () => {
  it.each([
    [5 * MINUTE, 3 * MINUTE],
    [40 * MINUTE, 24 * MINUTE],
    [50 * MINUTE, 30 * MINUTE],
    [3 * HOUR, 30 * MINUTE],
    [7 * SECOND, 5 * SECOND],
  ])('of an event of %i ms is %i ms: 60 %%, at most 30 minutes', (length, expected) => {
    expect(defaultThreshold({ from: 1_000, to: 1_000 + length })).toBe(expected)
  })
})

const window: Interval = { from: 20, to: 80 }
const intervals = fc.array(
  fc.tuple(fc.nat(100), fc.nat(40)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 12 },
)
/** Moment by moment: what the rule must come to. */
const counted = (list: readonly Interval[]) =>
  Array.from({ length: 150 }, (_, at) => at).filter(
    (at) => at >= window.from && at < window.to && list.some(({ from, to }) => at >= from && at < to),
  )

describe('the time that intervals cover', () => {
  it('counts each moment of the window once, however the intervals overlap and in whatever order they come', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        expect(timePresent(list, window)).toBe(counted(list).length)
      }),
    )
  })
  it('reaches a threshold at the end of the moment that completes it', () => {
    fc.assert(
      fc.property(intervals, fc.integer({ min: 1, max: 60 }), (list, threshold) => {
        const last = counted(list)[threshold - 1]
        expect(reachedAt(list, window, threshold)).toBe(last === undefined ? undefined : last + 1)
      }),
    )
  })
})
