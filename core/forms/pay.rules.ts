import { rateAt, type RewardKind, type RewardRate } from '../economy/reward-table.rules.ts'
import { LAST_PERIOD, multiplierOf, periodAt } from '../economy/release-schedule.ts'
import { parseAmount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { FormDefinition } from './form-definition.ts'
import type { Pay } from './form.types.ts'

type Reward = FormDefinition['reward']

/** The kind under which a reward of a form stands in the ledger; undefined for a form that pays nothing. */
export function rewardKindOf(reward: Reward): RewardKind | 'campaign' | undefined {
  return reward.kind === 'none' ? undefined : reward.kind
}

/**
 * What a submission that was made at a moment is paid when it is approved: what the table said then, or what the campaign says, times the multiplier of the
 * moment. Nothing before genesis and after the last period, when nothing is released.
 */
export function payOf(reward: Reward, genesis: Instant, at: Instant, changes: readonly RewardRate[]): Pay {
  const period = periodAt(genesis, at)
  if (reward.kind === 'none' || period < 1 || period > LAST_PERIOD) return { lowest: 0n, highest: 0n }
  const multiplier = multiplierOf(period)
  const { lowest, highest } = reward.kind === 'campaign' ? campaignRange(reward) : rateAt(reward.kind, at, changes)
  return { lowest: lowest * multiplier, highest: highest * multiplier }
}

function campaignRange(reward: Extract<Reward, { kind: 'campaign' }>): Pay {
  const [lowest, highest] = [parseAmount(reward.lowest), parseAmount(reward.highest)]
  if (!lowest.ok || !highest.ok) throw new Error('a form was kept whose amounts cannot be read')
  return { lowest: lowest.amount, highest: highest.amount }
}
