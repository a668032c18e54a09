import type { Hex } from '../economy/merkle-hex.ts'
import type { Instant } from '../shared/instant.ts'
import type { OwnerPosition, Permit, PermitDomain, RelayedDeposit, SignedPermit } from './permit-deposit.types.ts'
import type { Attempt, Fees } from './settlement.types.ts'

/** What the vault answers before anything is sent; `error` is the name of the contract's error. */
export type RelayTrial = { readonly passes: true; readonly gas: bigint } | { readonly passes: false; readonly error: string }

/** Token, vault and the relayer's key. Every method rejects with a `Fault` of source `chain` when the node does not answer. */
export interface RelayChain {
  /** Lower case; undefined when there is no key: then nothing that signs may be called. */
  readonly relayer: Hex | undefined
  readonly vault: Hex
  readonly confirmations: number
  /** Most that is paid for a unit of gas, in wei. */
  readonly feeCap: bigint
  domain(): Promise<PermitDomain>
  owner(address: Hex): Promise<OwnerPosition>
  /** Whether the owner's key has signed exactly this permit, for this token, chain and vault. */
  isSignedByOwner(permit: SignedPermit): Promise<boolean>
  /** The relayer's count of transactions, mined and with those that wait in the node, and its coins in wei. */
  relayerAccount(): Promise<{ mined: number; next: number; funds: bigint }>
  trial(permit: SignedPermit): Promise<RelayTrial>
  askedFees(): Promise<Fees>
  sign(permit: SignedPermit, terms: { nonce: number; gas: bigint; fees: Fees }): Promise<{ hash: Hex; raw: Hex }>
  /** The same transaction with other fees, or under another nonce. */
  signChanged(raw: Hex, change: { fees: Fees; nonce?: number }): Promise<{ hash: Hex; raw: Hex }>
  isKnown(hash: Hex): Promise<boolean>
  /** Hands a transaction to the node. One that the node finds too cheap for its pool is no fault: it is kept by us, and replaced by a dearer one. */
  broadcast(raw: Hex): Promise<void>
  minedIn(hash: Hex): Promise<{ ok: boolean; block: number } | undefined>
}

export interface NewRelayedDeposit {
  readonly permit: Permit
  readonly memberId: string
  readonly relayer: Hex
  readonly attempt: Attempt
}

export interface RelayStore {
  /** The member to whom a wallet is linked now. */
  memberOf(owner: Hex): Promise<{ id: string; isBlocked: boolean } | undefined>
  /** The deposit of a permit nonce that has not failed. */
  find(owner: Hex, nonce: bigint): Promise<RelayedDeposit | undefined>
  /** By any transaction that was signed for it. */
  findByHash(txHash: Hex): Promise<{ deposit: RelayedDeposit; creditedBy: Hex | undefined } | undefined>
  /** Deposits whose transaction has at least this nonce of the relayer, failed ones too, lowest first; at most `limit`. */
  unmined(relayer: Hex, fromNonce: number, limit: number): Promise<readonly RelayedDeposit[]>
  /** Keeps a deposit with its first transaction. `limit`: the member has had all of the day's. `taken`: another process has the permit or the nonce. */
  add(deposit: NewRelayedDeposit, now: Instant): Promise<'added' | 'limit' | 'taken'>
  addAttempt(id: bigint, attempt: Attempt, now: Instant): Promise<void>
  /** Gives a deposit, whose nonce something else has used, another one with its transaction; false when another process was faster. */
  renumber(deposit: RelayedDeposit, attempt: Attempt, now: Instant): Promise<boolean>
  /** Makes room for another permit of the same nonce. */
  fail(id: bigint, now: Instant): Promise<void>
  /** Runs `work` while no other process sends with this key, waiting a while for its turn; undefined when it does not come. */
  withRelayer<Result>(relayer: Hex, work: () => Promise<Result>): Promise<Result | undefined>
}
