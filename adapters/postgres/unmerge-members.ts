import { UNLINK_WITHIN_MS } from '../../core/identity/merge.rules.ts'
import { escrowAccount, memberAccount } from '../../core/ledger/ledger.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { ledgerStore } from './ledger-store.ts'
import { partDoubles } from './merge-doubles.ts'
import { grantedTo, lockAccounts, lockMembers, moveEarned, postOfMerge } from './merge-members.ts'
import { moveRowsBack, type MergeOfTwo } from './merge-moves.ts'
import { seatAgain } from './merge-review.ts'

/** What of a standing merge goes back when it is undone now. */
export interface Parting extends MergeOfTwo {
  /** To the one who was merged: what they had, and what happened to their rewards since. */
  readonly amount: bigint
  readonly earned: bigint
  /** By how much the survivor's balance is short of it; 0 when it is there. */
  readonly missing: bigint
}

interface MergeRow extends MergeOfTwo {
  readonly balance: bigint
  readonly earned: bigint
  readonly granted: bigint
  readonly doubled: bigint
}

/** The latest merge of a member that still stands. */
export async function latestMerge(
  tx: Tx,
  survivor: string,
): Promise<{ readonly id: string; readonly merged: string; readonly at: Instant } | undefined> {
  const row = await tx.memberMerge.findFirst({ where: { survivor, undoneAt: null }, orderBy: { number: 'desc' } })
  return row === null ? undefined : { id: row.id, merged: row.merged, at: row.at.getTime() }
}

/** Reads what would go back; decides nothing. */
export async function partingOf(tx: Tx, id: string): Promise<Parting> {
  const merge: MergeRow = await tx.memberMerge.findUniqueOrThrow({ where: { id } })
  const ledger = ledgerStore(tx)
  const since = (await grantedTo(tx, merge.merged)) - merge.granted
  const owed = merge.balance + since
  const amount = owed > 0n ? owed : 0n
  const there = (await ledger.balance(memberAccount(merge.survivor))) + (await ledger.balance(escrowAccount(id)))
  const { survivor, merged } = merge
  return { id, survivor, merged, amount, earned: merge.earned + since, missing: amount > there ? amount - there : 0n }
}

/** Undoes the latest merge of a member. `gone`: it does not stand any more, is not the latest, or is too old. */
export async function unmergeMembers(
  tx: Tx,
  { id, survivor, merged }: MergeOfTwo,
  now: Instant,
): Promise<{ readonly state: 'undone' | 'short'; readonly parting: Parting } | { readonly state: 'gone' }> {
  await lockMembers(tx, [survivor, merged])
  const latest = await latestMerge(tx, survivor)
  if (latest?.id !== id || now >= latest.at + UNLINK_WITHIN_MS) return { state: 'gone' }
  await lockAccounts(tx, { id, survivor, merged })
  const parting = await partingOf(tx, id)
  if (parting.missing > 0n) return { state: 'short', parting }
  const { doubled, profile } = await tx.memberMerge.update({ where: { id }, data: { undoneAt: new Date(now) } })
  // First of all: nothing can be credited to a member who is part of another.
  await tx.member.update({ where: { id: merged }, data: { mergedInto: null } })
  await partValue(tx, parting, doubled, now)
  await seatAgain(tx, parting)
  await moveRowsBack(tx, parting)
  await partDoubles(tx, parting, now)
  await partWallets(tx, parting)
  if (profile !== null && typeof profile === 'object' && 'hidden' in profile)
    await tx.member.update({ where: { id: survivor }, data: { hidden: false } })
  return { state: 'undone', parting }
}

async function partValue(tx: Tx, parting: Parting, doubled: bigint, now: Instant): Promise<void> {
  const { id, amount, earned } = parting
  const [survivor, merged, escrow] = [memberAccount(parting.survivor), memberAccount(parting.merged), escrowAccount(id)]
  const heldBack = await ledgerStore(tx).balance(escrow)
  await postOfMerge(tx, `merge-undone:${id}:escrow`, 'merge-undone', escrow, survivor, heldBack, id, now)
  await postOfMerge(tx, `merge-undone:${id}`, 'merge-undone', survivor, merged, amount, id, now)
  // The survivor gives what the other one earned and gets back what was taken for doubles.
  await moveEarned(tx, survivor, merged, earned - doubled, doubled)
}

/** Wallets that the merge itself took off or delayed are as they were, unless somebody changed them since. */
async function partWallets(tx: Tx, { id, merged }: MergeOfTwo): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE wallet w SET unlinked_at = NULL FROM member_merge_move v JOIN member_merge m ON m.id = v.merge_id
    WHERE v.merge_id = ${id} AND v.what = 'unlink:wallet' AND w.address = v.key ->> 'address' AND w.member_id = ${merged} AND w.unlinked_at = m.at
      AND NOT EXISTS (SELECT 1 FROM wallet o WHERE o.member_id = ${merged} AND o.unlinked_at IS NULL)`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE wallet w SET payout_from = (v.before ->> 'payout_from')::timestamptz FROM member_merge_move v JOIN member_merge m ON m.id = v.merge_id
    WHERE v.merge_id = ${id} AND v.what = 'delay:wallet' AND w.address = v.key ->> 'address' AND w.payout_from = m.at + interval '1 day'`)
}
