import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { memberAccount, type AccountName, type Transfer } from '../../core/ledger/ledger.types.ts'
import type { PostResult } from '../../core/ledger/ledger.port.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { ledgerFaults, memberId, rankFaults } from '../../test/support/rows.ts'
import { openDatabase, type Database } from './database.ts'
import { ledgerStore } from './ledger-store.ts'
import { createPool } from './pool.ts'
import { leaderboard, rankOf } from './rank-reads.ts'

const AT = Date.UTC(2027, 1, 3)
let database: Database
let pool: pg.Pool
let ids = 0

beforeAll(async () => {
  const url = await freshDatabase()
  database = openDatabase(url, { connections: 8 })
  pool = createPool(url, 4)
})
afterAll(async () => {
  await database.close()
  await pool.end()
})

const member = (index: number): AccountName => memberAccount(memberId(index))

function transfer(changes: Partial<Transfer> = {}): Transfer {
  ids += 1
  return { id: `t${ids}`, debit: 'pool', credit: member(1), amount: 100n, kind: 'grant', reference: 'EVT-1', period: 1, at: AT, ...changes }
}

/** Posts in a transaction that is kept only when the ledger took it, as commands do. */
function post(one: Transfer): Promise<PostResult> {
  return database.transaction(async (tx) => {
    const value = await ledgerStore(tx).post(one)
    return { keep: value === 'posted' || value === 'already-posted', value }
  })
}

const balance = (account: AccountName) => ledgerStore(database.prisma).balance(account)

describe('posting', () => {
  test('moves value once, whatever comes again under its id', async () => {
    const one = transfer({ credit: member(10) })
    expect([await post(one), await post({ ...one, at: AT + 1_000 })]).toEqual(['posted', 'already-posted'])
    const { rows } = await pool.query(
      'SELECT debit_account, credit_account, amount, kind, reference, period, at FROM transfer WHERE id = $1',
      [one.id],
    )
    expect(rows).toEqual([
      { debit_account: 'pool', credit_account: member(10), amount: 100n, kind: 'grant', reference: 'EVT-1', period: 1, at: AT },
    ])
    const others: Partial<Transfer>[] = [
      { debit: 'eco-fund' },
      { credit: member(11) },
      { amount: 101n },
      { kind: 'deposit' },
      { reference: 'EVT-2' },
      { period: 2 },
    ]
    for (const other of others) expect(await post({ ...one, ...other })).toBe('other-fields')
    expect(await balance(member(10))).toBe(100n)
    expect(await balance(member(11))).toBe(0n)
  })

  test('never takes more than there is, and tells so', async () => {
    await post(transfer({ credit: member(20) }))
    expect(await post(transfer({ debit: member(20), credit: member(21), amount: 101n, kind: 'withdrawal' }))).toBe('insufficient')
    expect(await post(transfer({ debit: member(29), credit: member(21), amount: 1n, kind: 'withdrawal' }))).toBe('insufficient')
    expect(await post(transfer({ debit: member(20), credit: member(21), amount: 100n, kind: 'withdrawal' }))).toBe('posted')
    expect([await balance(member(20)), await balance(member(21))]).toEqual([0n, 100n])
  })

  test('grants add to what a member earned, reversals and corrections take back, spending changes nothing', async () => {
    const earned = async () => (await database.prisma.account.findUniqueOrThrow({ where: { name: member(30) } })).earned
    await post(transfer({ credit: member(30), amount: 50n }))
    await post(transfer({ credit: member(30), amount: 30n, kind: 'deposit' }))
    await post(transfer({ debit: member(30), credit: 'leaving', amount: 20n, kind: 'withdrawal' }))
    expect(await earned()).toBe(50n)
    await post(transfer({ debit: member(30), credit: 'pool', amount: 50n, kind: 'reversal' }))
    expect([await earned(), await balance(member(30))]).toEqual([0n, 10n])
    await post(transfer({ credit: member(30), amount: 20n }))
    await post(transfer({ debit: member(30), credit: 'burned', amount: 5n, kind: 'correction' }))
    expect([await earned(), await balance(member(30))]).toEqual([15n, 25n])
  })

  test('refuses what no caller may build, as a bug', async () => {
    for (const wrong of [
      { amount: 0n },
      { amount: -1n },
      { amount: TOTAL_SUPPLY + 1n },
      { credit: 'pool' as const },
      { kind: 'correction' as const, credit: 'burned' as const },
      { kind: 'correction' as const, debit: member(1), credit: 'pool' as const },
      { id: '' },
      { id: 'x'.repeat(201) },
    ])
      await expect(post(transfer(wrong))).rejects.toThrow(/transfer/)
  })

  test('ten at once from one account that has enough for five: five go through', async () => {
    await post(transfer({ credit: member(40), amount: 50n }))
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post(transfer({ debit: member(40), credit: member(41 + index), amount: 10n, kind: 'withdrawal' })),
      ),
    )
    expect(results.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'insufficient'), ...Array.from({ length: 5 }, () => 'posted')])
    expect(await balance(member(40))).toBe(0n)
  })

  test('the same id ten times at once is posted once', async () => {
    const one = transfer({ credit: member(60) })
    const results = await Promise.all(Array.from({ length: 10 }, () => post(one)))
    expect(results.toSorted()).toEqual([...Array.from({ length: 9 }, () => 'already-posted'), 'posted'])
    expect(await balance(member(60))).toBe(100n)
  })

  test('back and forth between two accounts at once neither hangs nor loses anything', async () => {
    await post(transfer({ credit: member(70), amount: 1_000n }))
    await post(transfer({ credit: member(71), amount: 1_000n }))
    const results = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        post(transfer({ debit: member(70 + (index % 2)), credit: member(71 - (index % 2)), amount: 7n, kind: 'withdrawal' })),
      ),
    )
    expect(new Set(results)).toEqual(new Set(['posted']))
    expect([await balance(member(70)), await balance(member(71))]).toEqual([1_000n, 1_000n])
  })
})

describe('whatever is posted', () => {
  test('all value stays, each balance is what its transfers make of it, and ranks equal a recount', async () => {
    const move = fc.record({
      from: fc.integer({ min: 80, max: 88 }),
      to: fc.integer({ min: 80, max: 87 }),
      amount: fc.oneof(fc.bigInt({ min: 1n, max: 300n }), fc.bigInt({ min: 1n, max: TOTAL_SUPPLY / 20n })),
      isReversal: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 25 }), async (moves) => {
        const results = await Promise.allSettled(
          moves.flatMap(({ from, to, amount, isReversal }) => {
            // 88 stands for the pool, which grants.
            const credit = isReversal && from !== 88 ? 'pool' : member(to)
            const debit = from === 88 ? 'pool' : member(from)
            const kind = from === 88 ? 'grant' : isReversal ? 'reversal' : 'withdrawal'
            return debit === credit ? [] : [post(transfer({ debit, credit, amount, kind }))]
          }),
        )
        // Taking back more than was earned is refused by the CHECK of `earned`; nothing else may fail.
        const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
        expect(failures.filter((failure) => !failure.includes('account_earned_not_negative'))).toEqual([])
        expect(await ledgerFaults(pool)).toEqual([])
        expect(await rankFaults(pool)).toEqual([])
      }),
      { numRuns: 10 },
    )
  })

  test('the database itself refuses what the code must never do', async () => {
    await post(transfer({ credit: member(90) }))
    const insert = (fields: string) =>
      `INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at) VALUES (${fields}, 'grant', 'x', 1, now())`
    const attempts: readonly [string, string][] = [
      [`UPDATE account SET balance = -1 WHERE name = '${member(90)}'`, 'account_balance_not_negative'],
      [`UPDATE account SET earned = -1 WHERE name = '${member(90)}'`, 'account_earned_not_negative'],
      [`INSERT INTO account (name) VALUES ('savings')`, 'account_name_known'],
      [`INSERT INTO account (name) VALUES ('period:14')`, 'account_name_known'],
      [`INSERT INTO account (name) VALUES ('member:short')`, 'account_name_known'],
      [`INSERT INTO account (name) VALUES ('member:${'A'.repeat(20)}')`, 'account_name_known'],
      [`INSERT INTO account (name) VALUES ('escrow:${'a'.repeat(21)}')`, 'account_name_known'],
      [insert(`'raw', 'pool', 'chain', 0`), 'transfer_amount_positive'],
      [insert(`'raw', 'pool', 'pool', 1`), 'transfer_between_two'],
      [insert(`'t${ids}', 'pool', 'chain', 1`), 'transfer_id_once'],
      ['UPDATE transfer SET amount = amount + 1', 'append-only'],
      ['DELETE FROM transfer', 'append-only'],
      ['TRUNCATE transfer', 'append-only'],
    ]
    for (const [sql, reason] of attempts) await expect(pool.query(sql), sql).rejects.toThrow(reason)
    await pool.query(`INSERT INTO account (name) VALUES ('escrow:${'a'.repeat(20)}'), ('period:13')`)
    expect(await ledgerFaults(pool)).toEqual([])
  })

  test('a condition that does not hold is a lost race (40001), one that is unknown too', async () => {
    await expect(pool.query(`SELECT must_hold(false, 'this')`)).rejects.toMatchObject({ code: '40001', message: 'lost a race: this' })
    await expect(pool.query(`SELECT must_hold(NULL, 'this')`)).rejects.toMatchObject({ code: '40001' })
    expect((await pool.query(`SELECT must_hold(true, 'this') AS held`)).rows).toEqual([{ held: true }])
  })
})

describe('ranks', () => {
  test('every amount falls into a bucket that holds it, at most a 64th wide, and buckets are in order', async () => {
    const amounts = [1n, 2n, 63n, 64n, 65n, 127n, 128n, 129n, TOTAL_SUPPLY - 1n, TOTAL_SUPPLY, 2n ** 62n]
    const random = fc.sample(fc.bigInt({ min: 1n, max: TOTAL_SUPPLY }), { numRuns: 500, seed: 7 })
    const { rows } = await pool.query<{ amount: bigint; bucket: number; top: bigint; next: number; bottom: bigint }>(
      `SELECT amount, rank_bucket_of(amount) AS bucket, rank_bucket_top(rank_bucket_of(amount)) AS top,
              rank_bucket_of(rank_bucket_top(rank_bucket_of(amount)) + 1) AS next,
              rank_bucket_top(rank_bucket_of(amount) - 1) AS bottom
       FROM unnest($1::bigint[]) AS a (amount)`,
      [[...amounts, ...random].map(String)],
    )
    for (const { amount, bucket, top, next, bottom } of rows) {
      expect(top >= amount, `${amount}`).toBe(true)
      expect(next).toBeGreaterThan(bucket)
      expect(amount < 64n || (bottom < amount && (top - bottom) * 64n <= top + 1n), `${amount}`).toBe(true)
    }
    expect((await pool.query('SELECT rank_bucket_of(0) AS zero')).rows).toEqual([{ zero: 0 }])
  })

  test('a rank is one more than those who earned more; who hides is counted and not listed', async () => {
    const amounts = [500n, 400n, 400n, 300n, 1n, 64n, 65n, 127n]
    for (const [index, amount] of amounts.entries()) {
      const id = memberId(1_000 + index)
      await database.prisma.member.create({
        data: { id, publicId: Buffer.from(id.padEnd(32)), name: `M${index}`, language: 'en', joinedAt: new Date(AT), hidden: index === 1 },
      })
      await post(transfer({ debit: 'unreleased', credit: member(1_000 + index), amount: amount * 10n ** 12n }))
    }
    const above = async (earned: bigint) => database.prisma.account.count({ where: { earned: { gt: earned } } })
    for (const [index, amount] of amounts.entries())
      expect(await rankOf(database.prisma, memberId(1_000 + index))).toBe(1 + (await above(amount * 10n ** 12n)))
    expect(await rankOf(database.prisma, memberId(5_000))).toBeNull()
    const listed = (await leaderboard(database.prisma, 100)).filter(({ name }) => /^M\d$/.test(name))
    expect(listed.map(({ name }) => name)).toEqual(['M0', 'M2', 'M3', 'M7', 'M6', 'M5', 'M4'])
    // M1 hides and is counted all the same; tests before this one have left others in between.
    const ranks = await Promise.all([500n, 400n, 300n, 127n, 65n, 64n, 1n].map(async (amount) => 1 + (await above(amount * 10n ** 12n))))
    expect(listed.map(({ rank }) => rank)).toEqual(ranks)
    expect(ranks[2]! - ranks[1]!).toBeGreaterThanOrEqual(2)
  })
})
