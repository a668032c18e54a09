import { z } from 'zod'
import { submissionCode } from '../forms/form-definition.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, refuse, type Outcome as Answer } from '../shared/refusal.ts'
import { changedSince, renderGiven, type Given } from './given-verdict.ts'
import { requireSeat } from './review-access.ts'
import { reasonField, reviewedField, revisionField } from './review-fields.ts'
import type { VerdictPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'
import { advance, duplicateWorth, type GivenVerdict, type Panel } from './verdict.rules.ts'

const { say } = reviewTexts

/** Finds the seat, lets `decide` make a verdict of it, and saves what the panel comes to. */
async function giveVerdict(
  { actor, now, port }: Run<VerdictPort>,
  { subject, revision }: { readonly subject: string; readonly revision?: number | undefined },
  decide: (panel: Panel) => Promise<Answer<Omit<GivenVerdict, 'reviewer'>>> | Answer<Omit<GivenVerdict, 'reviewer'>>,
): Promise<Answer<Given>> {
  const found = await requireSeat(port, subject, actor.memberId)
  if (!found.ok) return found
  const panel = found.result
  const changed = changedSince(panel, revision)
  if (changed !== undefined) return refuse(changed)
  const given = await decide(panel)
  if (!given.ok) return given
  const change = advance(panel, { kind: 'answer', given: { reviewer: actor.memberId, ...given.result } }, now)
  await port.save(panel, change, now)
  return done({ panel, given: given.result, decision: change.decision })
}

const common = { access: 'reviewer', effect: 'write', audience: 'private', render: renderGiven } as const

export const reviewDuplicateCommand = defineCommand({
  ...common,
  name: ['review', 'duplicate'],
  summary: say('duplicateSummary'),
  input: z.object({ subject: reviewedField(), of: codeField(say('of'), 'SUB', 'original'), revision: revisionField().optional() }),
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
