import { memberAccount } from '../../core/ledger/ledger.types.ts'
import { isHex, type Hex } from '../../core/economy/merkle-hex.ts'
import { periodAt } from '../../core/economy/release-schedule.ts'
import type { DepositStore } from '../../core/settlement/settlement.port.ts'
import type { BlockRef, DepositLog } from '../../core/settlement/settlement.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { asFault, type Database, type Tx } from './database.ts'
import { rootOf } from './identity-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { alertOperators, raiseFlag } from './settlement-alerts.ts'

const CURSOR = 'deposits'
/** Deposits credited by one run, each in a transaction of its own. */
const CREDITS_AT_ONCE = 500

/** Deposits into the vault, from their first sight to the credit. */
export function depositStore(database: Database, genesis: Instant): DepositStore {
  return {
    async cursor() {
      const row = await database.prisma.chainCursor.findUnique({ where: { name: CURSOR } }).catch((error: unknown) => {
        throw asFault(error)
      })
      return row === null ? undefined : { number: Number(row.block), hash: hash(row.blockHash) }
    },
    advance: (before, to, deposits, now) =>
      database.transaction(async (tx) => {
        if (!(await moveCursor(tx, before, to))) return { keep: false, value: false }
        await record(tx, before?.number ?? -1, to.number, deposits, now)
        await reportUnknown(tx, deposits, now)
        return { keep: true, value: true }
      }),
    rewind: (before, to, now) =>
      database.transaction(async (tx) => {
        const moved = await moveCursor(tx, before, to)
        if (moved) await alertOperators(tx, 'chain-went-back', { kind: 'deposit', from: String(before.number), to: String(to.number) }, now)
        return { keep: true, value: undefined }
      }),
    show: (confirmed, deposits, now) =>
      database.transaction(async (tx) => {
        await record(tx, confirmed, undefined, deposits, now)
        return { keep: true, value: undefined }
      }),
    credit: (now) => creditAll(database, genesis, now),
  }
}

function hash(text: string): Hex {
  if (!isHex(text, 32)) throw new Error(`not a hash: ${text}`)
  return text
}

async function moveCursor(tx: Tx, before: BlockRef | undefined, to: BlockRef): Promise<boolean> {
  if (before === undefined) {
    const inserted = await tx.$executeRaw(Prisma.sql`
      INSERT INTO chain_cursor (name, block, block_hash) VALUES (${CURSOR}, ${to.number}, ${to.hash}) ON CONFLICT (name) DO NOTHING`)
    return inserted === 1
  }
  const { count } = await tx.chainCursor.updateMany({
    where: { name: CURSOR, block: BigInt(before.number), blockHash: before.hash },
    data: { block: BigInt(to.number), blockHash: to.hash },
  })
  return count === 1
}

/** Makes the uncredited rows of the blocks above `after` (up to `to`) exactly these. What was credited stays: it was deep enough. */
async function record(tx: Tx, after: number, to: number | undefined, deposits: readonly DepositLog[], now: Instant): Promise<void> {
  const logs = Prisma.sql`unnest(${deposits.map(({ txHash }) => txHash)}::text[], ${deposits.map(({ place }) => place)}::int[])`
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM deposit d WHERE d.credited_at IS NULL AND d.block > ${after} AND (${to ?? null}::bigint IS NULL OR d.block <= ${to ?? null}::bigint)
      AND NOT EXISTS (SELECT 1 FROM ${logs} AS l (tx_hash, log_index) WHERE l.tx_hash = d.tx_hash AND l.log_index = d.log_index)`)
  if (deposits.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO deposit AS d (tx_hash, log_index, from_address, amount, block, block_hash, member_id, seen_at)
    SELECT l.tx_hash, l.log_index, l.from_address, l.amount, l.block, l.block_hash, w.member_id, ${new Date(now)}
    FROM unnest(${deposits.map(({ txHash }) => txHash)}::text[], ${deposits.map(({ place }) => place)}::int[], ${deposits.map(({ from }) => from)}::text[],
                ${deposits.map(({ amount }) => amount.toString())}::bigint[], ${deposits.map(({ block }) => block.number)}::bigint[],
                ${deposits.map(({ block }) => block.hash)}::text[]) AS l (tx_hash, log_index, from_address, amount, block, block_hash)
    LEFT JOIN wallet w ON lower(w.address) = l.from_address
    ON CONFLICT (tx_hash, log_index) DO UPDATE SET block = EXCLUDED.block, block_hash = EXCLUDED.block_hash WHERE d.credited_at IS NULL`)
}

async function reportUnknown(tx: Tx, deposits: readonly DepositLog[], now: Instant): Promise<void> {
  if (deposits.length === 0) return
  const unknown = await tx.deposit.findMany({
    where: { txHash: { in: deposits.map(({ txHash }) => txHash) }, memberId: null, creditedAt: null },
  })
  for (const { txHash, fromAddress, amount } of unknown)
    await alertOperators(tx, 'deposit-unknown', { transaction: txHash, from: fromAddress, amount: amount.toString() }, now)
}

interface CreditRow {
  tx_hash: string
  log_index: number
  amount: bigint
  member_id: string
}

/** A wallet belongs to one member for ever, so whoever linked it gets what it sent, also when that was before or long after. */
async function creditAll(database: Database, genesis: Instant, now: Instant): Promise<number> {
  const { rows } = await database.pool
    .query<CreditRow>(
      `SELECT d.tx_hash, d.log_index, d.amount, w.member_id FROM deposit d JOIN wallet w ON lower(w.address) = d.from_address
       WHERE d.credited_at IS NULL AND d.block <= (SELECT c.block FROM chain_cursor c WHERE c.name = $1)
       ORDER BY d.block, d.tx_hash, d.log_index LIMIT $2`,
      [CURSOR, CREDITS_AT_ONCE],
    )
    .catch((error: unknown) => {
      throw asFault(error)
    })
  let credited = 0
  for (const row of rows) if (await database.transaction((tx) => credit(tx, row, genesis, now))) credited += 1
  return credited
}

async function credit(tx: Tx, row: CreditRow, genesis: Instant, now: Instant): Promise<{ keep: boolean; value: boolean }> {
  const id = `${row.tx_hash}:${row.log_index}`
  // The wallet was looked up a moment ago, and its member may be part of another since.
  await tx.$executeRaw(Prisma.sql`SELECT apart_from_merges_since(merges_so_far(), ARRAY[member_root(${row.member_id})])`)
  const member = await rootOf(tx, row.member_id)
  const marked = await tx.deposit.updateMany({
    where: { txHash: row.tx_hash, logIndex: row.log_index, creditedAt: null },
    data: { creditedAt: new Date(now), memberId: member },
  })
  if (marked.count === 0) return { keep: false, value: false }
  const posted = await ledgerStore(tx).post({
    id: `deposit:${id}`,
    debit: 'chain',
    credit: memberAccount(member),
    amount: row.amount,
    kind: 'deposit',
    reference: row.tx_hash,
    period: periodAt(genesis, now),
    at: now,
  })
  // Credited before the chain went back and came again with the same transaction: once is enough.
  if (posted === 'posted' || posted === 'already-posted' || posted === 'other-fields') return { keep: true, value: posted === 'posted' }
  // Tokens that no payout of ours has brought into a wallet: the ledger does not know them, an operator has to book where they came from.
  await tx.deposit.updateMany({ where: { txHash: row.tx_hash, logIndex: row.log_index }, data: { creditedAt: null } })
  if (await raiseFlag(tx, `unbacked:${id}`, row.amount.toString()))
    await alertOperators(tx, 'deposit-unbacked', { transaction: row.tx_hash, amount: row.amount.toString() }, now)
  return { keep: true, value: false }
}
