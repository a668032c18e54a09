import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField } from '../shared/field.ts'
import { done, refuse, type Outcome as Answer } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import { changedSince, renderGiven } from './given-verdict.ts'
import { seatOn } from './review-access.ts'
import { reviewedField, revisionField } from './review-fields.ts'
import type { Approval, ApprovalPort, LastDecided } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'
import { advance, approvalWorth, type Panel, type PanelChange, type WorthProblem } from './verdict.rules.ts'

const { say } = reviewTexts

export const reviewApproveCommand = defineCommand({
  name: ['review', 'approve'],
  summary: say('approveSummary'),
  access: 'reviewer',
  effect: 'grouped',
  audience: 'private',
  input: z.object({
    subject: reviewedField(),
    amount: amountField(say('amount'), { zero: true }).optional(),
    revision: revisionField().optional(),
  }),
  run: ({ actor, now, key, port }: Run<ApprovalPort>, { subject, amount, revision }) =>
    port.submit({ key, reviewer: actor.memberId, account: actor.account, subject, amount, revision, at: now }),
  render: (reply: Reply) => reply,
})

/** An approval that was decided, with what it changes and what the reviewer reads. */
export interface DecidedApproval {
  readonly panel: Panel
  readonly change: PanelChange
  readonly reply: Reply
}

/** Decides an approval by what was read. @param last the newest item of the subject that is no longer open, when none is */
export function decideApproval(approval: Approval, panel: Panel | undefined, last: LastDecided | undefined): Answer<DecidedApproval> {
  const { reviewer, subject, amount, revision, at } = approval
  const found = seatOn(panel, last, subject, reviewer)
  if (!found.ok) return found
  const changed = changedSince(found.result, revision)
  if (changed !== undefined) return refuse(changed)
  const worth = approvalWorth(found.result.item, amount)
  if (!worth.ok) return worthRefusal(worth.problem, found.result.item)
  const given = { verdict: 'approve', amount: worth.amount } as const
  const change = advance(found.result, { kind: 'answer', given: { reviewer, ...given } }, at)
  return done({ panel: found.result, change, reply: renderGiven({ panel: found.result, given, decision: change.decision }) })
}

function worthRefusal(problem: WorthProblem, { subject, lowest, highest }: Panel['item']): Answer<never> {
  const texts: Readonly<Record<WorthProblem, readonly [reason: Text, nextStep: Text]>> = {
    amount_missing: [say('amountMissing', { subject }), say('amountNext', { lowest, highest })],
    amount_out_of_range: [say('amountOutside', { subject }), say('amountNext', { lowest, highest })],
    amount_fixed: [say('amountFixed', { subject, amount: lowest }), say('amountFixedNext')],
    no_amount: [say('noAmount', { subject }), say('amountFixedNext')],
  }
  const [reason, nextStep] = texts[problem]
  const field = lowest === highest ? {} : { field: 'amount' }
  return refuse({ code: `review.${problem}`, kind: 'invalid', reason, nextStep, ...field })
}
