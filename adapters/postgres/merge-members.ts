import assert from 'node:assert/strict'
import { survivorOf } from '../../core/identity/merge.rules.ts'
import { escrowAccount, memberAccount, type AccountName, type TransferKind } from '../../core/ledger/ledger.types.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { ledgerStore } from './ledger-store.ts'
import { joinDoubles } from './merge-doubles.ts'
import { moveRows, recordChange, type MergeOfTwo } from './merge-moves.ts'
import { recuse } from './merge-review.ts'

/** After two became one nothing is paid out to a wallet for a day, as after any other change of where a balance can go (spec 02, "Link a wallet"). */
const PAYOUT_DELAY_MS = DAY

interface MemberRow {
  id: string
  number: bigint
  merged_into: string | null
  hidden: boolean
}

/** Locks both members in one order, then keeps everybody out who writes by a member's id. Gives nothing when one of them is no member of its own any more. */
export async function lockMembers(tx: Tx, ids: readonly [string, string]): Promise<readonly MemberRow[]> {
  const rows = await tx.$queryRaw<MemberRow[]>(
    Prisma.sql`SELECT id, number, merged_into, hidden FROM member WHERE id = ANY (${[...ids]}::text[]) ORDER BY id FOR UPDATE`,
  )
  await tx.$executeRaw(Prisma.sql`SELECT alone_for_merge()`)
  return rows
}

export interface Merged extends MergeOfTwo {
  readonly moved: bigint
  readonly heldBack: bigint
}

/**
 * Makes two members one, all in this transaction. The older one goes on. Gives undefined when one of the two is already part of another.
 * @param id names the merge and its escrow @param by who asked for it
 */
export async function mergeMembers(
  tx: Tx,
  { id, one, other, by }: { readonly id: string; readonly one: string; readonly other: string; readonly by: string },
  now: Instant,
): Promise<Merged | undefined> {
  const rows = await lockMembers(tx, [one, other])
  const [first, second] = rows
  if (first === undefined || second === undefined || rows.some(({ merged_into }) => merged_into !== null)) return undefined
  const sides = survivorOf(first, second)
  const merge: MergeOfTwo = { id, survivor: sides.survivor.id, merged: sides.merged.id }
  const worth = await lockAccounts(tx, merge)
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO member_merge (id, survivor, merged, by_member, at, balance, earned, granted)
    SELECT ${id}, ${merge.survivor}, ${merge.merged}, ${by}, ${new Date(now)}, ${worth.balance}, ${worth.earned}, ${await grantedTo(tx, merge.merged)}`)
  const doubled = await joinDoubles(tx, merge, by, now)
  await joinWallets(tx, merge, now)
  await moveRows(tx, merge)
  await recuse(tx, merge, now)
  const heldBack = await joinValue(tx, merge, { ...worth, doubled }, now)
  const profile = sides.merged.hidden && !sides.survivor.hidden ? { hidden: false } : {}
  if ('hidden' in profile) await tx.member.update({ where: { id: merge.survivor }, data: { hidden: true } })
  await tx.member.update({ where: { id: merge.merged }, data: { mergedInto: merge.survivor } })
  await tx.memberMerge.update({ where: { id }, data: { doubled, escrowed: heldBack, profile } })
  return { ...merge, moved: worth.balance, heldBack }
}

/** Sum of the rewards that stand for a member and all who were merged into it, less what was corrected of them; what merges held back is no part of a balance. */
export async function grantedTo(tx: Tx, member: string): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ total: bigint }[]>(Prisma.sql`
    WITH own AS (SELECT member_tree(${member}) AS id)
    SELECT ((SELECT coalesce(sum(amount), 0) FROM reward WHERE member_id IN (SELECT id FROM own) AND status = 'granted')
          - (SELECT coalesce(sum(amount), 0) FROM correction WHERE member_id IN (SELECT id FROM own) AND id NOT LIKE 'merge:%'))::bigint AS total`)
  return row!.total
}

export async function lockAccounts(tx: Tx, { survivor, merged }: MergeOfTwo): Promise<{ balance: bigint; earned: bigint }> {
  const names = [memberAccount(survivor), memberAccount(merged)]
  const rows = await tx.$queryRaw<{ name: string; balance: bigint; earned: bigint }[]>(
    Prisma.sql`SELECT name, balance, earned FROM account WHERE name = ANY (${names}::text[]) ORDER BY name FOR UPDATE`,
  )
  const own = rows.find(({ name }) => name === memberAccount(merged))
  return { balance: own?.balance ?? 0n, earned: own?.earned ?? 0n }
}

/** Joins balances and what was earned; the later rewards of what was rewarded twice are held back, as much of them as is there. Gives how much. */
async function joinValue(
  tx: Tx,
  merge: MergeOfTwo,
  { balance, earned, doubled }: { balance: bigint; earned: bigint; doubled: bigint },
  now: Instant,
): Promise<bigint> {
  const [survivor, merged] = [memberAccount(merge.survivor), memberAccount(merge.merged)]
  await postOfMerge(tx, `merge:${merge.id}`, 'merge', merged, survivor, balance, merge.id, now)
  const there = await ledgerStore(tx).balance(survivor)
  const heldBack = there < doubled ? there : doubled
  await postOfMerge(tx, `merge-escrow:${merge.id}`, 'merge-escrow', survivor, escrowAccount(merge.id), heldBack, merge.id, now)
  await moveEarned(tx, merged, survivor, earned, -doubled)
  return heldBack
}

/** Posts a transfer of a merge under an id of its own; nothing for nothing. */
export async function postOfMerge(
  tx: Tx,
  id: string,
  kind: Extract<TransferKind, `merge${string}`>,
  debit: AccountName,
  credit: AccountName,
  amount: bigint,
  mergeId: string,
  now: Instant,
): Promise<void> {
  if (amount === 0n) return
  const posted = await ledgerStore(tx).post({ id, debit, credit, amount, kind, reference: mergeId, period: 0, at: now })
  assert.equal(posted, 'posted', `transfer ${id}: both accounts are locked and were read`)
}

/** What was earned ranks where the person is. `change` is added on the way. */
export async function moveEarned(tx: Tx, from: AccountName, to: AccountName, amount: bigint, change: bigint): Promise<void> {
  if (amount + change !== 0n) await tx.$executeRaw(Prisma.sql`INSERT INTO account (name) VALUES (${to}) ON CONFLICT DO NOTHING`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE account SET earned = CASE name WHEN ${from} THEN earned - ${amount}::bigint ELSE earned + ${amount + change}::bigint END
    WHERE name IN (${from}, ${to})`)
}

/** One wallet stays live: the survivor's, else the merged one's. Whichever it is pays out a day later. */
async function joinWallets(tx: Tx, { id, survivor, merged }: MergeOfTwo, now: Instant): Promise<void> {
  const taken = await tx.$queryRaw<{ address: string }[]>(Prisma.sql`
    UPDATE wallet SET unlinked_at = ${new Date(now)} WHERE member_id = ${merged} AND unlinked_at IS NULL
      AND EXISTS (SELECT 1 FROM wallet o WHERE o.member_id = ${survivor} AND o.unlinked_at IS NULL)
    RETURNING address`)
  await recordChange(tx, id, 'unlink:wallet', taken)
  const from = new Date(now + PAYOUT_DELAY_MS)
  await tx.$executeRaw(Prisma.sql`
    WITH live AS (
      SELECT address, payout_from FROM wallet WHERE member_id IN (${survivor}, ${merged}) AND unlinked_at IS NULL AND payout_from < ${from} FOR UPDATE
    ), delayed AS (
      UPDATE wallet w SET payout_from = ${from} FROM live WHERE live.address = w.address
    )
    INSERT INTO member_merge_move (merge_id, what, key, before)
    SELECT ${id}, 'delay:wallet', jsonb_build_object('address', address), jsonb_build_object('payout_from', payout_from) FROM live`)
}
