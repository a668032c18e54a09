import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type pg from 'pg'
import {
  BEGINNING,
  changeRate,
  DEFAULT_RATES,
  isRangeKind,
  RATE_STEP,
  rateAt,
  rateBounds,
  REWARD_KINDS,
  type RewardKind,
  type RewardRate,
} from '../../core/economy/reward-table.rules.ts'
import { pos, type Amount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { addMembers, memberId } from '../../test/support/rows.ts'
import { openDatabase, type Database } from './database.ts'
import { createPool } from './pool.ts'
import { ratesUntil, rewardTableStore } from './reward-table-store.ts'

const NOW = Date.UTC(2027, 1, 3)
const CHAIR = memberId(1)
const INSERT = 'INSERT INTO reward_rate (kind, valid_from, lowest, highest, set_by, reason) VALUES ($1, $2, $3, $4, $5, $6)'
let database: Database
let pool: pg.Pool

beforeAll(async () => {
  const url = await freshDatabase()
  database = openDatabase(url, { connections: 8 })
  pool = createPool(url, 4)
  await addMembers(pool, 1, 1)
})
afterAll(async () => {
  await database.close()
  await pool.end()
})

/** Sets a fixed reward as the command does. */
function set(kind: RewardKind, amount: Amount, now: Instant): Promise<RewardRate | undefined> {
  return database.transaction(async (tx) => {
    const store = rewardTableStore(tx)
    const decided = changeRate({ kind, lowest: amount, highest: undefined }, await store.lockNewest(kind), now)
    if (decided.ok) await store.saveRate({ ...decided.rate, setBy: CHAIR, reason: 'a test' })
    return { keep: decided.ok, value: decided.ok ? decided.rate : undefined }
  })
}

async function rowsOf(kind: RewardKind): Promise<RewardRate[]> {
  const rows = await database.prisma.rewardRate.findMany({ where: { kind }, orderBy: { validFrom: 'asc' } })
  return rows.map(({ validFrom, lowest, highest }) => ({ kind, validFrom: validFrom.getTime(), lowest, highest }))
}

/** Puts a row in without asking any rule of ours; the promise rejects when the database refuses it. */
function insert(row: { kind: string; lowest: bigint; highest?: bigint; at?: Instant; setBy?: string | null; reason?: string }) {
  return pool.query(INSERT, [
    row.kind,
    new Date(row.at ?? NOW),
    row.lowest,
    row.highest ?? row.lowest,
    row.setBy === undefined ? CHAIR : row.setBy,
    row.reason ?? 'a test',
  ])
}

describe('a new database', () => {
  test('has the default table of the rules, valid from the beginning, set by nobody', async () => {
    const rows = await database.prisma.rewardRate.findMany()
    expect(new Map(rows.map(({ kind, lowest, highest }) => [kind, { lowest, highest }]))).toEqual(new Map(Object.entries(DEFAULT_RATES)))
    expect(rows.every(({ validFrom, setBy }) => validFrom.getTime() === BEGINNING && setBy === null)).toBe(true)
    expect((await ratesUntil(database.prisma, BEGINNING)).map(({ kind }) => kind)).toEqual(REWARD_KINDS)
  })
})

describe('the database by itself', () => {
  test.each([
    'UPDATE reward_rate SET lowest = 20000000, highest = 20000000',
    "DELETE FROM reward_rate WHERE kind = 'attendance'",
    'TRUNCATE reward_rate',
  ])('refuses %s', async (statement) => {
    await expect(pool.query(statement)).rejects.toMatchObject({ code: 'WP001' })
  })

  test.each([
    [{ kind: 'applause', lowest: pos(1) }, 'reward_rate_kind_known'],
    [{ kind: 'attendance', lowest: 0n }, 'reward_rate_positive'],
    [{ kind: 'attendance', lowest: -pos(1) }, 'reward_rate_positive'],
    [{ kind: 'attendance', lowest: RATE_STEP + 1n }, 'reward_rate_positive'],
    [{ kind: 'attendance', lowest: pos(1), highest: pos(2) }, 'reward_rate_fixed_or_range'],
    [{ kind: 'node-contribution', lowest: pos(2), highest: pos(1) }, 'reward_rate_in_order'],
    [{ kind: 'attendance', lowest: pos(1), setBy: null }, 'reward_rate_set_by_somebody'],
    [{ kind: 'attendance', lowest: pos(1), reason: '' }, 'reward_rate_reason_length'],
    [{ kind: 'attendance', lowest: pos(1), reason: 'x'.repeat(201) }, 'reward_rate_reason_length'],
  ])('refuses the row %o by %s', async (row, constraint) => {
    await expect(insert(row)).rejects.toMatchObject({ code: '23514', constraint })
  })

  test('has the same bounds and ranges as the rules', async () => {
    for (const kind of REWARD_KINDS) {
      const { lowest, highest } = rateBounds(kind)
      await expect(insert({ kind, lowest: highest + RATE_STEP, at: NOW })).rejects.toMatchObject({ constraint: 'reward_rate_bounds' })
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        await client.query(INSERT, [kind, new Date(NOW), lowest, isRangeKind(kind) ? highest : lowest, CHAIR, 'x'.repeat(200)])
        await client.query(INSERT, [kind, new Date(NOW + 1), highest, highest, CHAIR, 'a test'])
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    }
  })

  test('takes no row that is not younger than the newest of its kind', async () => {
    await insert({ kind: 'quality-delegation', lowest: pos(21) })
    for (const at of [NOW, NOW - 1, BEGINNING + 1])
      await expect(insert({ kind: 'quality-delegation', lowest: pos(22), at })).rejects.toMatchObject({ code: 'WP002' })
    await insert({ kind: 'quality-delegation', lowest: pos(22), at: NOW + 1 })
    expect((await rowsOf('quality-delegation')).map(({ lowest }) => lowest / pos(1))).toEqual([20n, 21n, 22n])
  })
})

describe('two writers that ask no rule of ours', () => {
  test('come one after the other: the one that would end up in the past is refused', async () => {
    const first = await pool.connect()
    try {
      await first.query('BEGIN')
      await first.query(INSERT, ['quality-delegation', new Date(NOW + 10), pos(31), pos(31), CHAIR, 'a test'])
      const second = Promise.allSettled([insert({ kind: 'quality-delegation', lowest: pos(32), at: NOW + 5 })])
      const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      await expect.poll(async () => (await pool.query<{ count: number }>(waiting)).rows[0]?.count).toBe(1)
      await first.query('COMMIT')
      expect(await second).toMatchObject([{ status: 'rejected', reason: { code: 'WP002' } }])
    } finally {
      first.release()
    }
    expect((await rowsOf('quality-delegation')).at(-1)).toMatchObject({ validFrom: NOW + 10, lowest: pos(31) })
  })
})

describe('changing the table', () => {
  test('changes what holds from then on, and nothing of before', async () => {
    await set('form-submission', pos(6), NOW)
    await set('form-submission', pos(7), NOW + 1_000)
    const heldAt = async (at: Instant) => {
      const rates = await ratesUntil(database.prisma, at, ['form-submission'])
      expect(rates).toHaveLength(1)
      return rateAt('form-submission', at, rates).lowest / pos(1)
    }
    expect([await heldAt(NOW - 1), await heldAt(NOW), await heldAt(NOW + 999), await heldAt(NOW + 1_000)]).toEqual([5n, 6n, 6n, 7n])
  })

  test('by many at the same moment: each is decided after the one before it, and none is lost', async () => {
    const amounts = Array.from({ length: 12 }, (_, index) => pos(11 + index))
    const taken = await Promise.all(amounts.map((amount) => set('attendance', amount, NOW)))
    expect(taken.map((rate) => rate?.lowest)).toEqual(amounts)
    const rows = await rowsOf('attendance')
    expect(rows.map(({ validFrom }) => validFrom)).toEqual([BEGINNING, ...amounts.map((_, index) => NOW + index)])
    expect(new Set(rows.slice(1).map(({ lowest }) => lowest))).toEqual(new Set(amounts))
    // What each was told is what is there.
    expect(new Set(taken.map((rate) => `${rate?.validFrom}:${rate?.lowest}`))).toEqual(
      new Set(rows.slice(1).map(({ validFrom, lowest }) => `${validFrom}:${lowest}`)),
    )
  })

  test('to the same amount by many at once: one changes it, the others are told that it is so already', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => set('node-identity', pos(60), NOW)))
    expect(taken.filter((rate) => rate !== undefined)).toHaveLength(1)
    expect(await rowsOf('node-identity')).toHaveLength(2)
  })

  test('by a clock that is behind still comes after the change that it has seen', async () => {
    await set('early-delegation', pos(11), NOW + 5_000)
    expect(await set('early-delegation', pos(12), NOW)).toMatchObject({ validFrom: NOW + 5_001 })
    const rates = await ratesUntil(database.prisma, NOW + 6_000)
    expect(rateAt('early-delegation', NOW + 6_000, rates).lowest).toBe(pos(12))
  })
})
