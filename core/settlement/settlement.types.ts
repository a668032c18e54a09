import type { Hex } from '../economy/merkle-hex.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** The two keys that send: each works on its own intents, strictly in order. */
export type Signer = 'distributor' | 'payer'

/** One line of `Vault.pay`; `amount` in nano, above 0. */
export interface PayLine {
  readonly to: Hex
  readonly amount: Amount
}

/** One call of `Emission` or `Vault` (spec 11). Serials count from 1 without a gap; `headBefore` is the contract's running hash that it builds on. */
export type ChainCall =
  | { readonly kind: 'open'; readonly period: number }
  | {
      readonly kind: 'fund'
      readonly period: number
      readonly firstSerial: bigint
      readonly lastSerial: bigint
      readonly amount: Amount
      readonly linesRoot: Hex
      readonly headBefore: Hex
    }
  | { readonly kind: 'close'; readonly period: number; readonly statementRoot: Hex }
  /** Burns in the vault what the statement of a closed period has corrected; `statementRoot` is accepted once. */
  | { readonly kind: 'expire'; readonly period: number; readonly amount: Amount; readonly statementRoot: Hex }
  | { readonly kind: 'pay'; readonly firstSerial: bigint; readonly lines: readonly PayLine[]; readonly headBefore: Hex }

export type CallKind = ChainCall['kind']

/** EIP-1559 fees per gas, in wei. */
export interface Fees {
  readonly maxFee: bigint
  readonly maxTip: bigint
}

/** A signed transaction, stored before it is sent: whatever happens afterwards, the very same bytes can be sent again. */
export interface Attempt {
  readonly hash: Hex
  readonly raw: Hex
  readonly nonce: number
  readonly fees: Fees
  /** Newest block when it was signed. */
  readonly sentBlock: number
}

/** What the chain has to accept once, and everything that was signed for it, oldest first. */
export interface Intent {
  readonly id: bigint
  readonly call: ChainCall
  /** The running hash of the contract afterwards; undefined for `open`, `close` and `expire`, which have none. */
  readonly headAfter: Hex | undefined
  readonly attempts: readonly Attempt[]
}

export interface BlockRef {
  readonly number: number
  readonly hash: Hex
}

export interface Receipt {
  readonly ok: boolean
  readonly txHash: Hex
  readonly block: BlockRef
  readonly gasUsed: bigint
  /** What its event says was accepted: the new head of a `fund` or `pay`, the root of a `close` or `expire`, undefined for `open` and for a reverted transaction. */
  readonly anchored: Hex | undefined
  /** What an `expire` has burned; undefined for all else. */
  readonly burned: Amount | undefined
}

/** What the contracts say, all of it at one block. */
export interface Position {
  readonly block: BlockRef
  readonly openedPeriods: number
  readonly closedPeriods: number
  /** `Emission.nextSerial` and `head`. */
  readonly fundSerial: bigint
  readonly fundHead: Hex
  /** `Vault.nextSerial` and `head`. */
  readonly paySerial: bigint
  readonly payHead: Hex
  /** What the vault holds, in nano. */
  readonly vaultBalance: Amount
  /** Of the statement roots that were asked about, those under which the vault has burned. */
  readonly expiredRoots: readonly Hex[]
}

/** The vault's leaky bucket: `available` may leave now, never more than `capacity` at once. */
export interface PayoutRoom {
  readonly available: Amount
  readonly capacity: Amount
  readonly vaultBalance: Amount
}

/** What a contract answers before anything is sent. `later`: the same call may pass another time (paused, too early, bucket empty). */
export type Trial =
  | { readonly passes: true; readonly gas: bigint }
  | { readonly passes: false; readonly reason: string; readonly later: boolean }

/** Outcome of handing a raw transaction to a node. `nonce-used`: another one of the same nonce is mined. `underpriced`: a twin with more fee is waiting. */
export type Broadcast = 'taken' | 'nonce-used' | 'underpriced'

/** A transfer of PoS to the vault that is not from one of our contracts: a call of `deposit`, or simply sent. */
export interface DepositLog {
  readonly txHash: Hex
  /** Place among the deposits of its transaction, from 0: it survives a reorganisation, the index in the block does not. */
  readonly place: number
  /** Lower case. */
  readonly from: Hex
  readonly amount: Amount
  readonly block: BlockRef
}

/** How far a signer came. `waiting`: sent, not deep enough yet. `blocked`: the contract would refuse now and accept later. `busy`: another process is at it. */
export interface SignerReport {
  readonly signer: Signer
  readonly settled: number
  readonly state: 'idle' | 'waiting' | 'blocked' | 'busy'
  readonly reason: string | undefined
}

/** A reward or withdrawal that has waited for its number. */
export interface WaitingWithdrawal {
  readonly id: string
  readonly address: Hex
  readonly amount: Amount
}

/** Result of a check of reserves at one block; amounts in nano. */
export interface ReserveFinding {
  readonly at: Instant
  readonly block: number
  readonly vaultBalance: Amount
  readonly liabilities: Amount
  readonly fundingDue: Amount
  readonly ok: boolean
}
