import { matches, MAX_SUGGESTIONS, type Source } from '../shared/suggest.ts'
import type { ItemLine } from './review.port.ts'
import { kindName } from './review-card.ts'
import { reviewTexts } from './review.texts.ts'

/** What waits for somebody's review, while they type its code or a word of its form's title. */
export function seatSource(seats: (memberId: string) => Promise<readonly ItemLine[]>): Source {
  return async ({ actor, typed }) =>
    (await seats(actor.memberId))
      .filter(({ subject, title }) => matches(typed, subject, ...Object.values(title ?? {})))
      .slice(0, MAX_SUGGESTIONS)
      .map(({ subject, title, kind }) => ({
        value: subject,
        label: reviewTexts.say('option', { subject, title: title ?? kindName(kind) }),
      }))
}
