import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { DAY, type Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { submissionCode } from '../forms/form-definition.ts'
import { reasonField } from './review-fields.ts'
import type { AppealPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts

/** So long after a rejection its contributor may appeal. */
const APPEAL_TIME = 14 * DAY
export const appealUntil = (decidedAt: Instant): Instant => decidedAt + APPEAL_TIME

export const submissionAppealCommand = defineCommand({
  name: ['submission', 'appeal'],
  summary: say('appealSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ submission: codeField(say('submission'), 'SUB', 'own-submission'), reason: reasonField() }),
  async run({ actor, now, port }: Run<AppealPort>, { submission, reason }): Promise<Outcome<string>> {
    const subject = submissionCode(submission)
    const own = await port.ownSubmission(submission, actor.memberId)
    if (own === undefined)
      return refuse({
        code: 'appeal.unknown',
        kind: 'not_found',
        reason: say('appealUnknown', { subject }),
        nextStep: say('appealUnknownNext'),
        field: 'submission',
      })
    if (await port.hasAppealed(subject))
      return refuse({ code: 'appeal.once', kind: 'conflict', reason: say('appealOnce', { subject }), nextStep: say('appealOnceNext') })
    if (own.status !== 'rejected' || own.decidedAt === undefined)
      return refuse({
        code: 'appeal.not_rejected',
        kind: 'conflict',
        reason: say('appealNotRejected', { subject }),
        nextStep: say('appealNotRejectedNext'),
      })
    if (now >= appealUntil(own.decidedAt))
      return refuse({
        code: 'appeal.too_late',
        kind: 'gone',
        reason: say('appealTooLate', { subject, at: { at: appealUntil(own.decidedAt) } }),
        nextStep: say('appealTooLateNext'),
      })
    await port.appeal(submission, reason, now)
    return done(subject)
  },
  render: (subject) => ({ audience: 'private', tone: 'done', lines: [say('appealed', { subject }), say('appealedNext')] }),
})
