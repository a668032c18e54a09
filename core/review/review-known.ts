import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, refuse } from '../shared/refusal.ts'
import { submissionCode } from '../forms/form-definition.ts'
import { unknownItem } from './review-access.ts'
import type { KnownPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts

export const reviewKnownCommand = defineCommand({
  name: ['review', 'known'],
  summary: say('knownSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input: z.object({ submission: codeField(say('submission'), 'SUB', 'decided-submission') }),
  async run({ actor, now, port }: Run<KnownPort>, { submission }) {
    const subject = submissionCode(submission)
    const decided = await port.decided(subject)
    if (decided === undefined) return refuse({ ...unknownItem(subject), field: 'submission' })
    if (decided.isKnown)
      return refuse({ code: 'review.known_copy', kind: 'conflict', reason: say('knownCopy', { subject }), nextStep: say('knownCopyNext') })
    await port.copy(subject, actor.memberId, now)
    return done({ subject, outcome: decided.outcome })
  },
  render: ({ subject, outcome }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('known', { subject, outcome: say(`outcome_${outcome}`) }), say('knownNext')],
  }),
})
