import type { Instant } from '../shared/instant.ts'

export const SIGNAL_KINDS = ['young-account', 'new-at-event', 'burst', 'shared-answers', 'shared-wallet'] as const
/**
 * What may mean that one person stands behind several members. `young-account`: a chat account made less than 30 days before it earned. `new-at-event`: known
 * to us since minutes before the check-in. `burst`: one of several newcomers who came and checked in almost together. `shared-answers`: sent in a text that is as
 * good as the same as an earlier one of another member. `shared-wallet`: PoS of the member's wallet come from or go to an address of which the same is true for
 * several other members.
 */
export type SignalKind = (typeof SIGNAL_KINDS)[number]

/** One signal about one member, with the figure that its reason names: days, minutes, members or percent, by kind. */
export interface Signal {
  readonly memberId: string
  readonly kind: SignalKind
  /** Where it was seen: `EVT-12`, the other's `SUB-12`, the address `0x1234…abcd`; empty for what is true of the account itself. */
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
