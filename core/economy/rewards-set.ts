import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, choiceField, textField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { RewardTablePort } from './economy.port.ts'
import { rangeText } from './reward-range-text.ts'
import { changeRate, rateBounds, REWARD_KINDS, type AskedRate, type RateProblem, type RewardRate } from './reward-table.rules.ts'
import { rewardTableTexts } from './reward-table.texts.ts'

const { say } = rewardTableTexts

interface Changed {
  readonly before: RewardRate
  readonly rate: RewardRate
  readonly reason: string
}

export const rewardsSetCommand = defineCommand({
  name: ['rewards', 'set'],
  summary: say('setSummary'),
  // The committee's own table, so its chair: a reviewer, who chooses rewards inside a range, must not set the range. Operators may what every role may.
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input: z.object({
    kind: choiceField(say('kind'), REWARD_KINDS),
    amount: amountField(say('amount')),
    reason: textField(say('reason'), { max: 200, takesRest: true }),
    // After the reason and so only by its name: typed in between, the first word of a reason would be read as an amount.
    highest: amountField(say('highest')).optional(),
  }),
  async run({ actor, now, port }: Run<RewardTablePort>, { kind, amount, reason, highest }): Promise<Outcome<Changed>> {
    const asked: AskedRate = { kind, lowest: amount, highest }
    const before = await port.lockNewest(kind)
    const decided = changeRate(asked, before, now)
    if (!decided.ok) return refuseRate(decided.problem, asked, before)
    await port.saveRate({ ...decided.rate, setBy: actor.memberId, reason })
    return done({ before, rate: decided.rate, reason })
  },
  render: ({ before, rate, reason }) => ({
    audience: 'private',
    tone: 'done',
    lines: [
      say('changed', { kind: say(`kind_${rate.kind}`), reward: rangeText(rate), at: { at: rate.validFrom }, before: rangeText(before) }),
      say('changedReason', { reason }),
      say('changedNever'),
    ],
  }),
})

function refuseRate(problem: RateProblem, asked: AskedRate, before: RewardRate): Outcome<never> {
  const kind = say(`kind_${asked.kind}`)
  switch (problem) {
    case 'not_a_range':
      return refuse({ code: 'rewards.not_a_range', kind: 'invalid', reason: say('notRange', { kind }), nextStep: say('notRangeNext') })
    case 'highest_missing':
      return refuse({
        code: 'rewards.highest_missing',
        kind: 'invalid',
        reason: say('highestMissing', { kind }),
        nextStep: say('highestMissingNext'),
        field: 'highest',
      })
    case 'out_of_bounds':
    case 'highest_out_of_bounds':
      return refuse({
        code: 'rewards.out_of_bounds',
        kind: 'invalid',
        reason: say('bounds', { kind, ...rateBounds(asked.kind) }),
        nextStep: say('boundsNext'),
        field: problem === 'out_of_bounds' ? 'amount' : 'highest',
      })
    case 'too_fine':
      return refuse({ code: 'rewards.too_fine', kind: 'invalid', reason: say('tooFine'), nextStep: say('tooFineNext') })
    case 'reversed':
      return refuse({
        code: 'rewards.reversed',
        kind: 'invalid',
        reason: say('reversed'),
        nextStep: say('reversedNext', { lowest: asked.lowest }),
        field: 'highest',
      })
    case 'unchanged':
      return refuse({
        code: 'rewards.unchanged',
        kind: 'conflict',
        reason: say('unchanged', { kind, reward: rangeText(before) }),
        nextStep: say('unchangedNext'),
      })
  }
}
