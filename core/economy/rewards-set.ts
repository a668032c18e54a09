import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, choiceField, textField } from '../shared/field.ts'
import { done, refuse, type Outcome, type Refusal } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import type { RewardTablePort } from './economy.port.ts'
import { rangeText } from './reward-range-text.ts'
import {
  changeRate,
  rateBounds,
  REWARD_KINDS,
  type AskedRate,
  type RateProblem,
  type RewardKind,
  type RewardRate,
} from './reward-table.rules.ts'
import { rewardTableTexts } from './reward-table.texts.ts'

const { say } = rewardTableTexts

interface Changed {
  readonly before: RewardRate
  readonly rate: RewardRate
  readonly reason: string
}

const input = z.object({
  kind: choiceField(say('kind'), REWARD_KINDS),
  amount: amountField(say('amount')),
  reason: textField(say('reason'), { max: 200, takesRest: true }),
  // After the reason and so only by its name: typed in between, the first word of a reason would be read as an amount.
  highest: amountField(say('highest')).optional(),
})

export const rewardsSetCommand = defineCommand({
  name: ['rewards', 'set'],
  summary: say('setSummary'),
  // The committee's own table, so its chair: a reviewer, who chooses rewards inside a range, must not set the range. Operators may what every role may.
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, now, port }: Run<RewardTablePort>, { kind, amount, reason, highest }): Promise<Outcome<Changed>> {
    const asked: AskedRate = { kind, lowest: amount, highest }
    const before = await port.lockNewest(kind)
    const decided = changeRate(asked, before, now)
    if (!decided.ok) return refuse(REFUSALS[decided.problem](asked, before))
    await port.saveRate({ ...decided.rate, setBy: actor.memberId, reason })
    return done({ before, rate: decided.rate, reason })
  },
  render: ({ before, rate, reason }) => ({
    audience: 'private',
    tone: 'done',
    lines: [
      say('changed', { kind: named(rate.kind), reward: rangeText(rate), at: { at: rate.validFrom }, before: rangeText(before) }),
      say('changedReason', { reason }),
      say('changedNever'),
    ],
  }),
})

type Refuse = (asked: AskedRate, before: RewardRate) => Refusal

const invalid = (code: string, reason: Text, nextStep: Text, field?: keyof z.output<typeof input>): Refusal => ({
  code: `rewards.${code}`,
  kind: 'invalid',
  reason,
  nextStep,
  ...(field === undefined ? {} : { field }),
})
const named = (kind: RewardKind): Text => say(`kind_${kind}`)
const outOfBounds =
  (field: 'amount' | 'highest'): Refuse =>
  ({ kind }) =>
    invalid('out_of_bounds', say('bounds', { kind: named(kind), ...rateBounds(kind) }), say('boundsNext'), field)

const REFUSALS: Readonly<Record<RateProblem, Refuse>> = {
  not_a_range: ({ kind }) => invalid('not_a_range', say('notRange', { kind: named(kind) }), say('notRangeNext')),
  out_of_bounds: outOfBounds('amount'),
  highest_missing: ({ kind }) =>
    invalid('highest_missing', say('highestMissing', { kind: named(kind) }), say('highestMissingNext'), 'highest'),
  highest_out_of_bounds: outOfBounds('highest'),
  too_fine: () => invalid('too_fine', say('tooFine'), say('tooFineNext')),
  reversed: ({ lowest }) => invalid('reversed', say('reversed'), say('reversedNext', { lowest }), 'highest'),
  unchanged: ({ kind }, before) => ({
    code: 'rewards.unchanged',
    kind: 'conflict',
    reason: say('unchanged', { kind: named(kind), reward: rangeText(before) }),
    nextStep: say('unchangedNext'),
  }),
}
