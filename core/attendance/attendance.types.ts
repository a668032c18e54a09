import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** How attendance is proved: a code that changes every 30 s, single-use codes, or the host's list (spec 03; presence and quiz join later). */
export const EVIDENCE = ['rotating', 'codes', 'roster'] as const
export type Evidence = (typeof EVIDENCE)[number]

export interface Event {
  readonly number: number
  readonly title: string
  readonly place: string
  readonly startsAt: Instant
  readonly endsAt: Instant
  readonly opensAt: Instant
  readonly closesAt: Instant
  readonly capacity: number | null
  /** Before the multiplier, in nano. */
  readonly baseReward: Amount
  readonly evidence: Evidence
  /** 32 random bytes from which this event's codes are made. */
  readonly codeSecret: Uint8Array
  readonly attendees: number
  readonly createdBy: string
  readonly closedAt: Instant | null
}

/** What became of a reward: paid into the member's balance, recorded without pay because the period is mined out, or nothing to pay. */
export type RewardStatus = 'granted' | 'unfunded' | 'none'

export function eventCode(number: number): string {
  return `EVT-${number}`
}
