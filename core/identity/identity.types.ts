import type { Instant } from '../shared/instant.ts'

/** A wallet that a member proved to own. It belongs to that member for ever; only one is live at a time. */
export interface Wallet {
  /** EIP-55 checksummed. */
  readonly address: string
  readonly linkedAt: Instant
  /** Nothing is paid out to it before; a changed wallet waits 24 hours (spec 02). */
  readonly payoutFrom: Instant
}

/** The sign-in message (EIP-4361) that a member was asked to sign. */
export interface WalletChallenge {
  readonly nonce: string
  readonly address: string
  readonly message: string
  readonly expiresAt: Instant
}

/** A member as found by a mention, an @name or an id. */
export interface FoundMember {
  readonly memberId: string
  readonly name: string
}
