import { CLOSE_AFTER_MS, CLOSE_AT_LATEST_MS } from '../economy/close.rules.ts'
import { FIRST_PERIOD, multiplierOf, periodAt, periodEnd } from '../economy/release-schedule.ts'
import { DEFAULT_RATES } from '../economy/reward-table.rules.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { DisputableLine, DisputeDecision, DisputeTimes } from './dispute.types.ts'

/** Two of three agree, within a fifth of the higher amount; who disputes is not named to them. */
export const DISPUTE_PANEL = { needed: 2, panel: 3, spreadPercent: 20, blind: true } as const

export function disputeTimes(genesis: Instant, period: number): DisputeTimes {
  const end = periodEnd(genesis, period)
  return { end, until: end + CLOSE_AFTER_MS, decidedBy: end + CLOSE_AT_LATEST_MS }
}

/** The period that ended last, when its lines can be disputed now. */
export function disputablePeriod(genesis: Instant, now: Instant): number | undefined {
  const period = periodAt(genesis, now) - 1
  return period >= FIRST_PERIOD && now < disputeTimes(genesis, period).until ? period : undefined
}

export type DisputeProblem = 'no_line' | 'too_early' | 'too_late' | 'open' | 'decided'

/**
 * Why a line can not be disputed by a member now; undefined when it can. The line of somebody else is told like one that does not exist. Who is blocked
 * may dispute: the balance stays theirs.
 */
export function disputeProblem(
  line: DisputableLine | undefined,
  memberId: string,
  times: (period: number) => DisputeTimes,
  now: Instant,
): DisputeProblem | undefined {
  if (line === undefined || line.memberId !== memberId || !line.isThere) return 'no_line'
  if (line.dispute?.state === 'open') return 'open'
  if (line.dispute !== undefined || line.kind === 'correction') return 'decided'
  const { end, until } = times(line.period)
  if (now < end) return 'too_early'
  return now >= until || line.isSealed ? 'too_late' : undefined
}

/** The most that a panel may give a line: what the best paid contribution of the table earns, and no less than the line itself. */
export function highestAmount({ amount, period }: Pick<DisputableLine, 'amount' | 'period'>): Amount {
  const best = DEFAULT_RATES['node-contribution'].highest * multiplierOf(period)
  return amount > best ? amount : best
}

/** What a decision does to a line: nothing is edited, so it is a further reward, a correction, or nothing. */
export type DisputeEffect =
  | { readonly kind: 'grant'; readonly amount: Amount }
  | { readonly kind: 'take-back'; readonly amount: Amount }
  | { readonly kind: 'keep' }

export function disputeEffect(line: Amount, { outcome, amount }: DisputeDecision): DisputeEffect {
  if (outcome !== 'approved' || amount === line) return { kind: 'keep' }
  return amount > line ? { kind: 'grant', amount: amount - line } : { kind: 'take-back', amount: line - amount }
}
