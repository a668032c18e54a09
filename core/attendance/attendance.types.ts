import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** How attendance is proved: a code that changes every 30 s, single-use codes, the host's list, minutes in a voice channel, or a quiz (spec 03). */
export const EVIDENCE = ['rotating', 'codes', 'roster', 'presence', 'quiz'] as const
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
  /** Of an event whose evidence is presence, where it was asked for. */
  readonly presence?: EventPresence
  /** Of an event whose evidence is a quiz, where it was asked for: the number of its form. */
  readonly quiz?: number
}

/** A voice or stage channel of Discord in which presence counts. */
export interface EventPresence {
  readonly channelId: string
  /** Milliseconds that a member must be there and not deafened. */
  readonly threshold: number
  /** The host named the threshold; else it follows the event's length. */
  readonly isNamed: boolean
  /** As shown on the card: who is there, and who has been there long enough. */
  readonly present: number
  readonly reached: number
}

/** What became of a reward: paid into the member's balance, recorded without pay because the period is mined out, or nothing to pay. */
export type RewardStatus = 'granted' | 'unfunded' | 'none'

export function eventCode(number: number): string {
  return `EVT-${number}`
}
