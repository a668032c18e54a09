import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { Answers, FormDefinition, SubmissionStatus } from './form-definition.ts'

export const FORM_STATUSES = ['draft', 'open', 'closed'] as const
/** `draft`: made, and not offered yet. */
export type FormStatus = (typeof FORM_STATUSES)[number]

/** A form with what it asks in its newest version. */
export interface Form {
  readonly number: number
  readonly version: number
  readonly status: FormStatus
  readonly definition: FormDefinition
  /** Set for the form of a campaign. */
  readonly campaign?: number
}

/** What a member has filled in so far. */
export interface Draft {
  readonly form: number
  readonly version: number
  readonly memberId: string
  readonly answers: Answers
  /** The question where a chat stands; undefined when all were asked. */
  readonly atField?: string
  /** Set while a submission that was returned is being mended. */
  readonly submission?: number
  /** Set while it is filled in as the quiz of an event. */
  readonly event?: number
  readonly startedAt: Instant
  readonly updatedAt: Instant
}

/** What a member sent in, in its last revision. */
export interface Submission {
  readonly number: number
  readonly form: number
  readonly version: number
  readonly memberId: string
  readonly status: SubmissionStatus
  readonly revision: number
  readonly contributedAt: Instant
  readonly decidedAt?: Instant
  /** As read: in the form in which the same answer is always written. */
  readonly answers: Answers
  /** Points of a quiz. */
  readonly score?: number
}

/** What an approved submission pays, in nano, multiplier included. */
export interface Pay {
  readonly lowest: Amount
  readonly highest: Amount
}
