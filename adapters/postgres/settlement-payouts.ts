import { FRESH_GRANT_MS, MIN_AUTO_PAYOUT } from '../../core/economy/withdraw.rules.ts'
import { memberAccount } from '../../core/ledger/ledger.types.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { Keccak256 } from '../../core/economy/merkle.ts'
import { periodAt } from '../../core/economy/release-schedule.ts'
import { EMPTY_HEAD, headAfterPayout } from '../../core/settlement/running-hash.ts'
import type { PayoutStore } from '../../core/settlement/settlement.port.ts'
import { choosePayouts, MAX_PAYOUT_LINES } from '../../core/settlement/settlement.rules.ts'
import type { PayoutRoom } from '../../core/settlement/settlement.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { asFault, type Database, type Tx } from './database.ts'
import { alertOperators, lockUntilCommit, raiseFlag, readFlag } from './settlement-alerts.ts'
import { addIntent, lastNumbered } from './settlement-intents.ts'
import { postAll } from './settlement-postings.ts'

/** Key of the flag that stops payouts while the reserves fall short; its value says by how much. */
export const PAYOUTS_HALTED = 'payouts-halted'
/** Key of the setting that holds the last slot of automatic payouts, in milliseconds. */
const AUTO_PAYOUT_SLOT = 'auto-payout-slot'
/** Key of the flag of a withdrawal that can not be paid; its value is the reason. Taking it down lets the next run try again. */
const unpayableFlag = (id: string): string => `unpayable:${id}`
/** Members who are paid by one run of the automatic payouts; the next run of the same slot takes the rest. */
const MEMBERS_AT_ONCE = 5_000

/** Not those that can not be paid, nor those of a member at whom the committee looks first. */
export const WAITING_WITHDRAWALS = `FROM withdrawal w WHERE w.serial IS NULL
  AND NOT EXISTS (SELECT 1 FROM setting s WHERE s.key = 'unpayable:' || w.id)
  AND NOT EXISTS (SELECT 1 FROM member_hold h WHERE h.member_id = w.member_id AND h.state = 'open')`

/** Of a waiting withdrawal `w`: payouts to its wallet have begun (spec 02, "Link a wallet"). */
export const walletPaysFrom = (now: Instant) =>
  Prisma.sql`NOT EXISTS (SELECT 1 FROM wallet p WHERE p.address = w.address AND p.payout_from > ${new Date(now)})`

/** Withdrawals on their way to numbered payout lines. */
export function payoutStore(database: Database, keccak: Keccak256, genesis: Instant): PayoutStore {
  return {
    async payoutsHalted() {
      try {
        return await readFlag(database.prisma, PAYOUTS_HALTED)
      } catch (error) {
        throw asFault(error)
      }
    },
    async addAutoPayouts(slot, now) {
      if (await isSlotDone(database.prisma, slot)) return 0
      return database.transaction(async (tx) => ({ keep: true, value: await addAutoPayouts(tx, genesis, slot, now) }))
    },
    numberPayout: (room, refused, now) =>
      database.transaction(async (tx) => ({ keep: true, value: await numberPayout(tx, keccak, room, refused, now) })),
  }
}

export async function isSlotDone(tx: Tx, slot: Instant): Promise<boolean> {
  return Number((await readFlag(tx, AUTO_PAYOUT_SLOT)) ?? -1) >= slot
}

interface PayeeRow {
  member_id: string
  address: string
  amount: bigint
}

/** The whole withdrawable balance of everybody who asked for it, at least the minimum each: withdrawals like those by hand, named after the slot. */
async function addAutoPayouts(tx: Tx, genesis: Instant, slot: Instant, now: Instant): Promise<number> {
  await lockUntilCommit(tx, 'auto-payouts')
  if (await isSlotDone(tx, slot)) return 0
  const [seen] = await tx.$queryRaw<{ merges: bigint }[]>(Prisma.sql`SELECT merges_so_far() AS merges`)
  const suffix = `:${slot}`
  // A grant younger than 48 hours has no serial yet, so the small index of unnumbered ones finds them all; what a dispute has granted is never reversed.
  const payees = await tx.$queryRaw<PayeeRow[]>(Prisma.sql`
    WITH young AS (
      SELECT member_root(member_id) AS member_id, sum(amount)::bigint AS total FROM reward
      WHERE serial IS NULL AND status = 'granted' AND at > ${new Date(now - FRESH_GRANT_MS)} AND doubled_in IS NULL GROUP BY 1
    )
    SELECT m.id AS member_id, w.address, a.balance - coalesce(y.total, 0) AS amount
    FROM member m
    JOIN wallet w ON w.member_id = m.id AND w.unlinked_at IS NULL AND w.payout_from <= ${new Date(now)}
    JOIN account a ON a.name = 'member:' || m.id
    LEFT JOIN young y ON y.member_id = m.id
    WHERE m.auto_payout AND NOT m.blocked AND a.balance - coalesce(y.total, 0) >= ${MIN_AUTO_PAYOUT}
      AND NOT EXISTS (SELECT 1 FROM withdrawal d WHERE d.id = 'auto:' || m.id || ${suffix})
    ORDER BY m.id LIMIT ${MEMBERS_AT_ONCE}`)
  await tx.$executeRaw(Prisma.sql`SELECT apart_from_merges_since(${seen!.merges}, ${payees.map(({ member_id }) => member_id)}::text[])`)
  const withdrawals = payees.map((payee) => ({ id: `auto:${payee.member_id}${suffix}`, ...payee }))
  await postAll(
    tx,
    withdrawals.map(({ id, member_id, amount }) => ({
      id: `withdrawal:${id}`,
      debit: memberAccount(member_id),
      credit: 'leaving',
      amount,
      kind: 'withdrawal',
      reference: id,
      period: periodAt(genesis, now),
      at: now,
    })),
  )
  await tx.withdrawal.createMany({
    data: withdrawals.map(({ id, member_id, address, amount }) => ({
      id,
      memberId: member_id,
      address,
      amount,
      requestedAt: new Date(now),
    })),
  })
  if (payees.length < MEMBERS_AT_ONCE)
    await tx.setting.upsert({
      where: { key: AUTO_PAYOUT_SLOT },
      create: { key: AUTO_PAYOUT_SLOT, value: String(slot) },
      update: { value: String(slot) },
    })
  return payees.length
}

/** Binds the next lines: from here on address, amount and serial of a withdrawal never change. One process at a time, so the running hash has one order. */
async function numberPayout(tx: Tx, keccak: Keccak256, room: PayoutRoom, refused: readonly Hex[], now: Instant): Promise<number> {
  await lockUntilCommit(tx, 'pay')
  const [underWay] = await tx.$queryRaw<{ total: bigint }[]>(
    Prisma.sql`SELECT coalesce(sum(amount), 0)::bigint AS total FROM withdrawal WHERE serial IS NOT NULL AND paid_at IS NULL`,
  )
  const rows = await tx.$queryRaw<{ id: string; address: string; amount: bigint }[]>(Prisma.sql`
    SELECT w.id, lower(w.address) AS address, w.amount ${Prisma.raw(WAITING_WITHDRAWALS)}
      AND ${walletPaysFrom(now)}
    ORDER BY w.requested_at, w.id LIMIT ${2 * MAX_PAYOUT_LINES} FOR UPDATE OF w`)
  const waiting = rows.map(({ id, address, amount }) => ({ id, address: `0x${address.slice(2)}` as const, amount }))
  const { lines, unpayable } = choosePayouts(waiting, room, underWay!.total, refused)
  for (const { id, reason } of unpayable)
    if (await raiseFlag(tx, unpayableFlag(id), reason)) await alertOperators(tx, 'withdrawal-unpayable', { withdrawal: id, reason }, now)
  if (lines.length === 0) return 0
  const { next, head = EMPTY_HEAD } = await lastNumbered(tx, 'pay')
  const payLines = lines.map(({ address, amount }) => ({ to: address, amount }))
  const intentId = await addIntent(
    tx,
    { kind: 'pay', firstSerial: next, lines: payLines, headBefore: head },
    headAfterPayout(keccak, head, next, payLines),
    now,
  )
  await tx.$executeRaw(Prisma.sql`
    UPDATE withdrawal w SET serial = ${next}::bigint - 1 + l.place, intent_id = ${intentId}
    FROM unnest(${lines.map(({ id }) => id)}::text[]) WITH ORDINALITY AS l (id, place) WHERE w.id = l.id`)
  return lines.length
}
