import type { Instant } from '../shared/instant.ts'
import type { BalanceView, HistoryRow, LeaderboardRow, PeriodView, SupplyView } from './economy.types.ts'

/** What commands and pages read of the economy; changes nothing. Implemented by `adapters/postgres/economy-reads.ts`. */
export interface EconomyReads {
  supply(now: Instant): Promise<SupplyView>
  /** All 13 periods, future ones included. */
  periods(now: Instant): Promise<readonly PeriodView[]>
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
