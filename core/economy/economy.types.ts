import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { TransferKind } from '../ledger/ledger.types.ts'

/** `future`: not begun. `open`: grants. `draft`: ended, 72 hours for disputes and funding. `closed`: burned, statement final. */
export type PeriodState = 'future' | 'open' | 'draft' | 'closed'

/** One period as everybody may see it; amounts in nano. `granted + burned = release` holds once it is closed. */
export interface PeriodView {
  readonly number: number
  readonly state: PeriodState
  readonly startsAt: Instant
  readonly endsAt: Instant
  /** When it may be closed: 72 hours after its end. */
  readonly closesAt: Instant
  readonly multiplier: number
  readonly release: Amount
  readonly granted: Amount
  /** Number of rewards that are paid from this period. */
  readonly grants: number
  /** Number of rewards that found nothing left. */
  readonly unfunded: number
  /** Null until closed. */
  readonly burned: Amount | null
  /** Taken back from what was granted, in lines of its statement; burned besides. */
  readonly corrected: Amount
  /** Lower-case hex with 0x; null until closed. */
  readonly statementRoot: string | null
  /** Transactions on chain that settled, oldest first. */
  readonly transactions: readonly { readonly name: string; readonly hash: string }[]
}

/** Where all 100 million PoS are; the account sums add up to the total supply. */
export interface SupplyView {
  readonly at: Instant
  readonly genesis: Instant
  /** 0 before genesis, 14 after the last period. */
  readonly currentPeriod: number
  readonly released: Amount
  readonly granted: Amount
  readonly burned: Amount
  readonly pool: Amount
  readonly ecoFund: Amount
  readonly unreleased: Amount
  /** Released in a period that is not closed and not granted yet. */
  readonly grantable: Amount
  /** In members' balances and on the way out, plus what is in members' own wallets. */
  readonly circulating: Amount
  readonly members: Amount
  readonly leaving: Amount
  readonly chain: Amount
  readonly reserve: ReserveView | null
}

/** The latest proof of reserves: what the vault held at a block against what it owes. */
export interface ReserveView {
  readonly at: Instant
  readonly block: number
  readonly vaultBalance: Amount
  readonly liabilities: Amount
  /** Granted, but still to be funded into the vault within 48 hours. */
  readonly fundingDue: Amount
  readonly ok: boolean
}

/** Earned in all time; spending and withdrawing do not lower a rank. */
export interface LeaderboardRow {
  readonly rank: number
  readonly memberId: string
  readonly name: string
  readonly earned: Amount
}

/** One movement of a member's value, newest first in lists. */
export interface HistoryRow {
  readonly at: Instant
  /** Positive when it came in. */
  readonly amount: Amount
  readonly kind: TransferKind
  readonly reference: string
}

export interface BalanceView {
  readonly balance: Amount
  readonly earned: Amount
  /** May be withdrawn now: the balance less grants younger than 48 hours. */
  readonly withdrawable: Amount
  /** On the way to the wallet. */
  readonly leaving: Amount
  readonly rank: number | null
  readonly wallet: string | null
  readonly autoPayout: boolean
}

/** A member's lines in the statement of a period. */
export interface OwnPart {
  /** Sum of the rewards, before corrections. */
  readonly amount: Amount
  readonly count: number
  readonly corrected: Amount
}
