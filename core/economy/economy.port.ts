import type { Wallet } from '../identity/identity.types.ts'
import type { LedgerPort } from '../ledger/ledger.port.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { BalanceView, HistoryRow, LeaderboardRow, PeriodView, SupplyView } from './economy.types.ts'
import type { RewardKind, RewardRate, RewardTableView } from './reward-table.rules.ts'

/** What commands and pages read of the economy; changes nothing. Implemented by `adapters/postgres/economy-reads.ts`. */
export interface EconomyReads {
  supply(now: Instant): Promise<SupplyView>
  /** All 13 periods, future ones included. */
  periods(now: Instant): Promise<readonly PeriodView[]>
  /** What every kind of contribution pays. */
  rewards(now: Instant): Promise<RewardTableView>
  /** The best `limit` members who do not hide; at most 100. */
  leaderboard(limit: number): Promise<readonly LeaderboardRow[]>
  balance(memberId: string, now: Instant): Promise<BalanceView>
  /** At most `limit` rows, newest first. */
  history(memberId: string, limit: number): Promise<readonly HistoryRow[]>
}

/** The bytes of a period's statement; undefined while there is none (neither draft nor closed). A draft has the same form and no final root. */
export interface Statements {
  open(period: number, now: Instant): Promise<{ readonly isFinal: boolean; readonly chunks: AsyncIterable<Uint8Array> } | undefined>
}

/** What a withdrawal needs; runs inside the command's transaction. */
export interface WithdrawPort {
  /** Locks the member's balance, so that two withdrawals at once are decided one after the other, and reads it. */
  lockedBalance(memberId: string, now: Instant): Promise<BalanceView>
  /** The live wallet. */
  walletOf(memberId: string): Promise<Wallet | undefined>
  readonly ledger: LedgerPort
  saveWithdrawal(withdrawal: {
    readonly id: string
    readonly memberId: string
    readonly address: string
    readonly amount: Amount
    readonly requestedAt: Instant
  }): Promise<void>
  /** Payouts are stopped by a shortfall or by a payer that was halted. */
  arePayoutsHalted(): Promise<boolean>
  /** Whether payouts of the member wait until the committee has looked at the account. */
  isHeld(memberId: string): Promise<boolean>
  setAutoPayout(memberId: string, isOn: boolean): Promise<void>
}

/** What a change of the reward table needs; runs inside the command's transaction. */
export interface RewardTablePort {
  /** Locks the rows of a kind, so that two changes at once are decided one after the other, and reads the last. */
  lockNewest(kind: RewardKind): Promise<RewardRate>
  /** Adds a row; none is ever edited. */
  saveRate(rate: RewardRate & { readonly setBy: string; readonly reason: string }): Promise<void>
}

/** What the reading commands need besides the economy itself. */
export interface EconomyViewPort extends EconomyReads {
  readonly genesis: Instant
  readonly publicOrigin: string
  /** A member's rewards that a period pays: their sum and number. */
  ownRewards(memberId: string, period: number): Promise<{ readonly amount: Amount; readonly count: number }>
}
