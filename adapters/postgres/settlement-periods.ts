import assert from 'node:assert/strict'
import { fromHex, toHex } from '../../core/economy/merkle-hex.ts'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import type { StatementLine } from '../../core/economy/statement.types.ts'
import { periodAccount } from '../../core/ledger/ledger.types.ts'
import { fundingRoot } from '../../core/settlement/funding-root.ts'
import { EMPTY_HEAD, headAfterFunding } from '../../core/settlement/running-hash.ts'
import type { PeriodStore } from '../../core/settlement/settlement.port.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { carryOver } from './carry-over.ts'
import { asFault, type Tx } from './database.ts'
import { lapseDisputes } from './dispute-settle.ts'
import { ledgerStore } from './ledger-store.ts'
import { lockUntilCommit } from './settlement-alerts.ts'
import { addIntent, lastNumbered } from './settlement-intents.ts'
import { writeStatementOf, type StatementOptions } from './statement-store.ts'

/** Grants in one funding. Its transaction has the same cost however many they are; this bounds the database's transaction. */
const GRANTS_AT_ONCE = 10_000

/** Opening, numbering and closing of periods. */
export function periodStore(options: StatementOptions): PeriodStore {
  const { database, keccak } = options
  return {
    async openInLedger(period, now) {
      const known = await database.prisma.period.count({ where: { number: { lte: period } } }).catch(rethrow)
      if (known === period) return 0
      return database.transaction(async (tx) => ({ keep: true, value: await openMissing(tx, period, now) }))
    },
    numberGrants: (grantedUntil, now) =>
      database.transaction(async (tx) => ({ keep: true, value: await numberGrants(tx, keccak, grantedUntil, now) })),
    async unclosed(last) {
      const { rows } = await database.pool
        .query<{ number: number; is_drafted: boolean; open_ends: bigint; open_disputes: bigint }>(UNCLOSED, [last])
        .catch(rethrow)
      return rows.map((row) => ({
        number: row.number,
        isDrafted: row.is_drafted,
        openEnds: Number(row.open_ends),
        openDisputes: Number(row.open_disputes),
      }))
    },
    draft: (period, now) =>
      database.transaction(async (tx) => {
        const drafted = await tx.period.updateMany({ where: { number: period, draftedAt: null }, data: { draftedAt: new Date(now) } })
        if (drafted.count === 1) await announce(tx, period, { state: 'draft' }, now)
        return { keep: true, value: undefined }
      }),
    lapseDisputes: (period, now) => database.transaction(async (tx) => ({ keep: true, value: await lapseDisputes(tx, period, now) })),
    seal: (period, now) => database.transaction(async (tx) => ({ keep: true, value: await seal(tx, period, now) })),
    close: (period, burned, now) => close(options, period, burned, now),
  }
}

/** What has to be over before a period is sealed. */
const OPEN_ENDS = `
       (SELECT count(*) FROM reward r WHERE r.period = p.number AND r.serial IS NULL AND r.status = 'granted')
     + (SELECT count(*) FROM chain_intent i WHERE i.period = p.number AND i.state <> 'settled')`
const OPEN_DISPUTES = `(SELECT count(*) FROM dispute d WHERE d.period = p.number AND d.state = 'open')`
const UNCLOSED = `
SELECT p.number, p.drafted_at IS NOT NULL AS is_drafted, ${OPEN_ENDS} AS open_ends, ${OPEN_DISPUTES} AS open_disputes
FROM period p WHERE p.closed_at IS NULL AND p.number <= $1 ORDER BY p.number`

function rethrow(error: unknown): never {
  throw asFault(error)
}

/** Gives the ledger the release of every period up to `last` that it does not have yet, in this transaction. */
export async function openMissing(tx: Tx, last: number, now: Instant): Promise<number> {
  await lockUntilCommit(tx, 'open')
  const known = new Set((await tx.period.findMany({ select: { number: true } })).map(({ number }) => number))
  let opened = 0
  for (let period = 1; period <= last; period += 1) {
    if (known.has(period)) continue
    const release = releaseOf(period)
    const posted = await ledgerStore(tx).post({
      id: `release:${period}`,
      debit: 'unreleased',
      credit: periodAccount(period),
      amount: release,
      kind: 'release',
      reference: `P-${period}`,
      period,
      at: now,
    })
    assert(posted === 'posted' || posted === 'already-posted', `release of period ${period}: ${posted}`)
    await tx.period.create({ data: { number: period, release, openedAt: new Date(now) } })
    await addIntent(tx, { kind: 'open', period }, undefined, now)
    await carryOver(tx, period, now)
    opened += 1
  }
  return opened
}

interface NumberedRow {
  serial: bigint
  public_id: Uint8Array
  kind: string
  amount: bigint
  reference: string
}

/**
 * Serials without a gap for the oldest period that has grants due, and the funding that covers exactly them. One process at a time, so the running hash has one
 * order. What a dispute has granted is due at once: nothing reverses it, and its period waits for it to close.
 */
async function numberGrants(tx: Tx, keccak: StatementOptions['keccak'], grantedUntil: Instant, now: Instant): Promise<number> {
  const until = new Date(grantedUntil)
  const isDue = Prisma.sql`serial IS NULL AND status = 'granted' AND (at <= ${until} OR kind = 'correction')`
  const [due] = await tx.$queryRaw<{ period: number | null }[]>(Prisma.sql`SELECT min(period) AS period FROM reward WHERE ${isDue}`)
  if (due?.period == null) return 0
  await lockUntilCommit(tx, 'fund')
  const { next, head } = await lastNumbered(tx, 'fund')
  // Locked before they are numbered: a grant that is being reversed at this moment drops out here and leaves no gap.
  const rows = await tx.$queryRaw<NumberedRow[]>(Prisma.sql`
    WITH due AS (
      SELECT r.seq, m.public_id FROM reward r JOIN member m ON m.id = r.member_id
      WHERE r.period = ${due.period} AND r.serial IS NULL AND r.status = 'granted' AND (r.at <= ${until} OR r.kind = 'correction')
      ORDER BY r.seq LIMIT ${GRANTS_AT_ONCE} FOR UPDATE OF r
    ), numbered AS (
      SELECT seq, public_id, ${next}::bigint - 1 + row_number() OVER (ORDER BY seq) AS serial FROM due
    )
    UPDATE reward r SET serial = n.serial FROM numbered n WHERE r.seq = n.seq
    RETURNING r.serial, n.public_id, r.kind, r.amount, r.reference`)
  if (rows.length === 0) return 0
  rows.sort((left, right) => Number(left.serial - right.serial))
  const lastSerial = next + BigInt(rows.length) - 1n
  assert.equal(rows.at(-1)!.serial, lastSerial, 'serials have a gap')
  const call = {
    kind: 'fund',
    period: due.period,
    firstSerial: next,
    lastSerial,
    amount: rows.reduce((sum, { amount }) => sum + amount, 0n),
    linesRoot: fundingRoot(keccak, rows.map(toLine)),
    headBefore: head ?? EMPTY_HEAD,
  } as const
  await addIntent(tx, call, headAfterFunding(keccak, call), now)
  return rows.length
}

function toLine(row: NumberedRow): StatementLine {
  return { member: toHex(row.public_id), kind: row.kind, amount: row.amount, reference: row.reference, serial: Number(row.serial) }
}

async function seal(tx: Tx, period: number, now: Instant): Promise<Amount | undefined> {
  // Disputes and corrections hold this row: they come before this, or find the period sealed.
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM period WHERE number = ${period} FOR UPDATE`)
  const [open] = await tx.$queryRaw<{ ends: bigint }[]>(
    Prisma.sql`SELECT ${Prisma.raw(OPEN_ENDS)} + ${Prisma.raw(OPEN_DISPUTES)} AS ends FROM period p WHERE number = ${period} AND sealed_at IS NULL`,
  )
  if (open !== undefined && open.ends > 0n) return undefined
  await tx.period.updateMany({ where: { number: period, sealedAt: null }, data: { sealedAt: new Date(now) } })
  return burnRest(tx, period, now)
}

async function burnRest(tx: Tx, period: number, now: Instant): Promise<Amount> {
  // The row is locked, so that nothing is granted between reading and burning.
  const [account] = await tx.$queryRaw<{ balance: bigint }[]>(
    Prisma.sql`SELECT balance FROM account WHERE name = ${periodAccount(period)} FOR UPDATE`,
  )
  const rest = account?.balance ?? 0n
  if (rest === 0n) return (await tx.transfer.findUnique({ where: { id: `burn:${period}` } }))?.amount ?? 0n
  const posted = await ledgerStore(tx).post({
    id: `burn:${period}`,
    debit: periodAccount(period),
    credit: 'burned',
    amount: rest,
    kind: 'burn',
    reference: `P-${period}`,
    period,
    at: now,
  })
  assert.equal(posted, 'posted', `burn of period ${period}`)
  return rest
}

/** The statement is computed outside the transaction: a sealed period does not change any more, and of a million lines it takes a while. */
async function close(options: StatementOptions, period: number, burned: Amount, now: Instant): Promise<void> {
  const { root, totals } = await writeStatementOf(options, period, () => {}).catch(rethrow)
  assert.equal(totals.burned, burned, `period ${period}: the statement burns something else than the ledger`)
  await options.database.transaction(async (tx) => {
    const grants = await tx.reward.count({ where: { period, status: 'granted' } })
    const closed = await tx.period.updateMany({
      where: { number: period, closedAt: null },
      data: { closedAt: new Date(now), burned, grants, unfunded: Number(totals.unfunded), statementRoot: Buffer.from(fromHex(root)) },
    })
    if (closed.count === 0) return { keep: true, value: undefined }
    await addIntent(tx, { kind: 'close', period, statementRoot: root }, undefined, now)
    await announce(tx, period, { state: 'final', root }, now)
    return { keep: true, value: undefined }
  })
}

/** Topic `statements`, subject `P-<period>`. */
async function announce(tx: Tx, period: number, payload: Readonly<Record<string, string>>, now: Instant): Promise<void> {
  await tx.outboxRow.create({
    data: { topic: 'statements', subject: `P-${period}`, payload: { period, ...payload }, createdAt: new Date(now) },
  })
}
