import assert from 'node:assert'
import type pg from 'pg'
import { openDatabase } from '../adapters/postgres/database.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import { leaderboard, rankOf } from '../adapters/postgres/rank-reads.ts'
import { startBenchDatabase } from './bench-database.ts'
import { memberId } from './check-in-scene.ts'
import { below, load, percentile, whole, type Figure } from './measure.ts'

const CALLS_MS = 5_000
const CHECKED_RANKS = 5

/** The list of the best and a member's rank among a million members with ten million transfers, beside the same answers by GROUP BY over the transfers. */
export async function measureLeaderboard(members = 1_000_000, transfersEach = 10): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  const pool = createPool(server.url, 2)
  const database = openDatabase(server.url, { connections: 4 })
  try {
    await fill(pool, members, transfersEach)
    const { prisma } = database
    const baseline = await measureGroupBy(pool)
    // What a question costs that asks for nothing: how busy the machine is with other things.
    const empty = await load(1, CALLS_MS, () => prisma.$queryRaw`SELECT 1`)
    const list = await load(1, CALLS_MS, () => leaderboard(prisma, 10))
    // A multiplier without a common factor walks over all members in no order.
    const ranks = await load(1, CALLS_MS, (call) => rankOf(prisma, memberId((call * 7_919) % members)))
    assert.deepEqual(
      (await leaderboard(prisma, 10)).map(({ memberId: id, earned }) => [id, earned]),
      baseline.best,
    )
    for (const { id, rank } of baseline.ranks) assert.equal(await rankOf(prisma, id), rank)
    const size = `${whole(members)} members, ${whole(members * transfersEach)} transfers`
    const detail = (latencies: readonly number[]) =>
      `p50 ${percentile(latencies, 0.5).toFixed(2)}; by GROUP BY ${whole(baseline.milliseconds)}; an empty query p99 ${percentile(empty.latencies, 0.99).toFixed(2)}`
    return [
      below(`leaderboard: p99 of the best 10, ${size}`, 'ms', 5, percentile(list.latencies, 0.99), detail(list.latencies)),
      below(`leaderboard: p99 of a member's rank, ${size}`, 'ms', 5, percentile(ranks.latencies, 0.99), detail(ranks.latencies)),
    ]
  } finally {
    await database.close()
    await pool.end()
    await server.stop()
  }
}

/** Members who earned between 0.002 and 1,000 PoS, most of them little, by equal grants. Indexes are built after the rows, which is ten times as fast. */
async function fill(pool: pg.Pool, members: number, transfersEach: number): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`)
    await client.query('CREATE TEMP TABLE who (id TEXT COLLATE "C", grant_size BIGINT)')
    for (let from = 0; from < members; from += 50_000) {
      const ids = Array.from({ length: Math.min(50_000, members - from) }, (_, index) => memberId(from + index))
      await client.query(
        `INSERT INTO who SELECT id, (1000000000000 / (1 + (n + $2) * 7919 % $3) + (n + $2) % 97 + 1) / $4 + 1 FROM unnest($1::text[]) WITH ORDINALITY AS m (id, n)`,
        [ids, from, members, transfersEach],
      )
    }
    await client.query(
      `INSERT INTO member (id, public_id, name, language, joined_at, hidden)
       SELECT id, sha256(id::bytea), 'Member ' || id, 'en', now(), false FROM who`,
    )
    await client.query(`INSERT INTO account (name, balance, earned) SELECT 'member:' || id, grant_size * $1, grant_size * $1 FROM who`, [
      transfersEach,
    ])
    await client.query('DROP INDEX transfer_debit, transfer_credit')
    await client.query('ALTER TABLE transfer DROP CONSTRAINT transfer_id_once')
    await client.query(
      `INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
       SELECT 'grant:att:' || n || ':' || id, 'period:1', 'member:' || id, grant_size, 'grant', 'EVT-' || n, 1, now()
       FROM generate_series(1, $1::int) AS n, who`,
      [transfersEach],
    )
    await client.query('ALTER TABLE transfer ADD CONSTRAINT transfer_id_once UNIQUE (id)')
    await client.query('CREATE INDEX transfer_debit ON transfer (debit_account, seq)')
    await client.query('CREATE INDEX transfer_credit ON transfer (credit_account, seq)')
    await client.query('VACUUM ANALYZE')
  } finally {
    client.release()
  }
}

/** The same answers the plain way; one query gives the sums, from which both the list and the ranks follow. */
async function measureGroupBy(pool: pg.Pool) {
  const sums = `SELECT substr(credit_account, 8) AS id, sum(amount)::bigint AS earned, rank() OVER (ORDER BY sum(amount) DESC)
    FROM transfer WHERE kind = 'grant' GROUP BY credit_account`
  const since = performance.now()
  const { rows: best } = await pool.query<{ id: string; earned: bigint }>(`${sums} ORDER BY earned DESC, credit_account LIMIT 10`)
  const milliseconds = performance.now() - since
  const { rows: ranks } = await pool.query<{ id: string; rank: bigint }>(`SELECT id, rank FROM (${sums}) ranked WHERE id = ANY ($1)`, [
    Array.from({ length: CHECKED_RANKS }, (_, index) => memberId(index * 1_237)),
  ])
  assert.equal(ranks.length, CHECKED_RANKS)
  return {
    milliseconds,
    best: best.map(({ id, earned }) => [id, earned]),
    ranks: ranks.map(({ id, rank }) => ({ id, rank: Number(rank) })),
  }
}
