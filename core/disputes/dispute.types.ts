import type { Evidence } from '../attendance/attendance.types.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** `corrected`: another line was added. `kept`: the line stays. `lapsed`: nobody decided in time, or the line is gone. */
export const DISPUTE_STATES = ['open', 'corrected', 'kept', 'lapsed'] as const
export type DisputeState = (typeof DISPUTE_STATES)[number]

/** A line of a draft statement, as its member disputes it. */
export interface DisputableLine {
  readonly number: number
  readonly memberId: string
  /** Of the reward: `attendance`, ...; `correction` is what a dispute has added. */
  readonly kind: string
  /** Such as `EVT-12`. */
  readonly reference: string
  /** Nano. */
  readonly amount: Amount
  readonly period: number
  /** Whether it stands in the statement: not of a reward that was taken back or found nothing left. */
  readonly isThere: boolean
  /** The statement takes no more lines. */
  readonly isSealed: boolean
  /** What it was given for, where an event proved it. */
  readonly attendance: { readonly title: string; readonly evidence: Evidence } | undefined
  readonly dispute: { readonly number: number; readonly state: DisputeState } | undefined
}

/** What a panel came to. `amount` is what the line should have been, in nano; it counts when the outcome is `approved`. */
export interface DisputeDecision {
  readonly outcome: 'approved' | 'returned' | 'rejected'
  readonly amount: Amount
  /** What the member is told. */
  readonly reason: string
}

/**
 * What a decision has done. `unfunded`: the release has not enough left for the higher amount. `over-budget`: the line's campaign has not. `spent`: the member
 * has less than what should be taken back. All three leave the line as it is. `gone`: the line was taken back before. `over`: the dispute was not open any more, nothing was done.
 */
export type DisputeSettled = 'corrected' | 'kept' | 'unfunded' | 'over-budget' | 'spent' | 'gone' | 'over'

export function disputeCode(number: number): string {
  return `DSP-${number}`
}

export function lineCode(number: number): string {
  return `LINE-${number}`
}

/** Until when a draft can be disputed, and when its disputes lapse. */
export interface DisputeTimes {
  readonly end: Instant
  readonly until: Instant
  readonly decidedBy: Instant
}
