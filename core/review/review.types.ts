import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

export const REVIEW_KINDS = ['submission', 'appeal', 'dispute', 'campaign'] as const
/** What a panel judges. An appeal is about a submission that another panel has decided. */
export type ReviewKind = (typeof REVIEW_KINDS)[number]

/** `duplicate`: approved as nearly the same as something that was sent in before, and paid the form's share for that. */
export const VERDICTS = ['approve', 'duplicate', 'return', 'reject'] as const
export type Verdict = (typeof VERDICTS)[number]

export const OUTCOMES = ['approved', 'returned', 'rejected'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A question that is to be put before a panel. Amounts in nano, multiplier included; both 0 where nothing is paid. */
export interface NewReviewItem {
  readonly kind: ReviewKind
  /** `SUB-104`, `DSP-3` or `CMP-2`; one open item a subject. */
  readonly subject: string
  /** Member id of whose matter it is. */
  readonly contributor: string
  readonly form?: number
  readonly campaign?: number
  /** Approvals that decide, of a panel of so many. */
  readonly needed: number
  readonly panel: number
  /** Widest spread of amounts that needs no further opinion, in percent of the highest. */
  readonly spreadPercent: number
  /** Whether the contributor's name is hidden from the panel until it is decided. */
  readonly blind: boolean
  readonly lowest: Amount
  readonly highest: Amount
  /** What a marked duplicate is paid, in percent of the lowest. */
  readonly duplicatePercent: number
  /** The content that is judged; a verdict counts for the revision it was made of. */
  readonly revision: number
}

/** An item that is open or was decided. */
export interface ReviewItem extends NewReviewItem {
  readonly id: bigint
  readonly openedAt: Instant
  readonly state: 'open' | 'decided' | 'withdrawn'
  /** The right answer is known: reviewers judge it like any other, and nobody is paid. */
  readonly isKnown: boolean
}

export const SEAT_STATES = ['asked', 'declined', 'lapsed', 'recused', 'released', 'decided'] as const
/**
 * `lapsed`: no answer within 48 hours. `recused`: turned out to be close to the contributor, or lost the role. `released`: it was decided without them.
 */
export type SeatState = (typeof SEAT_STATES)[number]

/** One reviewer's seat on the panel of an item. */
export interface Seat {
  readonly reviewer: string
  readonly assignedAt: Instant
  readonly dueAt: Instant
  readonly state: SeatState
  readonly verdict?: Verdict
  /** Nano; set for `approve` and `duplicate`. */
  readonly amount?: Amount
  readonly reason?: string
  readonly duplicateOf?: string
  readonly revision?: number
  readonly decidedAt?: Instant
  /** The verdict stays on record and does not count. */
  readonly voided: boolean
}

/** What a panel came to. `amount` is the median of the approvals, rounded down to nano; 0 unless approved. */
export interface Decision {
  readonly outcome: Outcome
  readonly amount: Amount
  /** What the contributor is told. */
  readonly reason: string
}
