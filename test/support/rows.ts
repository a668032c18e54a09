import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Evidence } from '../../core/attendance/attendance.types.ts'
import { HOUR, MINUTE, type Instant } from '../../core/shared/instant.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'

/** The id of test member number `index`. */
export function memberId(index: number): string {
  return index.toString(36).padStart(20, '0')
}

/** Adds members `from` to `from + count - 1`. */
export async function addMembers(pool: pg.Pool, from: number, count: number, changes: { blocked?: boolean } = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, offset) => memberId(from + offset))
  await pool.query(
    `INSERT INTO member (id, public_id, name, language, blocked, joined_at) SELECT id, sha256(id::bytea), 'Member ' || id, 'en', $2, now() FROM unnest($1::text[]) AS m (id)`,
    [ids, changes.blocked ?? false],
  )
  return ids
}

export interface EventRow {
  readonly number: number
  readonly secret: Uint8Array
}

/** Adds an event that is open from fifteen minutes before `startsAt` to two hours after it, held by member 0. */
export async function addEvent(
  pool: pg.Pool,
  startsAt: Instant,
  changes: { capacity?: number; reward?: bigint; evidence?: Evidence; closedAt?: Instant } = {},
): Promise<EventRow> {
  const secret = randomBytes(32)
  const { rows } = await pool.query<{ number: number }>(
    `INSERT INTO event (title, place, starts_at, ends_at, opens_at, closes_at, capacity, base_reward, evidence, code_secret, created_by, created_at, closed_at)
     VALUES ('Town hall', 'Stage', $1, $2, $3, $2, $4, $5, $6, $7, $8, $1, $9) RETURNING number`,
    [
      new Date(startsAt),
      new Date(startsAt + 2 * HOUR),
      new Date(startsAt - 15 * MINUTE),
      changes.capacity ?? null,
      changes.reward ?? 10n,
      changes.evidence ?? 'rotating',
      secret,
      memberId(0),
      changes.closedAt === undefined ? null : new Date(changes.closedAt),
    ],
  )
  return { number: rows[0]!.number, secret }
}

/** Opens period 1 with no more than `release`, as the ledger does. */
export async function openPeriod(pool: pg.Pool, release: bigint, at: Instant): Promise<void> {
  await pool.query(
    `WITH taken AS (UPDATE account SET balance = balance - $1 WHERE name = 'unreleased'),
          given AS (INSERT INTO account (name, balance) VALUES ('period:1', $1))
     INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
     VALUES ('release:1', 'unreleased', 'period:1', $1, 'release', 'period 1', 1, $2)`,
    [release, new Date(at)],
  )
}

/** What the ledger must hold at every moment: all value is there, and every balance is what its transfers make of it. */
export async function ledgerFaults(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; balance: bigint; moved: string; earned: bigint; earned_moved: string }>(`
    WITH leg AS (
      SELECT credit_account AS name, amount, CASE kind WHEN 'grant' THEN amount ELSE 0 END AS earned FROM transfer
      UNION ALL
      SELECT debit_account, -amount, CASE WHEN kind = 'reversal' OR (kind = 'correction' AND debit_account LIKE 'member:%') THEN -amount ELSE 0 END FROM transfer
    )
    SELECT a.name, a.balance, a.earned, coalesce(sum(l.amount), 0)::text AS moved, coalesce(sum(l.earned), 0)::text AS earned_moved
    FROM account a LEFT JOIN leg l USING (name) GROUP BY a.name, a.balance, a.earned`)
  const genesis: Record<string, bigint> = { unreleased: 91_000_000n * 10n ** 9n, pool: 9_000_000n * 10n ** 9n }
  const faults = rows.flatMap(({ name, balance, moved, earned, earned_moved: earnedMoved }) =>
    balance === (genesis[name] ?? 0n) + BigInt(moved) && earned === BigInt(earnedMoved) ? [] : [`${name} holds ${balance}`],
  )
  const sum = rows.reduce((total, { balance }) => total + balance, 0n)
  return sum === TOTAL_SUPPLY ? faults : [...faults, `the balances sum to ${sum}`]
}

/** Buckets of the rank histogram that differ from a recount; none when all is well. */
export async function rankFaults(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(`
    SELECT * FROM (SELECT bucket, members FROM rank_bucket WHERE members <> 0) kept
    FULL JOIN (SELECT rank_bucket_of(earned) AS bucket, count(*) AS counted FROM account WHERE earned > 0 GROUP BY 1) recount USING (bucket)
    WHERE members IS DISTINCT FROM counted`)
  return rows
}
