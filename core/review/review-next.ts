import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { unknownItem } from './review-access.ts'
import { renderItem } from './review-card.ts'
import { reviewedField } from './review-fields.ts'
import type { ReviewReadPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts
const common = { access: 'reviewer', effect: 'read', audience: 'private' } as const

async function showItem({ actor, now, port }: Run<ReviewReadPort>, subject: string): Promise<Outcome<Reply>> {
  const view = await port.view(subject, actor, now)
  if (view === undefined) return refuse(unknownItem(subject))
  // Its contributor reads along of nothing: neither who is asked nor how far it is. What became of it is in the inbox.
  if (view.item.contributor === actor.memberId)
    return refuse({ code: 'review.own', kind: 'forbidden', reason: say('obstacle_own', { subject }), nextStep: say('obstacleNext') })
  return done(renderItem(view, now))
}

export const reviewNextCommand = defineCommand({
  ...common,
  name: ['review', 'next'],
  summary: say('nextSummary'),
  input: z.object({}),
  async run(run: Run<ReviewReadPort>): Promise<Outcome<Reply>> {
    const subject = await run.port.oldestSeat(run.actor.memberId)
    if (subject !== undefined) return showItem(run, subject)
    return done({ audience: 'private', tone: 'info', lines: [say('nothingWaits'), say('nothingWaitsNext')] })
  },
  render: (reply) => reply,
})

export const reviewShowCommand = defineCommand({
  ...common,
  name: ['review', 'show'],
  summary: say('showSummary'),
  input: z.object({ subject: reviewedField() }),
  run: (run: Run<ReviewReadPort>, { subject }) => showItem(run, subject),
  render: (reply) => reply,
})
