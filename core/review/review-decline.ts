import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { requireSeat } from './review-access.ts'
import { reviewedField } from './review-fields.ts'
import type { VerdictPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'
import { advance } from './verdict.rules.ts'

const { say } = reviewTexts

export const reviewDeclineCommand = defineCommand({
  name: ['review', 'decline'],
  summary: say('declineSummary'),
  access: 'reviewer',
  effect: 'write',
  audience: 'private',
  input: z.object({ subject: reviewedField() }),
  async run({ actor, now, port }: Run<VerdictPort>, { subject }) {
    const found = await requireSeat(port, subject, actor.memberId)
    if (!found.ok) return found
    await port.save(found.result, advance(found.result, { kind: 'decline', reviewer: actor.memberId }, now), now)
    return done(subject)
  },
  render: (subject) => ({ audience: 'private', tone: 'done', lines: [say('declined', { subject }), say('declinedNext')] }),
})
