import { vi } from 'vitest'
import type { Database } from '../../adapters/postgres/database.ts'

/** Waits until so many of this database's connections wait for a lock; gives their statements, oldest first. */
export function waiting({ pool }: Database, count: number): Promise<readonly string[]> {
  return vi.waitFor(
    async () => {
      const { rows } = await pool.query<{ query: string }>(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY query_start`,
      )
      if (rows.length !== count) throw new Error(`${rows.length} wait`)
      return rows.map(({ query }) => query)
    },
    { timeout: 20_000, interval: 20 },
  )
}
