import { afterEach, expect, test, vi } from 'vitest'
import { freshDatabase } from '../../test/support/postgres.ts'
import { createPool, createPrismaPool } from './pool.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

test.each([
  ['our own', createPool],
  ['the Prisma client’s', createPrismaPool],
])('a client of %s pool may lose its server in the very moment in which it goes from one user to the next', async (_whose, create) => {
  const pool = create(await freshDatabase(), 1)
  stops.push(() => pool.end())
  const first = await pool.connect()
  const second = pool.connect()
  first.release()
  let unheard: unknown
  try {
    // In the same turn, as when the answer and the farewell of the server arrive together: the next user has not got it yet.
    first.emit('error', new Error('terminating connection due to administrator command'))
  } catch (error) {
    unheard = error
  }
  ;(await second).release(true)
  expect(unheard).toBeUndefined()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test('a connection is kept through a quiet day, so that the burst after it need not wait for new ones', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  stops.push(() => Promise.resolve(void vi.useRealTimers()))
  const pool = createPool(await freshDatabase(), 2)
  stops.push(() => pool.end())
  const backend = 'SELECT pg_backend_pid() AS pid'
  const before = await pool.query<{ pid: number }>(backend)
  await vi.advanceTimersByTimeAsync(24 * 60 * 60 * 1_000)
  expect((await pool.query<{ pid: number }>(backend)).rows).toEqual(before.rows)
})
