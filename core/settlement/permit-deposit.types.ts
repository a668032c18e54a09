import type { Hex } from '../economy/merkle-hex.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { Attempt } from './settlement.types.ts'

/** What an owner of tokens allows the vault to take, once (EIP-2612). The spender is always the vault. */
export interface Permit {
  /** Lower case. */
  readonly owner: Hex
  /** Nano. */
  readonly amount: Amount
  /** The token's count of permits of this owner: each is used once, in order. */
  readonly nonce: bigint
  /** A whole second. */
  readonly deadline: Instant
}

export interface SignedPermit extends Permit {
  /** 65 bytes: r, s, v. */
  readonly signature: Hex
}

/** The EIP-712 domain of the token, as it tells it itself (EIP-5267). */
export interface PermitDomain {
  readonly name: string
  readonly version: string
  readonly chainId: number
  readonly verifyingContract: Hex
}

/** What the chain says of an owner, and of its own newest block. */
export interface OwnerPosition {
  readonly nonce: bigint
  readonly balance: Amount
  readonly block: number
  /** Time of that block. */
  readonly at: Instant
}

/** A deposit that was taken on: its permit, and everything that was signed for it by the relayer, oldest first. */
export interface RelayedDeposit {
  readonly id: bigint
  readonly permit: Permit
  /** Lower case. */
  readonly relayer: Hex
  readonly relayerNonce: number
  readonly hasFailed: boolean
  readonly attempts: readonly Attempt[]
}

/** `sent`: under way. `mined`: in the vault, not deep enough yet. `credited`: in the member's balance. `failed`: the vault took nothing and will not. */
export type DepositStage = 'sent' | 'mined' | 'credited' | 'failed'

export interface DepositState {
  readonly stage: DepositStage
  /** Of the transaction that was mined, or else of the one that was signed last. */
  readonly txHash: Hex
  readonly amount: Amount
  /** Where it was mined, when it was and when that was looked at. */
  readonly block: number | undefined
}

/** Everything a wallet must know to sign a permit that will be taken. */
export interface DepositTerms {
  readonly vault: Hex
  readonly domain: PermitDomain
  readonly nonce: bigint
  readonly balance: Amount
  readonly deadline: Instant
  /** How deep a deposit must lie before it is credited. */
  readonly confirmations: number
}
