import type pg from 'pg'
import { toHex } from '../../core/economy/merkle-hex.ts'
import type { StatementLine } from '../../core/economy/statement.types.ts'

/** Rows of one question: some megabytes. */
const PAGE = 10_000

interface LineRow {
  seq: bigint
  serial: bigint | null
  public_id: Buffer
  kind: string
  amount: bigint
  reference: string
}

const COLUMNS = `SELECT r.seq, r.serial, m.public_id, r.kind, r.amount, r.reference FROM reward r JOIN member m ON m.id = r.member_id`

/** Numbered ones never change and never come in between, so pages need no common snapshot. */
const NUMBERED = `${COLUMNS} WHERE r.period = $1 AND r.serial > $2 AND r.serial <= $3 ORDER BY r.serial LIMIT ${PAGE}`
const UNNUMBERED = `${COLUMNS} WHERE r.period = $1 AND r.seq > $2 AND r.status = 'granted' AND (r.serial IS NULL OR r.serial > $3) ORDER BY r.seq LIMIT ${PAGE}`

const CORRECTIONS = `
SELECT c.seq, NULL::bigint AS serial, m.public_id, c.kind, c.amount, c.reference FROM correction c JOIN member m ON m.id = c.member_id
WHERE c.period = $1 AND c.seq > $2 ORDER BY c.seq LIMIT ${PAGE}`

/**
 * The grants of a period as lines of its statement, read in pages. Grants of a draft that have no serial yet get the next ones in the order in which they
 * were made, which is what they will most likely have. After them the corrections, in the order in which they were made.
 */
export async function* statementLines(pool: pg.Pool, period: number): AsyncGenerator<StatementLine> {
  const { rows } = await pool.query<{ last: bigint; highest: bigint }>(
    'SELECT coalesce(max(serial) FILTER (WHERE period = $1), 0) AS last, coalesce(max(serial), 0) AS highest FROM reward WHERE serial IS NOT NULL',
    [period],
  )
  const { last, highest } = rows[0]!
  for (let after = 0n; after < last;) {
    const page = await pool.query<LineRow>(NUMBERED, [period, after, last])
    for (const row of page.rows) yield toLine(row, row.serial!)
    after = page.rows.at(-1)?.serial ?? last
  }
  let serial = highest
  for (let after = 0n; ;) {
    const page = await pool.query<LineRow>(UNNUMBERED, [period, after, last])
    for (const row of page.rows) {
      serial += 1n
      yield toLine(row, serial)
    }
    if (page.rows.length < PAGE) break
    after = page.rows.at(-1)!.seq
  }
  for (let after = 0n; ;) {
    const page = await pool.query<LineRow>(CORRECTIONS, [period, after])
    for (const row of page.rows) yield toLine({ ...row, amount: -row.amount }, 0n)
    if (page.rows.length < PAGE) return
    after = page.rows.at(-1)!.seq
  }
}

function toLine(row: LineRow, serial: bigint): StatementLine {
  return {
    member: toHex(row.public_id),
    kind: row.kind,
    amount: row.amount,
    reference: row.reference,
    serial: Number(serial),
  }
}
