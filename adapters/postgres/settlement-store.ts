import type { SettlementStore } from '../../core/settlement/settlement.port.ts'
import { AUTO_PAYOUT_EVERY, DISPUTE_WINDOW, GRANT_SETTLES_AFTER } from '../../core/settlement/settlement.rules.ts'
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

  return {
    ...intentStore(database, genesis),
    ...periodStore(options),
    ...payoutStore(database, keccak, genesis),
    ...depositStore(database, genesis),
    ...reserveStore(database),
    async isDue(work, now) {
      if (work === 'payout') {
        if (await holds(`EXISTS (SELECT 1 ${WAITING_WITHDRAWALS}) OR ${UNSETTLED_PAYMENTS}`)) return true
        return !(await isSlotDone(database.prisma, Math.floor(now / AUTO_PAYOUT_EVERY) * AUTO_PAYOUT_EVERY))
      }
      if (work === 'close')
        return (await isPeriodLeft('drafted_at IS NULL', now, 0)) || (await isPeriodLeft('closed_at IS NULL', now, DISPUTE_WINDOW))
      if (await holds(UNSETTLED_EMISSION)) return true
      if (work === 'open') return holds('(SELECT count(*) FROM period) < $1', [Math.min(LAST_PERIOD, periodAt(genesis, now))])
      return holds(`EXISTS (SELECT 1 FROM reward WHERE serial IS NULL AND status = 'granted' AND at <= $1)`, [
        new Date(now - GRANT_SETTLES_AFTER),
      ])
    },
  }
}

const UNSETTLED_PAYMENTS = `EXISTS (SELECT 1 FROM chain_intent WHERE state <> 'settled' AND kind = 'pay')`
const UNSETTLED_EMISSION = `EXISTS (SELECT 1 FROM chain_intent WHERE state <> 'settled' AND kind <> 'pay')`
