import type pg from 'pg'
import type { PresencePort, RunningEvent, SettlePresencePort } from '../../core/attendance/presence.port.ts'
import type { Interval } from '../../core/attendance/presence.rules.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import { MINUTE, SECOND, type Instant } from '../../core/shared/instant.ts'

/** An event's channel is watched a little longer than it lasts, so that what was heard in its last moment is written. */
const WATCHED_AFTER_MS = 2 * MINUTE
/** Who was seen within this time counts as there now; a bot writes every few seconds. */
const FRESH_MS = MINUTE
/** A card is redrawn for its numbers at most this often. */
const CARD_PAUSE_MS = 15 * SECOND
const MAX_EVENTS = 200

const WATCHED = `
SELECT e.number AS event, p.channel_id, e.opens_at <= $1 AS counts, e.place = '' AS unnamed
FROM event e JOIN event_presence p ON p.event = e.number
WHERE e.closes_at > $1 AND e.closed_at IS NULL AND e.ends_at > $2 AND (e.opens_at <= $1 OR e.place = '')
ORDER BY counts DESC, e.number LIMIT ${MAX_EVENTS}`

const NAME = `
WITH named AS (UPDATE event SET place = $2 WHERE number = $1 AND place = '' RETURNING number)
INSERT INTO outbox (topic, subject, payload, created_at) SELECT 'event-card', 'EVT-' || number, '{}', $3 FROM named`

const UNKNOWN = `
SELECT q.user_id FROM unnest($1::text[]) AS q (user_id)
WHERE NOT EXISTS (SELECT 1 FROM chat_account a WHERE a.platform = 'discord' AND a.user_id = q.user_id)`

/** The watch and its rows in one statement: no open row ever counts to a time at which its end was known but not written. */
const RECORD = `
WITH lasted AS (
  INSERT INTO presence_watch AS w (id, seen_until) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET seen_until = greatest(w.seen_until, EXCLUDED.seen_until)
)
INSERT INTO presence_interval (event, watch, platform, user_id, joined_at, left_at)
SELECT event, $1, 'discord', user_id, joined_at, left_at
FROM unnest($3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[]) AS r (event, user_id, joined_at, left_at)
ON CONFLICT (event, watch, platform, user_id, joined_at) DO UPDATE SET left_at = EXCLUDED.left_at`

const RUNNING = `
SELECT e.number, e.starts_at, e.ends_at, p.threshold_ms FROM event e JOIN event_presence p ON p.event = e.number
WHERE e.closes_at > $1 AND e.closed_at IS NULL AND e.opens_at <= $1 AND e.starts_at <= $1 ORDER BY e.number LIMIT ${MAX_EVENTS}`

/** The sum of overlapping intervals is never less than what they cover together, so that nobody is missed; the rule in core is exact. */
const CANDIDATES = `
SELECT s.member_id, array_agg(s.from_ms ORDER BY s.from_ms) AS froms, array_agg(s.to_ms ORDER BY s.from_ms) AS tos
FROM (
  SELECT a.member_id,
         extract(epoch FROM i.joined_at) * 1000 AS from_ms,
         extract(epoch FROM coalesce(i.left_at, w.seen_until)) * 1000 AS to_ms
  FROM presence_interval i
  JOIN presence_watch w ON w.id = i.watch
  JOIN chat_account a ON a.platform = i.platform AND a.user_id = i.user_id
  WHERE i.event = $1
) s
JOIN member m ON m.id = s.member_id AND NOT m.blocked
JOIN event e ON e.number = $1 AND (e.capacity IS NULL OR e.attendees < e.capacity)
WHERE NOT EXISTS (SELECT 1 FROM attendance t WHERE t.event = $1 AND t.member_id = s.member_id)
GROUP BY s.member_id
HAVING sum(greatest(0, least(s.to_ms, $3) - greatest(s.from_ms, $2))) >= $4
ORDER BY s.member_id LIMIT $5`

const SHOW = `
WITH there AS (
  SELECT count(DISTINCT a.member_id)::int AS present
  FROM presence_interval i
  JOIN presence_watch w ON w.id = i.watch AND w.seen_until > $3
  JOIN chat_account a ON a.platform = i.platform AND a.user_id = i.user_id
  JOIN event e ON e.number = i.event AND e.ends_at > $2
  WHERE i.event = $1 AND i.left_at IS NULL
), stayed AS (
  SELECT count(*)::int AS reached FROM attendance WHERE event = $1 AND evidence = 'presence' AND undone_at IS NULL
), changed AS (
  UPDATE event_presence p SET present = there.present, reached = stayed.reached, shown_at = $2 FROM there, stayed
  WHERE p.event = $1 AND (p.present, p.reached) IS DISTINCT FROM (there.present, stayed.reached) AND (p.shown_at IS NULL OR p.shown_at <= $4)
  RETURNING p.event
)
INSERT INTO outbox (topic, subject, payload, created_at) SELECT 'event-card', 'EVT-' || event, '{}', $2 FROM changed`

interface WatchedRow {
  event: number
  channel_id: string
  counts: boolean
  unnamed: boolean
}

export type IdentifyAccount = (account: ChatAccount, now: Instant) => Promise<unknown>

/** What a bot hears of presence, kept. */
export function presenceStore(
  pool: pg.Pool,
  identify: IdentifyAccount,
  now: () => Instant,
): Pick<PresencePort, 'watched' | 'name' | 'record'> {
  return {
    async watched(at) {
      const { rows } = await pool.query<WatchedRow>(WATCHED, [new Date(at), new Date(at - WATCHED_AFTER_MS)])
      return rows.map(({ event, channel_id: channelId, counts, unnamed }) => ({ event, channelId, counts, isUnnamed: unnamed }))
    },
    async name(event, place) {
      await pool.query(NAME, [event, place, new Date(now())])
    },
    async record({ watch, seenUntil, rows }, accounts) {
      if (accounts.length > 0) {
        const { rows: unknown } = await pool.query<{ user_id: string }>(UNKNOWN, [accounts.map(({ userId }) => userId)])
        const missing = new Set(unknown.map(({ user_id: userId }) => userId))
        // Asked together, they are found and made by one statement each.
        await Promise.all(accounts.filter(({ userId }) => missing.has(userId)).map((account) => identify(account, now())))
      }
      await pool.query({
        name: 'record-presence',
        text: RECORD,
        values: [
          watch,
          new Date(seenUntil),
          rows.map(({ event }) => event),
          rows.map(({ userId }) => userId),
          rows.map(({ from }) => new Date(from)),
          rows.map(({ to }) => (to === null ? null : new Date(to))),
        ],
      })
    },
  }
}

interface RunningRow {
  number: number
  starts_at: number
  ends_at: number
  threshold_ms: number
}

/** What settling presence reads, and the numbers of the card. */
export function settlePresenceStore(pool: pg.Pool): Omit<SettlePresencePort, 'submit'> {
  return {
    async running(at) {
      const { rows } = await pool.query<RunningRow>(RUNNING, [new Date(at)])
      return rows.map((row): RunningEvent => ({
        number: row.number,
        window: { from: row.starts_at, to: row.ends_at },
        threshold: row.threshold_ms,
      }))
    },
    async candidates({ number, window, threshold }, limit) {
      const { rows } = await pool.query<{ member_id: string; froms: readonly string[]; tos: readonly string[] }>(CANDIDATES, [
        number,
        window.from,
        window.to,
        threshold,
        limit,
      ])
      return rows.map(({ member_id: memberId, froms, tos }) => ({
        memberId,
        intervals: froms.map((from, index): Interval => ({ from: Number(from), to: Number(tos[index]) })),
      }))
    },
    async show(event, at) {
      await pool.query(SHOW, [event, new Date(at), new Date(at - FRESH_MS), new Date(at - CARD_PAUSE_MS)])
    },
  }
}
