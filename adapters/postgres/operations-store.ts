import type { OperationsView } from '../../core/operations/status.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

const SIGNER_HALT = 'halted:'
const PAYOUT_HALT = 'payouts-halted'

/** What was stopped, and why: a signer by its key, all payouts by a shortfall of reserves. */
export async function readHalts(tx: Tx): Promise<OperationsView['halts']> {
  const rows = await tx.setting.findMany({ where: { OR: [{ key: { startsWith: SIGNER_HALT } }, { key: PAYOUT_HALT }] } })
  return rows.map(({ key, value }) => ({ what: key === PAYOUT_HALT ? 'payouts' : key.slice(SIGNER_HALT.length), reason: value }))
}

/** Lets a stopped signer go on; false when it was not stopped. */
export async function clearHalt(tx: Tx, signer: string): Promise<boolean> {
  const cleared = await tx.setting.deleteMany({ where: { key: `${SIGNER_HALT}${signer}` } })
  return cleared.count === 1
}

/** Counts and last runs for `status`. */
export async function readOperations(tx: Tx): Promise<Omit<OperationsView, 'parts'>> {
  const [jobs, halts, waitingWithdrawals, unsettledTransactions, deadLetters, unknownDeposits] = await Promise.all([
    tx.$queryRaw<{ job: string; started_at: Date; result: string | null; error: string | null }[]>(Prisma.sql`
      SELECT DISTINCT ON (job) job, started_at, result, error FROM job_run ORDER BY job, started_at DESC`),
    readHalts(tx),
    tx.withdrawal.count({ where: { paidAt: null } }),
    tx.chainIntent.count({ where: { state: { not: 'settled' } } }),
    tx.outboxRow.count({ where: { error: { not: null } } }),
    tx.deposit.count({ where: { memberId: null } }),
  ])
  return {
    jobs: jobs.map(({ job, started_at, result, error }) => ({ job, startedAt: started_at.getTime(), result, error })),
    halts,
    waitingWithdrawals,
    unsettledTransactions,
    deadLetters,
    unknownDeposits,
  }
}
