import { UNLINK_WITHIN_MS } from '../../core/identity/merge.rules.ts'
import { escrowAccount } from '../../core/ledger/ledger.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { ledgerStore } from './ledger-store.ts'

const AT_ONCE = 500

/** Ends links that can not be undone any more; gives how many, and how many wait with what they hold back. */
export async function settleMerges(database: Database, now: Instant): Promise<{ readonly settled: number; readonly waiting: number }> {
  const old = new Date(now - UNLINK_WITHIN_MS)
  const due = await database.prisma.memberMerge.findMany({
    where: { at: { lte: old }, undoneAt: null, settledAt: null },
    orderBy: { number: 'asc' },
    take: AT_ONCE,
    select: { id: true },
  })
  let settled = 0
  for (const { id } of due) if (await database.transaction(async (tx) => settle(tx, id, now))) settled += 1
  return { settled, waiting: due.length - settled }
}

async function settle(tx: Tx, id: string, now: Instant): Promise<{ keep: boolean; value: boolean }> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM member_merge WHERE id = ${id} AND undone_at IS NULL AND settled_at IS NULL FOR UPDATE`,
  )
  const isOver = rows.length === 1 && (await endEscrow(tx, id))
  if (isOver) await tx.memberMerge.update({ where: { id }, data: { settledAt: new Date(now) } })
  return { keep: isOver, value: isOver }
}

/**
 * Whether nothing is held back for a link any more. Rewards that were given twice are on statements by now: only a correction of the ledger, with a line of
 * its own, may take them back. Until one has, what is held back stays where it is.
 */
async function endEscrow(tx: Tx, id: string): Promise<boolean> {
  return (await ledgerStore(tx).balance(escrowAccount(id))) === 0n
}
