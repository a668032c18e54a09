import type { Instant } from '../shared/instant.ts'

export const SIGNAL_KINDS = ['young-account', 'new-at-event', 'burst'] as const
/**
 * What may mean that one person stands behind several members. `young-account`: a chat account made less than 30 days before it earned. `new-at-event`: known
 * to us since minutes before the check-in. `burst`: one of several newcomers who came and checked in almost together.
 */
export type SignalKind = (typeof SIGNAL_KINDS)[number]

/** One signal about one member, with the figure that its reason names: days, minutes or members, by kind. */
export interface Signal {
  readonly memberId: string
  readonly kind: SignalKind
  /** Where it was seen, such as `EVT-12`; empty for what is true of the account itself. */
  readonly subject: string
  readonly figure: number
}

export interface SeenSignal extends Signal {
  readonly seenAt: Instant
}

/** A rewarded check-in, with what is known of who came. */
export interface Arrival {
  readonly memberId: string
  /** `EVT-12`. */
  readonly event: string
  readonly at: Instant
  /** When the member gave the first command. */
  readonly joinedAt: Instant
  /** The member's Discord account, whose id tells when it was made. */
  readonly discordId: string | undefined
}

/** The committee's look at a member. */
export interface Hold {
  readonly memberId: string
  readonly name: string
  readonly openedAt: Instant
  /** `open`: payouts wait. `blocked`: nothing more can be earned; the balance stays the member's. */
  readonly state: 'open' | 'blocked'
  /** What the committee said when it blocked. */
  readonly reason: string | undefined
  readonly appeal: string | undefined
  readonly signals: readonly SeenSignal[]
}
