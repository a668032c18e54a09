import type { SettlementStore } from '../../core/settlement/settlement.port.ts'
import { AUTO_PAYOUT_EVERY } from '../../core/settlement/settlement.rules.ts'
import { CLOSE_AFTER_MS, CLOSE_AT_LATEST_MS } from '../../core/economy/close.rules.ts'
import { FRESH_GRANT_MS } from '../../core/economy/withdraw.rules.ts'
import { LAST_PERIOD, periodAt, periodEnd } from '../../core/economy/release-schedule.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { asFault } from './database.ts'
import { depositStore } from './settlement-deposits.ts'
import { intentStore } from './settlement-intents.ts'
import { isSlotDone, payoutStore, WAITING_WITHDRAWALS } from './settlement-payouts.ts'
import { periodStore } from './settlement-periods.ts'
import { reserveStore } from './settlement-reserves.ts'
import type { StatementOptions } from './statement-store.ts'

/** Settlement's tables in PostgreSQL. */
export function settlementStore(options: StatementOptions): SettlementStore {
  const { database, keccak, genesis } = options

  async function holds(condition: string, values: readonly unknown[] = []): Promise<boolean> {
    try {
      const { rows } = await database.pool.query<{ due: boolean }>(`SELECT ${condition} AS due`, [...values])
      return rows[0]!.due
    } catch (error) {
      throw asFault(error)
    }
  }

  /** The first period that has ended by `now` less `wait` and is still in a state that it should have left. */
  async function isPeriodLeft(state: string, now: Instant, wait: number): Promise<boolean> {
    let ended = 0
    while (ended < LAST_PERIOD && now >= periodEnd(genesis, ended + 1) + wait) ended += 1
    return ended > 0 && (await holds(`EXISTS (SELECT 1 FROM period WHERE number <= $1 AND ${state})`, [ended]))
  }

  const store: SettlementStore = {
    ...intentStore(database, genesis),
    ...periodStore(options),
    ...payoutStore(database, keccak, genesis),
    ...depositStore(database, genesis),
    ...reserveStore(database),
    async isDue(work, now) {
      if (work === 'close')
        return (
          (await isPeriodLeft('drafted_at IS NULL', now, 0)) ||
          (await isPeriodLeft(`closed_at IS NULL AND NOT EXISTS (${OPEN_DISPUTE})`, now, CLOSE_AFTER_MS)) ||
          (await isPeriodLeft('closed_at IS NULL', now, CLOSE_AT_LATEST_MS))
        )
      if (work === 'open' && (await holds('(SELECT count(*) FROM period) < $1', [Math.min(LAST_PERIOD, periodAt(genesis, now))])))
        return true
      // A halted signer was reported when it was halted; asking it again every few seconds would only fill the record.
      if ((await store.haltReason(work === 'payout' ? 'payer' : 'distributor')) !== undefined) return false
      if (await holds(work === 'payout' ? UNSETTLED_PAYMENTS : UNSETTLED_EMISSION)) return true
      if (work === 'fund') return holds(GRANTS_DUE, [new Date(now - FRESH_GRANT_MS)])
      if (work === 'open' || (await store.payoutsHalted()) !== undefined) return false
      if (await holds(`EXISTS (SELECT 1 ${WAITING_WITHDRAWALS})`)) return true
      return !(await isSlotDone(database.prisma, Math.floor(now / AUTO_PAYOUT_EVERY) * AUTO_PAYOUT_EVERY))
    },
  }
  return store
}

const GRANTS_DUE = `EXISTS (SELECT 1 FROM reward WHERE serial IS NULL AND status = 'granted' AND (at <= $1 OR kind = 'correction'))`
const OPEN_DISPUTE = `SELECT 1 FROM dispute d WHERE d.period = period.number AND d.state = 'open'`
const UNSETTLED_PAYMENTS = `EXISTS (SELECT 1 FROM chain_intent WHERE state <> 'settled' AND kind IN ('pay', 'expire'))`
const UNSETTLED_EMISSION = `EXISTS (SELECT 1 FROM chain_intent WHERE state <> 'settled' AND kind NOT IN ('pay', 'expire'))`
