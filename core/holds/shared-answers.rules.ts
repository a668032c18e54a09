import type { Answers, FormField } from '../forms/form-definition.ts'
import { jaccard, shinglesOf } from '../review/similar-text.ts'
import { MINUTE, type Instant } from '../shared/instant.ts'
import type { Signal } from './hold.types.ts'

/** From this share of common pieces on two texts are as good as the same: of a text of a hundred characters one word was changed, or none. */
export const SAME_FROM = 0.9
/** A text of fewer different pieces of three characters is no signal: fifteen English words or eighty Chinese characters are not the same by chance. */
export const LEAST_PIECES = 80
/** Of two who send in this close to each other neither can be called the one who was copied. */
export const SAME_MOMENT = 10 * MINUTE
/** Characters that are compared: one long answer. */
const MOST_CHARACTERS = 4_000
const LINKS = /\bhttps?:\/\/\S+/gi

/** What somebody has written and sent in. */
export interface SentText {
  readonly memberId: string
  /** `SUB-12`. */
  readonly submission: string
  readonly at: Instant
  readonly pieces: ReadonlySet<string>
}

/**
 * The pieces of what was written freely and at length. What many may answer alike does not count: short texts, choices, numbers, links, and what a quiz has a
 * right answer for.
 */
export function ownPieces(fields: readonly FormField[], answers: Answers): ReadonlySet<string> {
  const written = fields.filter((field) => field.kind === 'long-text' && field.expected === undefined)
  const text = written.flatMap(({ id }) => answers[id] ?? []).join('\n')
  return shinglesOf(text.replace(LINKS, ' ').slice(0, MOST_CHARACTERS))
}

/**
 * Signals that one text is as good as the same as another member's: about whoever was later, and about both when they sent in within {@link SAME_MOMENT}.
 * @param looked the text that is looked at @param others what was sent in besides, also by the same member
 */
export function sharedAnswers(looked: SentText, others: readonly SentText[]): readonly Signal[] {
  const same = others
    .map((other) => ({ ...other, likeness: jaccard(looked.pieces, other.pieces) }))
    .filter(({ likeness, pieces }) => likeness >= SAME_FROM && Math.min(looked.pieces.size, pieces.size) >= LEAST_PIECES)
    .toSorted((left, right) => left.at - right.at)
  // Whoever mends or repeats a text has it since they first sent it in.
  const since = Math.min(looked.at, ...same.filter(({ memberId }) => memberId === looked.memberId).map(({ at }) => at))
  const first = same.find(({ memberId }) => memberId !== looked.memberId)
  if (first === undefined || first.at > since + SAME_MOMENT) return []
  const seen = { kind: 'shared-answers', figure: Math.floor(first.likeness * 100) } as const
  const own = { ...seen, memberId: looked.memberId, subject: first.submission }
  return since - first.at > SAME_MOMENT ? [own] : [own, { ...seen, memberId: first.memberId, subject: looked.submission }]
}
