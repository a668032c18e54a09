import pg from 'pg'
import { asFault } from './database.ts'

/**
 * Runs `work` while no other process of this database runs any under the same name; undefined when one does. The lock belongs to a connection of its own:
 * it ends with the process, however that ends, and takes none of the pool's connections for the time of the work.
 */
export async function withSessionLock<Result>(pool: pg.Pool, name: string, work: () => Promise<Result>): Promise<Result | undefined> {
  const { connectionString } = pool.options
  const client = new pg.Client({
    ...(connectionString === undefined ? {} : { connectionString }),
    application_name: 'wepos-lock',
    connectionTimeoutMillis: 10_000,
  })
  // Losing the lock in the middle is harmless, because everything under it is safe to do twice; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw asFault(error)
  }
  try {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [name])
    if (rows[0]?.taken !== true) return undefined
    return await work()
  } finally {
    await client.end().catch(() => {})
  }
}
