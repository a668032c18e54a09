import { matches, MAX_SUGGESTIONS, type Source } from '../shared/suggest.ts'
import type { OwnWords } from '../shared/text.ts'
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

/** A submission by its form alone: while something is judged blind, nothing of it tells whose it is. */
export interface NamedSubmission {
  readonly subject: string
  readonly title: OwnWords
}

/** @param start digits with which the number begins; empty for the newest */
type ReadSubmissions = (memberId: string, start: string) => Promise<readonly NamedSubmission[]>

/** Submissions by number or by a word of their form's title. */
export function numberedSource(read: ReadSubmissions): Source {
  return async ({ actor, typed }) => {
    const start = /^(?:sub-? ?)?(\d{1,9})$/.exec(typed)?.[1]
    return (await read(actor.memberId, start ?? ''))
      .filter(({ subject, title }) => start !== undefined || matches(typed, subject, ...Object.values(title)))
      .slice(0, MAX_SUGGESTIONS)
      .map(({ subject, title }) => ({ value: subject, label: reviewTexts.say('option', { subject, title }) }))
  }
}
