import type { Hex } from '../economy/merkle-hex.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type {
  Attempt,
  BlockRef,
  Broadcast,
  ChainCall,
  DepositLog,
  Fees,
  Intent,
  PayoutRoom,
  Position,
  Receipt,
  ReserveFinding,
  Signer,
  Trial,
} from './settlement.types.ts'

/** The contracts of spec 11 on one chain. Every method rejects with a `Fault` of source `chain` when the node does not answer, or answers nonsense. */
export interface ChainReader {
  /** How deep a block must lie before what is in it counts; 1 is the newest block. */
  readonly confirmations: number
  /** Block before which the contracts did not exist. */
  readonly firstBlock: number
  /** Addresses that the vault can not pay to, besides zero and the burn address; lower case. */
  readonly refusedRecipients: readonly Hex[]
  /** At the newest block, or at a recent one; says under which of `roots` the vault has burned. */
  position(roots: readonly Hex[], block?: number): Promise<Position>
  room(): Promise<PayoutRoom>
  receipt(hash: Hex): Promise<Receipt | undefined>
  /** The transaction in which the contracts accepted a call's serials or period, found by its event, whoever sent it; up to block `until`. */
  acceptance(call: ChainCall, until: number): Promise<Receipt | undefined>
  /** The canonical block of a number; undefined above the newest. */
  block(number: number): Promise<BlockRef | undefined>
  newestBlock(): Promise<BlockRef>
  /** Deposits from block `from` to `to`, both included, in their order. */
  deposits(from: number, to: number): Promise<readonly DepositLog[]>
  /** Patience for one run. `nextBlock` resolves with true when there is a block above `after`, with false when the patience is at its end. */
  waiter(): { readonly nextBlock: (after: number) => Promise<boolean> }
}

/** Signs with the keys of the two signers and hands transactions to the node. */
export interface ChainSender {
  /** Most that is paid for a unit of gas, in wei. */
  readonly feeCap: bigint
  /** Asks the contract, without sending, whether it would accept a call now. */
  trial(call: ChainCall): Promise<Trial>
  /** Number of transactions of a signer: `mined`, and `next` with those that wait in the node. */
  nonces(signer: Signer): Promise<{ mined: number; next: number }>
  askedFees(): Promise<Fees>
  sign(call: ChainCall, terms: { nonce: number; gas: bigint; fees: Fees }): Promise<{ hash: Hex; raw: Hex }>
  /** The same transaction with other fees. */
  signAgain(raw: Hex, signer: Signer, fees: Fees): Promise<{ hash: Hex; raw: Hex }>
  /** Whether the node knows a transaction, waiting or mined. */
  isKnown(hash: Hex): Promise<boolean>
  broadcast(raw: Hex): Promise<Broadcast>
}

export type ChainPort = ChainReader & ChainSender

/** What is to be sent, what was signed, what is settled. */
export interface IntentStore {
  /** Not settled, in the order in which they must be accepted; at most `limit`. */
  unsettled(signer: Signer, limit: number): Promise<readonly Intent[]>
  addAttempt(intent: Intent, attempt: Attempt, now: Instant): Promise<void>
  /** Marks an intent as settled and moves what it moves, in one transaction; harmless when it is settled already. */
  settle(intent: Intent, receipt: Receipt, now: Instant): Promise<void>
  /** Makes settled intents that are not on chain (any more) unsettled again, so that they are sent again; returns how many. Their value has moved already and does not move twice. */
  reopenLost(signer: Signer, position: Position, now: Instant): Promise<number>
  /** Statement roots of all that a signer has burned or is to burn: what its position has to be asked about. */
  expiryRoots(signer: Signer): Promise<readonly Hex[]>
  /** The serial that the ledger would number next, by its newest intent of the signer. */
  nextSerial(signer: Signer): Promise<bigint>
  haltReason(signer: Signer): Promise<string | undefined>
  /** Stops a signer until an operator clears it, and tells operators. */
  halt(signer: Signer, reason: string, now: Instant): Promise<void>
  resume(signer: Signer): Promise<void>
  /** Runs `work` while no other process runs any for this signer; undefined when one does. */
  withSigner<Result>(signer: Signer, work: () => Promise<Result>): Promise<Result | undefined>
}

/** A period that has ended and is not closed. */
export interface EndedPeriod {
  readonly number: number
  readonly isDrafted: boolean
  /** Grants without a serial, and fundings (or the opening) that are not settled yet. */
  readonly openEnds: number
  /** Disputes of its lines that no panel has decided yet. */
  readonly openDisputes: number
}

export interface PeriodStore {
  /** Releases every missing period up to `period` in the ledger and asks for its opening on chain; returns how many were missing. */
  openInLedger(period: number, now: Instant): Promise<number>
  /** Numbers the grants made until `grantedUntil` and asks for their funding; returns how many. */
  numberGrants(grantedUntil: Instant, now: Instant): Promise<number>
  /** Opened periods up to `last` that are not closed, in order. */
  unclosed(last: number): Promise<readonly EndedPeriod[]>
  draft(period: number, now: Instant): Promise<void>
  /** Ends the disputes of a period that has to close, and tells their members; returns how many. */
  lapseDisputes(period: number, now: Instant): Promise<number>
  /**
   * Burns what is left of a period and adds nothing to its statement from then on. Returns what was burned, now or before; undefined when something came in
   * between: a dispute, or a grant that is not funded.
   */
  seal(period: number, now: Instant): Promise<Amount | undefined>
  /** Computes the statement of a sealed period, keeps its root and asks for the close on chain. */
  close(period: number, burned: Amount, now: Instant): Promise<void>
}

export interface PayoutStore {
  /** Why no payout may be made: reserves do not cover what is owed. */
  payoutsHalted(): Promise<string | undefined>
  /** Withdrawals for the members who asked for automatic payouts, once in a slot; returns how many. */
  addAutoPayouts(slot: Instant, now: Instant): Promise<number>
  /** Numbers the next payout within what may leave; returns how many lines it has, 0 when there is nothing to pay. */
  numberPayout(room: PayoutRoom, refused: readonly Hex[], now: Instant): Promise<number>
}

export interface DepositStore {
  /** The last confirmed block whose deposits are recorded. */
  cursor(): Promise<BlockRef | undefined>
  /** Records the deposits of the blocks after the cursor and moves it to `to`. False when another process was faster. */
  advance(before: BlockRef | undefined, to: BlockRef, deposits: readonly DepositLog[], now: Instant): Promise<boolean>
  /** Puts the cursor back after a reorganisation deeper than the confirmations, and tells operators. */
  rewind(before: BlockRef, to: BlockRef, now: Instant): Promise<void>
  /** Shows what is seen and not confirmed: exactly these, above `confirmed`. */
  show(confirmed: number, deposits: readonly DepositLog[], now: Instant): Promise<void>
  /** Credits confirmed deposits of linked wallets; returns how many. */
  credit(now: Instant): Promise<number>
}

export interface ReserveStore {
  /** Compares the ledger with a position, records the result, halts payouts or lifts the halt. */
  checkReserves(position: Position, now: Instant): Promise<ReserveFinding>
}

export type DueWork = 'open' | 'fund' | 'close' | 'payout'

export interface SettlementStore extends IntentStore, PeriodStore, PayoutStore, DepositStore, ReserveStore {
  /** Whether a run would find anything to do; one cheap question, asked every few seconds. */
  isDue(work: DueWork, now: Instant): Promise<boolean>
}

/** Named places between two steps, for tests that end the process there. Order of a payout: `batched`, `signed`, `sent`, `mined`, `settled`. */
export type CheckpointName =
  | 'opened'
  | 'numbered'
  | 'drafted'
  | 'lapsed'
  | 'burned'
  | 'closed'
  | 'auto-payouts'
  | 'batched'
  | 'signed'
  | 'sent'
  | 'mined'
  | 'settled'
  | 'deposits-recorded'
  | 'deposits-credited'

export type Checkpoint = (name: CheckpointName) => Promise<void> | void
