import type pg from 'pg'
import type { StoredUpdate, UpdateInbox, UpdateInlet, UpdateName } from '../../core/chats/chats.port.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { asFault } from './database.ts'
import { classifyPostgresError, createGroupCommit } from './group-commit.ts'

interface Settled {
  readonly update: UpdateName
  readonly now: Instant
}

const STORE = `
INSERT INTO telegram_update (key, update_id, lane, content, received_at)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
ON CONFLICT (key) DO NOTHING RETURNING key`

/** Those that came by polling have no row before. */
const SETTLE = `
INSERT INTO telegram_update (key, update_id, lane, received_at, handled_at)
SELECT key, update_id, lane, at, at FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[]) AS n (key, update_id, lane, at)
ON CONFLICT (key) DO UPDATE SET handled_at = EXCLUDED.handled_at, content = NULL WHERE telegram_update.handled_at IS NULL`

/** The first waiting update of each lane, unless another of that lane is under way. A row that somebody else takes at this moment is passed over. */
const TAKE = `
UPDATE telegram_update SET attempts = attempts + 1, lease_until = $3 WHERE key IN (
  SELECT u.key FROM telegram_update u
  WHERE u.handled_at IS NULL AND u.lease_until <= $2 AND NOT EXISTS (
    SELECT 1 FROM telegram_update e WHERE e.handled_at IS NULL AND e.lane = u.lane AND e.key <> u.key
      AND ((e.update_id, e.key) < (u.update_id, u.key) OR e.lease_until > $2))
  ORDER BY u.received_at, u.update_id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING key, update_id, lane, content, attempts`

const FORGET = `
DELETE FROM telegram_update WHERE key IN (
  SELECT key FROM telegram_update WHERE handled_at < $1 OR (handled_at IS NULL AND received_at < $1) LIMIT $2)`

const MOST_FORGOTTEN = 10_000
const MOST_ROUNDS = 100

/** Updates of Telegram, stored, taken and settled; what arrives together is written together. */
export function createUpdateRecord(pool: pg.Pool): UpdateInlet & UpdateInbox {
  const common = { classify: classifyPostgresError, maxBatch: 500, maxWaiting: 20_000, maxAttempts: 3 }
  const store = createGroupCommit<StoredUpdate, 'stored' | 'known'>({
    ...common,
    async write(updates) {
      // One of several with the same key is the one that is stored.
      const once = new Map(updates.map((update) => [update.key, update]))
      const list = [...once.values()]
      const { rows } = await pool.query<{ key: string }>(STORE, [
        ...namesOf(list),
        list.map(({ content }) => content),
        list.map(({ receivedAt }) => new Date(receivedAt)),
      ])
      const stored = new Set(rows.map(({ key }) => key))
      return updates.map(({ key }) => (stored.delete(key) ? 'stored' : 'known'))
    },
  })
  const settle = createGroupCommit<Settled, undefined>({
    ...common,
    async write(settled) {
      const once = [...new Map(settled.map((each) => [each.update.key, each])).values()]
      await pool.query(SETTLE, [...namesOf(once.map(({ update }) => update)), once.map(({ now }) => new Date(now))])
      return settled.map(() => undefined)
    },
  })
  const ask = async <Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> => {
    try {
      return (await pool.query<Row>(text, values)).rows
    } catch (error) {
      throw asFault(error)
    }
  }
  return {
    store,
    settle: (update, now) => settle({ update, now }),
    async handledAmong(keys) {
      const rows = await ask<{ key: string }>('SELECT key FROM telegram_update WHERE key = ANY ($1::text[]) AND handled_at IS NOT NULL', [
        keys,
      ])
      return new Set(rows.map(({ key }) => key))
    },
    async take(limit, now, until) {
      const rows = await ask<{ key: string; update_id: bigint; lane: bigint; content: string; attempts: number }>(TAKE, [
        limit,
        new Date(now),
        new Date(until),
      ])
      return rows.map(({ key, update_id, lane, content, attempts }) => ({
        key,
        updateId: Number(update_id),
        lane: Number(lane),
        content,
        attempts,
      }))
    },
    async renew(keys, until) {
      await ask('UPDATE telegram_update SET lease_until = $2 WHERE key = ANY ($1::text[]) AND handled_at IS NULL', [keys, new Date(until)])
    },
  }
}

const namesOf = (updates: readonly UpdateName[]): unknown[] => [
  updates.map(({ key }) => key),
  updates.map(({ updateId }) => updateId),
  updates.map(({ lane }) => lane),
]

/** Forgets updates that were handled, or lay unhandled, before an instant; gives how many, at most a million a call. */
export async function forgetUpdates(pool: pg.Pool, before: Instant): Promise<number> {
  let forgotten = 0
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    try {
      const { rowCount } = await pool.query(FORGET, [new Date(before), MOST_FORGOTTEN])
      forgotten += rowCount ?? 0
      if ((rowCount ?? 0) < MOST_FORGOTTEN) break
    } catch (error) {
      throw asFault(error)
    }
  }
  return forgotten
}
