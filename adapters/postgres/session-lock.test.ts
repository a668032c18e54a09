import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase } from '../../test/support/postgres.ts'
import { withSessionLock } from './session-lock.ts'

/** Locks that are waited for in this database. */
const WAITING = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`

let pool: Pool
beforeAll(async () => {
  pool = new Pool({ connectionString: await freshDatabase() })
})
afterAll(() => pool.end())

/** Holds a lock until it is let go. */
async function hold(name: string): Promise<{ letGo(): Promise<unknown> }> {
  const held = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const done = withSessionLock(pool, name, () => {
    held.resolve()
    return end.promise
  })
  await held.promise
  return {
    letGo() {
      end.resolve()
      return done
    },
  }
}

test('work under a name that is taken is not done; under another it is', async () => {
  const one = await hold('one')
  expect(await withSessionLock(pool, 'one', () => Promise.resolve('done'))).toBeUndefined()
  expect(await withSessionLock(pool, 'two', () => Promise.resolve('done'))).toBe('done')
  await one.letGo()
  expect(await withSessionLock(pool, 'one', () => Promise.resolve('done'))).toBe('done')
})

test('who waits gets its turn, or gives up when its time is over', async () => {
  const one = await hold('one')
  expect(await withSessionLock(pool, 'one', () => Promise.resolve('done'), 50)).toBeUndefined()
  const waiting = withSessionLock(pool, 'one', () => Promise.resolve('done'), 20_000)
  await expect
    .poll(async () => (await pool.query(WAITING)).rowCount, {
      timeout: 15_000,
    })
    .toBe(1)
  await one.letGo()
  expect(await waiting).toBe('done')
})

test('work that fails lets go', async () => {
  await expect(withSessionLock(pool, 'one', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withSessionLock(pool, 'one', () => Promise.resolve('done'), 50)).toBe('done')
})
