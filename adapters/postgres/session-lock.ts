import pg from 'pg'
import { asFault } from './database.ts'

/**
 * Runs `work` while no other process of this database runs any under the same name; undefined when one does. The lock belongs to a connection of its own:
 * it ends with the process, however that ends, and takes none of the pool's connections for the time of the work. `waitMs`: how long to wait for another.
 */
export async function withSessionLock<Result>(
  pool: pg.Pool,
  name: string,
  work: () => Promise<Result>,
  waitMs = 0,
): Promise<Result | undefined> {
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
    if (!(waitMs > 0 ? await waitFor(client, name, waitMs) : await take(client, name))) return undefined
    return await work()
  } finally {
    await client.end().catch(() => {})
  }
}

async function take(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [name])
  return rows[0]?.taken === true
}

const LOCK_NOT_AVAILABLE = '55P03'

async function waitFor(client: pg.Client, name: string, waitMs: number): Promise<boolean> {
  await client.query("SELECT set_config('lock_timeout', $1, false)", [String(waitMs)])
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name])
    return true
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) return false
    throw asFault(error)
  }
}
