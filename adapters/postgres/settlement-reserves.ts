import type { ReserveStore } from '../../core/settlement/settlement.port.ts'
import { judgeReserves } from '../../core/settlement/settlement.rules.ts'
import type { Position } from '../../core/settlement/settlement.types.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { alertOperators, lowerFlag, raiseFlag } from './settlement-alerts.ts'
import { PAYOUTS_HALTED } from './settlement-payouts.ts'

/** Proof of reserves. One statement reads the ledger, so that all its numbers are of the same moment, after the block was read. */
export function reserveStore(database: Database): ReserveStore {
  return {
    checkReserves: (position, now) =>
      database.transaction(async (tx) => {
        const finding = judgeReserves(position, await readOwed(tx, position), now)
        const { block, vaultBalance, liabilities, fundingDue, ok } = finding
        const row = { block: BigInt(block), vaultBalance, liabilities, fundingDue, ok }
        await tx.reserveCheck.upsert({ where: { at: new Date(now) }, create: { at: new Date(now), ...row }, update: row })
        if (ok) {
          if (await lowerFlag(tx, PAYOUTS_HALTED)) await alertOperators(tx, 'payouts-resumed', { block: String(block) }, now)
        } else {
          const missing = (liabilities - fundingDue - vaultBalance).toString()
          if (await raiseFlag(tx, PAYOUTS_HALTED, missing))
            await alertOperators(tx, 'payouts-halted', { block: String(block), missing }, now)
        }
        return { keep: true, value: finding }
      }),
  }
}

interface OwedRow {
  balances: bigint
  funding_due: bigint
  paid_early: bigint
  paid_late: bigint
}

async function readOwed(tx: Tx, { fundSerial, paySerial }: Position) {
  const [row] = await tx.$queryRaw<OwedRow[]>(Prisma.sql`
    SELECT
      (SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE name = 'leaving' OR name LIKE 'member:%' OR name LIKE 'escrow:%') AS balances,
      (SELECT coalesce(sum(amount), 0)::bigint FROM reward WHERE serial IS NULL AND status = 'granted')
        + (SELECT coalesce(sum(amount), 0)::bigint FROM reward WHERE serial >= ${fundSerial}) AS funding_due,
      (SELECT coalesce(sum(amount), 0)::bigint FROM withdrawal WHERE serial < ${paySerial} AND serial IS NOT NULL AND paid_at IS NULL) AS paid_early,
      (SELECT coalesce(sum(amount), 0)::bigint FROM withdrawal WHERE serial >= ${paySerial} AND paid_at IS NOT NULL) AS paid_late`)
  return { balances: row!.balances, fundingDue: row!.funding_due, paidEarly: row!.paid_early, paidLate: row!.paid_late }
}
