import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transfer } from '../../core/ledger/ledger.types.ts'
import { pos } from '../../core/shared/amount.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { ledgerStore } from './ledger-store.ts'
import { postAll } from './settlement-postings.ts'

let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 8 })
  await database.transaction(async (tx) => {
    for (const [index, member] of [ann, ben].entries())
      await ledgerStore(tx).post({ ...transfer(`start-${index}`, 50), debit: 'pool', credit: member, kind: 'deposit' })
    return { keep: true, value: undefined }
  })
})
afterAll(() => database.close())

const ann = `member:${'a'.repeat(20)}` as const
const ben = `member:${'b'.repeat(20)}` as const
const transfer = (id: string, whole: number, debit: Transfer['debit'] = ann): Transfer => ({
  id,
  debit,
  credit: 'leaving',
  amount: pos(whole),
  kind: 'withdrawal',
  reference: id,
  period: 1,
  at: 0,
})
const post = (...transfers: Transfer[]) => database.transaction(async (tx) => ({ keep: true, value: await postAll(tx, transfers) }))
const balances = async () => {
  const rows = await database.prisma.account.findMany({ where: { name: { in: [ann, ben, 'leaving'] } }, orderBy: { name: 'asc' } })
  return Object.fromEntries(rows.map(({ name, balance }) => [name.slice(0, 8), balance]))
}

test('many transfers are one: posted once, whoever asks again and however many at once', async () => {
  const transfers = [transfer('one', 10), transfer('two', 5), transfer('three', 7, ben)]
  await Promise.all([post(...transfers), post(...transfers.toReversed()), post(transfers[1]!)])
  await post(...transfers, transfer('four', 1, ben))
  expect(await balances()).toEqual({ 'member:a': pos(35), 'member:b': pos(42), leaving: pos(23) })
})

test('an id with other fields, or too little in one account, refuses them all', async () => {
  const before = await balances()
  await expect(post(transfer('five', 1), transfer('one', 11))).rejects.toThrow(/transfer id with other fields/)
  await expect(post(transfer('six', 1, ben), transfer('seven', 36))).rejects.toThrow(/balance of a debited account/)
  expect(await balances()).toEqual(before)
  expect(await database.prisma.transfer.count({ where: { id: { in: ['five', 'six', 'seven'] } } })).toBe(0)
})
