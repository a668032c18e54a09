import type { Refusal } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { reviewTexts } from './review.texts.ts'
import type { Decision } from './review.types.ts'
import type { GivenVerdict, Panel } from './verdict.rules.ts'

const { say } = reviewTexts

/** A verdict that was given, and what the panel came to by it. */
export interface Given {
  readonly panel: Panel
  readonly given: Omit<GivenVerdict, 'reviewer'>
  readonly decision: Decision | undefined
}

/** What the reviewer reads. No button: each would be a row of its own, and a month's end has hundreds of verdicts at once. */
export function renderGiven({ panel, given: { verdict, amount }, decision }: Given): Reply {
  const { subject, needed } = panel.item
  const paid = verdict !== 'approve' || amount === 0n ? undefined : amount
  return {
    audience: 'private',
    tone: 'done',
    lines: [
      paid === undefined ? say(`gave_${verdict}`, { subject }) : say('gaveAmount', { subject, amount: paid }),
      decision === undefined
        ? say('gaveWaiting', { count: needed })
        : decision.amount > 0n
          ? say('cameToAmount', { subject, amount: decision.amount })
          : say(`cameTo_${decision.outcome}`, { subject }),
      say('gaveNext'),
    ],
  }
}

/** The refusal when the content is not that which was seen. */
export function changedSince({ item: { subject, revision } }: Panel, seen: number | undefined): Refusal | undefined {
  if (seen === undefined || seen === revision) return undefined
  return { code: 'review.changed', kind: 'conflict', reason: say('changed', { subject }), nextStep: say('changedNext', { subject }) }
}
