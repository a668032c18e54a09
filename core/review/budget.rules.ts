import assert from 'node:assert'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** What a period has given, and what its campaign has, for whoever is about to give more. Amounts in nano. */
export interface MonthBudget {
  readonly release: Amount
  readonly given: Amount
  readonly startsAt: Instant
  /** First instant after the period. */
  readonly endsAt: Instant
}

/** What the period will have given at its end if it goes on as until now; not more than it can give, and not less than it has. */
export function forecastAtEnd({ release, given, startsAt, endsAt }: MonthBudget, now: Instant): Amount {
  assert(startsAt < endsAt, 'a period lasts')
  const passed = Math.min(Math.max(now - startsAt, 0), endsAt - startsAt)
  if (passed === 0) return given
  const projected = (given * BigInt(endsAt - startsAt)) / BigInt(passed)
  return projected > release ? release : projected
}
