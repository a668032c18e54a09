import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { Amount } from '../../core/shared/amount.ts'

/** Everything about one period that must agree, as each of its witnesses says it; amounts in nano. */
export interface PeriodResult {
  readonly number: number
  readonly ledger: {
    /** From the transfers: `release`, `grant` less `reversal`, `burn`. */
    readonly released: Amount
    readonly granted: Amount
    readonly burned: Amount
    /** What the period's account still holds. */
    readonly left: Amount
    readonly unfunded: number
    readonly root: string
    /** Settled intents: opening, fundings and close. */
    readonly transactions: number
  }
  readonly chain: {
    readonly release: Amount
    readonly funded: Amount
    readonly burned: Amount
    readonly root: string
  }
  /** The file on disk, verified from its bytes alone, against the file before it and against the chain. */
  readonly statement: {
    readonly problems: readonly string[]
    readonly release: Amount
    readonly granted: Amount
    readonly burned: Amount
    readonly unfunded: number
    readonly root: string
    readonly transactions: number
  }
}

/** The whole result of thirteen months, as ledger, chain and statements say it; amounts in nano. */
export interface Result {
  readonly periods: readonly PeriodResult[]
  readonly ledger: {
    readonly unreleased: Amount
    readonly pool: Amount
    readonly leaving: Amount
    readonly chain: Amount
    readonly burned: Amount
    readonly members: Amount
    readonly all: Amount
    /** Accounts whose balance is not the sum of their transfers. */
    readonly crooked: readonly string[]
    /** Redeemed into the pool, by the statements. */
    readonly redeemed: Amount
    readonly paid: Amount
    readonly deposited: Amount
    readonly payoutLines: bigint
    readonly grants: bigint
    /** Attendances that stand and have neither a reward nor a line without pay. */
    readonly unrewarded: bigint
    readonly unpaid: bigint
    readonly unsettled: bigint
    readonly halts: readonly string[]
  }
  readonly chain: {
    readonly supply: Amount
    readonly emission: Amount
    readonly vault: Amount
    readonly pool: Amount
    readonly burned: Amount
    readonly openedPeriods: number
    readonly closedPeriods: number
    readonly payoutLines: bigint
    readonly grants: bigint
    /** Sum of all `Paid` and of all `Deposited` events. */
    readonly paid: Amount
    readonly deposited: Amount
  }
  /** Each linked wallet: what it must hold by the ledger, and what it holds. */
  readonly wallets: readonly { readonly address: Hex; readonly expected: Amount; readonly held: Amount }[]
}
