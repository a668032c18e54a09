import { z } from 'zod'
import { pos, type Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, booleanField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { ReviewRewardPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts

/** Before the multiplier: as much as an hour at an event is worth. More would make reviewing the best paid work of all. */
export const MOST_REVIEW_REWARD: Amount = pos(10)
const LEAST_REVIEW_REWARD: Amount = pos(1) / 100n

interface Change {
  readonly before: Amount
  readonly after: Amount
}

export const reviewRewardCommand = defineCommand({
  name: ['review', 'reward'],
  summary: say('rewardSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({ amount: amountField(say('amount')).optional(), off: booleanField(say('off')).optional() }),
  async run({ port }: Run<ReviewRewardPort>, { amount, off }): Promise<Outcome<Change>> {
    if ((amount === undefined) === (off !== true))
      return refuse({ code: 'review.reward_missing', kind: 'invalid', reason: say('rewardMissing'), nextStep: say('rewardMissingNext') })
    const after = amount ?? 0n
    const isOutside =
      amount !== undefined && (amount < LEAST_REVIEW_REWARD || amount > MOST_REVIEW_REWARD || amount % LEAST_REVIEW_REWARD !== 0n)
    if (isOutside)
      return refuse({
        code: 'review.reward_bounds',
        kind: 'invalid',
        reason: say('rewardBounds', { lowest: LEAST_REVIEW_REWARD, highest: MOST_REVIEW_REWARD }),
        nextStep: say('rewardBoundsNext'),
        field: 'amount',
      })
    const before = await port.read()
    await port.set(after)
    return done({ before, after })
  },
  render: ({ before, after }) => ({
    audience: 'private',
    tone: 'done',
    lines: [
      after === 0n ? say('rewardOff') : say('rewardOn', { amount: after }),
      before === 0n ? say('rewardWasOff') : say('rewardWas', { amount: before }),
    ],
  }),
})
