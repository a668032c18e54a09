import { UNLINK_WITHIN_MS } from '../../core/identity/merge.rules.ts'
import { periodAt } from '../../core/economy/release-schedule.ts'
import { escrowAccount } from '../../core/ledger/ledger.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { postCorrection } from './correction-store.ts'
import type { Database, Tx } from './database.ts'
import { ledgerStore } from './ledger-store.ts'
import { CORRECTED } from './merge-doubles.ts'

const AT_ONCE = 500

/** Ends links that can not be undone any more; gives how many, and how many wait with what they hold back. */
export async function settleMerges(
  database: Database,
  genesis: Instant,
  now: Instant,
): Promise<{ readonly settled: number; readonly waiting: number }> {
  const old = new Date(now - UNLINK_WITHIN_MS)
  const due = await database.prisma.memberMerge.findMany({
    where: { at: { lte: old }, undoneAt: null, settledAt: null },
    orderBy: { number: 'asc' },
    take: AT_ONCE,
    select: { id: true },
  })
  let settled = 0
  for (const { id } of due) if (await database.transaction(async (tx) => settle(tx, genesis, id, now))) settled += 1
  return { settled, waiting: due.length - settled }
}

async function settle(tx: Tx, genesis: Instant, id: string, now: Instant): Promise<{ keep: boolean; value: boolean }> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM member_merge WHERE id = ${id} AND undone_at IS NULL AND settled_at IS NULL FOR UPDATE`,
  )
  const isOver = rows.length === 1 && (await endEscrow(tx, genesis, id, now))
  if (isOver) await tx.memberMerge.update({ where: { id }, data: { settledAt: new Date(now) } })
  return { keep: isOver, value: isOver }
}

/** What was given twice, less what disputes have taken back of it. */
const doubledRewards = (tx: Tx, id: string) =>
  tx.$queryRaw<{ seq: bigint; member_id: string; reference: string; amount: bigint }[]>(Prisma.sql`
    SELECT seq, member_id, reference, amount - ${CORRECTED} AS amount FROM reward WHERE doubled_in = ${id} ORDER BY seq`)

/**
 * Takes back what is held for good: each reward that was given twice by a correction of the period that is open, a line of its own beside the reward's. False
 * where no statement takes lines now; what is held back then waits.
 */
async function endEscrow(tx: Tx, genesis: Instant, id: string, now: Instant): Promise<boolean> {
  let left = await ledgerStore(tx).balance(escrowAccount(id))
  const rewards = left === 0n ? [] : await doubledRewards(tx, id)
  for (const reward of rewards) {
    const amount = reward.amount < left ? reward.amount : left
    if (left === 0n) break
    if (amount === 0n) continue
    const posted = await postCorrection(tx, {
      id: `merge:${id}:${reward.seq}`,
      account: escrowAccount(id),
      memberId: reward.member_id,
      amount,
      reference: reward.reference,
      kind: 'reversal',
      period: periodAt(genesis, now),
      at: now,
    })
    if (posted !== 'posted') return false
    left -= amount
  }
  return left === 0n
}
