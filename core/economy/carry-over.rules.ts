import { memberAccount, periodAccount, type Transfer } from '../ledger/ledger.types.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** A reward that found nothing left in `period`; its amount was fixed at the moment of contribution. */
export interface UnfundedReward {
  /** Order in which they were refused. */
  readonly seq: bigint
  readonly id: string
  readonly memberId: string
  readonly amount: Amount
  readonly reference: string
  readonly period: number
  /** Whose budget pays it, too; null for what no campaign asked for. */
  readonly campaign: number | null
}

/**
 * Which of these are paid, first come, first served, from what is left of a release and of their campaigns' budgets: what does not fit into both is passed over,
 * and a smaller one after it may still fit.
 * @param rooms what is left of each campaign's budget; one that pays nothing any more has no room
 */
export function fundCarried(
  left: Amount,
  rewards: readonly UnfundedReward[],
  rooms: ReadonlyMap<number, Amount>,
): readonly UnfundedReward[] {
  const budgets = new Map(rooms)
  let rest = left
  return rewards.filter(({ amount, campaign }) => {
    const room = campaign === null ? rest : (budgets.get(campaign) ?? 0n)
    if (amount > rest || amount > room) return false
    rest -= amount
    if (campaign !== null) budgets.set(campaign, room - amount)
    return true
  })
}

/** The grant that a reward would have been, from a later period; under the id that it would have had, so that it can never be paid twice. */
export function carriedGrant(reward: UnfundedReward, period: number, at: Instant): Transfer {
  return {
    id: `grant:${reward.id}`,
    debit: periodAccount(period),
    credit: memberAccount(reward.memberId),
    amount: reward.amount,
    kind: 'grant',
    reference: reward.reference,
    period,
    at,
  }
}

/** What each member was paid, by member id. */
export function carriedTotals(paid: readonly UnfundedReward[]): ReadonlyMap<string, Amount> {
  const totals = new Map<string, Amount>()
  for (const { memberId, amount } of paid) totals.set(memberId, (totals.get(memberId) ?? 0n) + amount)
  return totals
}
