import assert from 'node:assert'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import { LAST_PERIOD, multiplierOf, periodAt } from './release-schedule.ts'

/** Base reward times the multiplier of the moment of contribution; fixed then, so a slow review neither gains nor loses anything (spec 01, "Rewards"). */
export function rewardAmount(base: Amount, genesis: Instant, contributedAt: Instant): Amount {
  assert(base >= 0n, 'a base reward cannot be negative')
  return base * multiplierOf(periodAt(genesis, contributedAt))
}

/** The period that funds what is granted now; undefined before genesis and after period 13, when nothing can be granted. */
export function fundingPeriod(genesis: Instant, grantedAt: Instant): number | undefined {
  const period = periodAt(genesis, grantedAt)
  return period >= 1 && period <= LAST_PERIOD ? period : undefined
}

/**
 * First come, first served from what remains of a release: each reward that still fits is funded, one that does not fit is left out and a smaller
 * one after it may still fit (worked number of spec 01: 999,995 granted, 10 is unfunded, then 5 is granted).
 */
export function fundInOrder(remaining: Amount, amounts: readonly Amount[]): readonly boolean[] {
  let left = remaining
  return amounts.map((amount) => {
    assert(amount > 0n, 'only a positive reward can be funded')
    if (amount > left) return false
    left -= amount
    return true
  })
}
