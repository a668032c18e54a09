import { afterAll, beforeEach, expect, test } from 'vitest'
import type { StoredUpdate } from '../../core/chats/chats.port.ts'
import { DAY } from '../../core/shared/instant.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { createUpdateRecord, forgetUpdates } from './update-record.ts'

const NOW = Date.UTC(2027, 0, 5)
const LEASE = 15_000
const url = await freshDatabase()
const database: Database = openDatabase(url, { connections: 8 })
const record = createUpdateRecord(database.pool)
/** As another process would have it. */
const other = openDatabase(url, { connections: 8 })
const elsewhere = createUpdateRecord(other.pool)
beforeEach(async () => void (await database.pool.query('DELETE FROM telegram_update')))
afterAll(() => Promise.all([database.close(), other.close()]))

const update = (updateId: number, lane: number, content = '{}'): StoredUpdate => ({
  key: `${updateId}.g2p`,
  updateId,
  lane,
  content,
  receivedAt: NOW + updateId,
})
const taken = async (from = record, now = NOW) =>
  (await from.take(64, now, now + LEASE)).map(({ updateId }) => updateId).toSorted((a, b) => a - b)

test('what is stored once is stored, however often and by whomever it is delivered', async () => {
  const outcomes = await Promise.all([1, 1, 2, 1].map((id, index) => (index % 2 === 0 ? record : elsewhere).store(update(id, id))))
  expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(2)
  expect(await record.store(update(2, 2, '{"changed":true}'))).toBe('known')
  expect((await record.take(9, NOW, NOW + LEASE)).map(({ key, content, attempts }) => ({ key, content, attempts }))).toEqual([
    { key: '1.g2p', content: '{}', attempts: 1 },
    { key: '2.g2p', content: '{}', attempts: 1 },
  ])
})

test('the same number on another day is another update', async () => {
  expect(await record.store(update(7, 1))).toBe('stored')
  expect(await record.store({ ...update(7, 1), key: '7.g3a' })).toBe('stored')
})

test('carries what jsonb would refuse', async () => {
  const content = JSON.stringify({ text: '\0 \ud800 😀' })
  await record.store(update(1, 1, content))
  expect((await record.take(1, NOW, NOW + LEASE))[0]?.content).toBe(content)
})

test('of one member the first goes first and alone, in whatever order they came', async () => {
  for (const id of [12, 10, 11]) await record.store(update(id, 5))
  await record.store(update(13, 6))
  expect(await taken()).toEqual([10, 13])
  expect(await taken(elsewhere)).toEqual([])
  await record.settle(update(10, 5), NOW)
  expect(await taken(elsewhere)).toEqual([11])
  // One that arrives late waits until its neighbour is done.
  await record.store(update(9, 5))
  expect(await taken()).toEqual([])
  await record.settle(update(11, 5), NOW)
  expect(await taken()).toEqual([9])
})

test('many who take at once never get the same', async () => {
  await Promise.all(Array.from({ length: 200 }, (_, id) => record.store(update(id, id))))
  const takes = await Promise.all(
    Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? record : elsewhere).take(64, NOW, NOW + LEASE)),
  )
  const all = takes.flat().map(({ updateId }) => updateId)
  expect(new Set(all).size).toBe(all.length)
  const rest = await record.take(500, NOW, NOW + LEASE)
  expect(all.length + rest.length).toBe(200)
})

test('what a killed process had begun is taken again when its lease is over, and what still runs is not', async () => {
  await record.store(update(1, 1))
  await record.store(update(2, 2))
  await record.take(9, NOW, NOW + LEASE)
  await record.renew(['1.g2p'], NOW + 2 * LEASE)
  expect(await taken(elsewhere, NOW + LEASE - 1)).toEqual([])
  const again = await elsewhere.take(9, NOW + LEASE, NOW + 2 * LEASE)
  expect(again).toMatchObject([{ updateId: 2, attempts: 2 }])
})

test('knows what was handled by any process, polled or delivered, and holds no word of it', async () => {
  await record.store(update(1, 1, '{"text":"secret"}'))
  await record.settle(update(1, 1), NOW)
  await record.settle(update(2, 1), NOW)
  await record.settle(update(2, 1), NOW + 5)
  await record.store(update(3, 1))
  expect(await elsewhere.handledAmong(['1.g2p', '2.g2p', '3.g2p', '4.g2p'])).toEqual(new Set(['1.g2p', '2.g2p']))
  expect(await record.store(update(1, 1))).toBe('known')
  const { rows } = await database.pool.query('SELECT content, handled_at FROM telegram_update WHERE handled_at IS NOT NULL')
  expect(rows).toEqual([
    { content: null, handled_at: NOW },
    { content: null, handled_at: NOW },
  ])
})

test('forgets what was handled, or never was, long ago', async () => {
  await record.settle(update(1, 1), NOW)
  await record.settle(update(2, 1), NOW + 2 * DAY)
  await record.store(update(3, 1))
  expect(await forgetUpdates(database.pool, NOW + DAY)).toBe(2)
  expect(await record.handledAmong(['1.g2p', '2.g2p'])).toEqual(new Set(['2.g2p']))
})
