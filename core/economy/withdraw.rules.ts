import { pos, type Amount } from '../shared/amount.ts'
import { HOUR } from '../shared/instant.ts'

/** A fresh grant can be reversed, a transfer on chain can not: it can be withdrawn after this time (spec 01). */
export const FRESH_GRANT_MS = 48 * HOUR
/** Below it the gas of a payout line would cost more than what is sent is worth. */
export const MIN_WITHDRAWAL: Amount = pos(1)
/** Half of what the vault lets out at once (spec 11, payout limit), so that one withdrawal never waits for a full bucket. */
export const MAX_WITHDRAWAL: Amount = pos(1_000_000)
/** From here up automatic payout sends the whole withdrawable balance. */
export const MIN_AUTO_PAYOUT: Amount = pos(10)

/** Why an amount can not be withdrawn, if so; in the order in which members are told. */
export function withdrawalProblem(amount: Amount, withdrawable: Amount): 'too_little' | 'too_large' | 'too_much' | undefined {
  if (amount < MIN_WITHDRAWAL) return 'too_little'
  if (amount > withdrawable) return 'too_much'
  return amount > MAX_WITHDRAWAL ? 'too_large' : undefined
}
