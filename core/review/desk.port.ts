import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { Reply } from '../shared/reply.ts'
import type { OwnWords } from '../shared/text.ts'
import type { ItemView, ShownAnswer, SimilarItem } from './review.port.ts'
import type { Outcome, ReviewKind, Verdict } from './review.types.ts'

/** `mine`: seats of the reader's own that wait. `open`: every open item. `decided`: what was decided, newest first. */
export const DESK_SHOWS = ['mine', 'open', 'decided'] as const
export type DeskShow = (typeof DESK_SHOWS)[number]

/** After which line a page begins. `at` is when it is due, or was decided; undefined for an item that nobody is asked about. */
export interface DeskCursor {
  readonly at: Instant | undefined
  readonly id: bigint
}

export interface DeskReader {
  readonly memberId: string
  /** Sees what others decided, and what waits for others. */
  readonly isChair: boolean
}

export interface DeskQuery {
  readonly show: DeskShow
  readonly kind: ReviewKind | undefined
  /** Number of a form. */
  readonly form: number | undefined
  /** Part of a code or of a form's title. Answers are not searched: who looks for a name would find what a blind review hides. */
  readonly text: string | undefined
  readonly after: DeskCursor | undefined
  readonly limit: number
}

/** One line of the queue. Amounts in nano. */
export interface DeskLine {
  readonly subject: string
  readonly kind: ReviewKind
  /** Undefined for what has no name of its own. */
  readonly title: OwnWords | undefined
  /** Verdicts that count, of the approvals that decide, of a panel of so many. */
  readonly answered: number
  readonly needed: number
  readonly panel: number
  readonly lowest: Amount
  readonly highest: Amount
  readonly revision: number
  /** The reader is asked, and has not answered. */
  readonly isMine: boolean
  /** Of the reader's own seat, or of the panel's first. */
  readonly dueAt: Instant | undefined
  readonly decidedAt: Instant | undefined
  readonly outcome: Outcome | undefined
  readonly amount: Amount | undefined
}

export interface DeskPage<Line, Cursor> {
  readonly lines: readonly Line[]
  /** Where the next page begins; undefined on the last one. */
  readonly next: Cursor | undefined
}

/** What is nearly the same, with its answers. */
export interface SimilarContent extends SimilarItem {
  readonly answers: readonly ShownAnswer[]
  /** Of its contributor: hidden too, while the item that it is like is judged blind. */
  readonly names: readonly string[]
}

/** What was answered before it was returned and mended. */
export interface EarlierRevision {
  readonly revision: number
  readonly submittedAt: Instant
  readonly answers: readonly ShownAnswer[]
}

export interface GivenOpinion {
  readonly name: string
  readonly verdict: Verdict
  readonly amount: Amount | undefined
  readonly reason: string | undefined
  readonly duplicateOf: string | undefined
  readonly at: Instant
  readonly isVoided: boolean
}

/** A panel's decision on the subject of an item. */
export interface PastDecision {
  readonly id: bigint
  readonly kind: ReviewKind
  readonly outcome: Outcome | undefined
  readonly amount: Amount | undefined
  readonly reason: string | undefined
  readonly decidedAt: Instant
  readonly opinions: readonly GivenOpinion[]
}

export interface DeskItem {
  readonly view: ItemView
  readonly similar: readonly SimilarContent[]
  /** Newest first. */
  readonly earlier: readonly EarlierRevision[]
  readonly decisions: readonly PastDecision[]
  readonly neighbours: Neighbours
}

/** Subjects beside an item, in the order of the reader's queue; for a chair without a seat in that of all open items. */
export interface Neighbours {
  readonly previous: string | undefined
  readonly next: string | undefined
}

/** What somebody decided, with what became of it. */
export interface HistoryLine extends GivenOpinion {
  readonly subject: string
  readonly title: OwnWords | undefined
  /** Undefined while the panel has not decided. */
  readonly outcome: Outcome | undefined
  readonly granted: Amount | undefined
}

export interface HistoryCursor {
  readonly at: Instant
  readonly id: bigint
  readonly reviewer: string
}

/** What a button of the queue needs to know of an open item. */
export interface ItemTerms {
  readonly lowest: Amount
  readonly highest: Amount
}

/** What the web review desk reads, beside what the commands answer. */
export interface DeskReads {
  queue(reader: DeskReader, query: DeskQuery): Promise<DeskPage<DeskLine, DeskCursor>>
  /** How many seats of the reader's wait, and how many items are open. */
  counts(memberId: string): Promise<{ readonly mine: number; readonly open: number }>
  /** Forms of which something is open, by number; at most a hundred. */
  forms(): Promise<readonly { readonly number: number; readonly title: OwnWords }[]>
  /** The open item of a subject, else the newest that was decided. */
  item(subject: string, reader: DeskReader, now: Instant): Promise<DeskItem | undefined>
  /** The seat of the reader's after that of an item, else the one that waits longest. */
  nextSeat(subject: string, memberId: string): Promise<string | undefined>
  /** Of the open ones among these subjects. */
  terms(subjects: readonly string[]): Promise<ReadonlyMap<string, ItemTerms>>
  /** Verdicts, newest first: the reader's own; for a chair everybody's, those of others once their item is decided. */
  history(reader: DeskReader, after: HistoryCursor | undefined, limit: number): Promise<DeskPage<HistoryLine, HistoryCursor>>
  /** What a command of this member answered that was given under a key. */
  answer(key: string, memberId: string): Promise<Reply | undefined>
}
