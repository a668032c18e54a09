import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase } from '../../test/support/postgres.ts'
import { addEvent, addMembers } from '../../test/support/rows.ts'
import { createPool } from './pool.ts'

const START = Date.UTC(2027, 1, 3)
let pool: pg.Pool
beforeAll(async () => {
  pool = createPool(await freshDatabase(), 2)
})
afterAll(() => pool.end())

test('attendance of no event is refused, whole, and so is every way for an event to leave its attendance behind', async () => {
  await addMembers(pool, 0, 1)
  const { number } = await addEvent(pool, START)
  const attend = (...rows: readonly (readonly [event: number, member: string])[]) =>
    `INSERT INTO attendance (event, member_id, evidence, grant_id, at) VALUES ${rows.map(([event, member]) => `(${event}, '${member}', 'code', 'g', now())`).join()}`
  await pool.query(attend([number, 'ada']))
  const attempts: readonly (readonly [sql: string, reason: string])[] = [
    [attend([number, 'ben'], [number + 1, 'ben']), 'an event that does not exist'],
    [`UPDATE attendance SET event = ${number + 1}`, 'append-only'],
    [`UPDATE event SET number = ${number + 1}`, 'append-only'],
    ['DELETE FROM event', 'append-only'],
    ['TRUNCATE event CASCADE', 'append-only'],
  ]
  for (const [sql, reason] of attempts) await expect(pool.query(sql), sql).rejects.toThrow(reason)
  expect((await pool.query('SELECT event, member_id FROM attendance')).rows).toEqual([{ event: number, member_id: 'ada' }])
})
