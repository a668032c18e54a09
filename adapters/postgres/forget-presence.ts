import type pg from 'pg'
import type { Instant } from '../../core/shared/instant.ts'

/** Rows of one statement: locks are held for moments. */
const MAX_AT_ONCE = 10_000

const INTERVALS = `
DELETE FROM presence_interval WHERE ctid IN (
  SELECT i.ctid FROM presence_interval i JOIN event e ON e.number = i.event
  WHERE least(e.closes_at, e.closed_at) <= $1 LIMIT ${MAX_AT_ONCE}
)`

/** A bot that still uses its watch writes it again. */
const WATCHES = `
DELETE FROM presence_watch w
WHERE w.seen_until <= $1 AND NOT EXISTS (SELECT 1 FROM presence_interval i WHERE i.watch = w.id)`

/** Forgets who was in the channels of events that closed by `until`; gives how many rows of them there were. */
export async function forgetPresence(pool: pg.Pool, until: Instant): Promise<number> {
  const at = [new Date(until)]
  let forgotten = 0
  for (let count = MAX_AT_ONCE; count === MAX_AT_ONCE; forgotten += count) count = (await pool.query(INTERVALS, at)).rowCount ?? 0
  await pool.query(WATCHES, at)
  return forgotten
}
