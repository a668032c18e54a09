import { addCalendarMonths, type Instant } from '../shared/instant.ts'
import { pos, type Amount } from '../shared/amount.ts'

/** One of the 13 release periods, 1-13 (spec 01, "Release schedule"). */
export type Period = number
export const FIRST_PERIOD: Period = 1
export const LAST_PERIOD: Period = 13

export const CYCLE_NAMES = ['start-up', 'expansion', 'growth I', 'growth II', 'growth III'] as const
export const POOL_AT_GENESIS: Amount = pos(9_000_000)
export const TOTAL_RELEASE: Amount = pos(91_000_000)

/** Start of period `boundary + 1` and end of period `boundary`: genesis plus that many calendar months, clamped to the month's end. `boundary` is 0-13. */
export function periodBoundary(genesis: Instant, boundary: number): Instant {
  return addCalendarMonths(genesis, boundary)
}

export function periodStart(genesis: Instant, period: Period): Instant {
  return periodBoundary(genesis, period - 1)
}

/** First instant that no longer belongs to the period. */
export function periodEnd(genesis: Instant, period: Period): Instant {
  return periodBoundary(genesis, period)
}

/** The period that holds an instant: 0 before genesis, 14 after the last period. A boundary instant belongs to the new period. */
export function periodAt(genesis: Instant, at: Instant): Period {
  let period = 0
  while (period <= LAST_PERIOD && at >= periodBoundary(genesis, period)) period += 1
  return period
}

/** Cycle 0-4 of a period 1-13: period 1, then three periods each. */
export function cycleOf(period: Period): number {
  return period <= 1 ? 0 : Math.min(4, Math.floor((period - 2) / 3) + 1)
}

/** Multiplier of rewards and prices in a period: 1, 2, 4, 8, 16. After the last period prices stay at 16. */
export function multiplierOf(period: Period): bigint {
  return 2n ** BigInt(cycleOf(period))
}

/** What a period may grant, in nano: 1, 2, 4, 8, 16 million PoS by cycle; 0 outside 1-13. */
export function releaseOf(period: Period): Amount {
  return period < FIRST_PERIOD || period > LAST_PERIOD ? 0n : pos(1_000_000) * multiplierOf(period)
}
