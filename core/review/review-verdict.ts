import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, codeField } from '../shared/field.ts'
import { done, refuse, type Outcome as Answer } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import { submissionCode } from '../forms/form-definition.ts'
import { reasonField, reviewedField, revisionField } from './review-fields.ts'
import { requireSeat } from './review-access.ts'
import type { VerdictPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'
import type { Decision, Verdict } from './review.types.ts'
import { advance, approvalWorth, duplicateWorth, type GivenVerdict, type Panel, type WorthProblem } from './verdict.rules.ts'

const { say } = reviewTexts

interface Given {
  readonly subject: string
  readonly verdict: Verdict
  readonly amount: Amount | undefined
  readonly needed: number
  readonly decision: Decision | undefined
}

/** Finds the seat, lets `decide` make a verdict of it, and saves what the panel comes to. */
async function giveVerdict(
  { actor, now, port }: Run<VerdictPort>,
  { subject, revision }: { readonly subject: string; readonly revision?: number | undefined },
  decide: (panel: Panel) => Promise<Answer<Omit<GivenVerdict, 'reviewer'>>> | Answer<Omit<GivenVerdict, 'reviewer'>>,
): Promise<Answer<Given>> {
  const found = await requireSeat(port, subject, actor.memberId)
  if (!found.ok) return found
  const panel = found.result
  if (revision !== undefined && revision !== panel.item.revision)
    return refuse({
      code: 'review.changed',
      kind: 'conflict',
      reason: say('changed', { subject }),
      nextStep: say('changedNext', { subject }),
    })
  const given = await decide(panel)
  if (!given.ok) return given
  const change = advance(panel, { kind: 'answer', given: { reviewer: actor.memberId, ...given.result } }, now)
  await port.save(panel, change, now)
  const { verdict, amount } = given.result
  return done({ subject, verdict, amount, needed: panel.item.needed, decision: change.decision })
}

function renderGiven({ subject, verdict, amount, needed, decision }: Given): Reply {
  const paid = amount === undefined || amount === 0n ? undefined : amount
  return {
    audience: 'private',
    tone: 'done',
    lines: [
      paid === undefined ? say(`gave_${verdict}`, { subject }) : say('gaveAmount', { subject, amount: paid }),
      decision === undefined
        ? say('gaveWaiting', { needed })
        : decision.amount > 0n
          ? say('cameToAmount', { subject, amount: decision.amount })
          : say(`cameTo_${decision.outcome}`, { subject }),
    ],
    buttons: [{ label: say('buttonNext'), command: 'review next', input: {}, allowed: 'owner', style: 'primary' }],
  }
}

const common = { access: 'reviewer', effect: 'write', audience: 'private', render: renderGiven } as const

export const reviewApproveCommand = defineCommand({
  ...common,
  name: ['review', 'approve'],
  summary: say('approveSummary'),
  input: z.object({ subject: reviewedField(), amount: amountField(say('amount')).optional(), revision: revisionField().optional() }),
  run: (run: Run<VerdictPort>, input) =>
    giveVerdict(run, input, ({ item }) => {
      const worth = approvalWorth(item, input.amount)
      return worth.ok ? done({ verdict: 'approve', amount: worth.amount }) : worthRefusal(worth.problem, item)
    }),
})

function worthRefusal(problem: WorthProblem, { subject, lowest, highest }: Panel['item']): Answer<never> {
  const [reason, nextStep] = {
    amount_missing: [say('amountMissing', { subject }), say('amountNext', { lowest, highest })],
    amount_out_of_range: [say('amountOutside', { subject }), say('amountNext', { lowest, highest })],
    amount_fixed: [say('amountFixed', { subject, amount: lowest }), say('amountFixedNext')],
    no_amount: [say('noAmount', { subject }), say('amountFixedNext')],
  }[problem] as [Text, Text]
  const field = lowest === highest ? {} : { field: 'amount' }
  return refuse({ code: `review.${problem}`, kind: 'invalid', reason, nextStep, ...field })
}

export const reviewDuplicateCommand = defineCommand({
  ...common,
  name: ['review', 'duplicate'],
  summary: say('duplicateSummary'),
  input: z.object({ subject: reviewedField(), of: codeField(say('of'), 'SUB'), revision: revisionField().optional() }),
  run: (run: Run<VerdictPort>, input) =>
    giveVerdict(run, input, async ({ item }) => {
      if (item.kind !== 'submission' && item.kind !== 'appeal')
        return refuse({
          code: 'review.no_duplicate',
          kind: 'invalid',
          reason: say('noDuplicate', { subject: item.subject }),
          nextStep: say('noDuplicateNext'),
        })
      const original = submissionCode(input.of)
      // Of two that are alike the first is the original, so that not both can be marked as copies of each other.
      const isEarlier = input.of < Number(item.subject.slice('SUB-'.length))
      if (!isEarlier || !(await run.port.submissionExists(input.of)))
        return refuse({
          code: 'review.not_earlier',
          kind: 'invalid',
          reason: say('notEarlier', { original, subject: item.subject }),
          nextStep: say('notEarlierNext'),
          field: 'of',
        })
      return done({ verdict: 'duplicate', amount: duplicateWorth(item), duplicateOf: original })
    }),
})

export const reviewReturnCommand = defineCommand({
  ...common,
  name: ['review', 'return'],
  summary: say('returnSummary'),
  input: z.object({ subject: reviewedField(), reason: reasonField(), revision: revisionField().optional() }),
  run: (run: Run<VerdictPort>, input) =>
    giveVerdict(run, input, ({ item }) =>
      item.kind === 'appeal'
        ? refuse({
            code: 'review.appeal_no_return',
            kind: 'conflict',
            reason: say('appealNoReturn', { subject: item.subject }),
            nextStep: say('appealNoReturnNext'),
          })
        : done({ verdict: 'return', reason: input.reason }),
    ),
})

export const reviewRejectCommand = defineCommand({
  ...common,
  name: ['review', 'reject'],
  summary: say('rejectSummary'),
  input: z.object({ subject: reviewedField(), reason: reasonField(), revision: revisionField().optional() }),
  run: (run: Run<VerdictPort>, input) => giveVerdict(run, input, () => done({ verdict: 'reject', reason: input.reason })),
})
