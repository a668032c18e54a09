import { z } from 'zod'
import { statementAnnounced } from '../../core/announce/announcements.ts'
import { targetText, TOPICS, type Announcement, type Route } from '../../core/announce/announce.types.ts'
import { releaseAt } from '../../core/announce/rhythm.rules.ts'
import type { PeriodView } from '../../core/economy/economy.types.ts'
import { renderAlert } from '../../core/operations/alert.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyFromJson, replyToJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { heldUntil, readRoutes } from './announce-store.ts'
import type { Tx } from './database.ts'
import { economyReads } from './economy-reads.ts'

/** Causes in one go; the rest comes with the next. */
const CAUSES_AT_ONCE = 50

/** Changed cards become one edit for each place where they are shown. */
const SPREAD_CARDS = Prisma.sql`
  WITH cause AS (
    UPDATE outbox SET delivered_at = created_at WHERE topic IN ('event-card', 'review-card') AND delivered_at IS NULL RETURNING subject, created_at
  )
  INSERT INTO outbox (topic, subject, payload, created_at)
  SELECT 'card', c.platform || ':' || c.chat_id || ':' || c.message_id,
         jsonb_build_object('card', c.subject, 'language', c.language, 'timeZone', c.time_zone), max(cause.created_at)
  FROM cause JOIN card c ON c.subject = cause.subject
  WHERE NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.topic = 'card' AND o.delivered_at IS NULL AND o.error IS NULL AND o.attempts = 0
      AND o.subject = c.platform || ':' || c.chat_id || ':' || c.message_id)
  GROUP BY c.platform, c.chat_id, c.message_id, c.subject`

const AnnouncementPayload = z.object({ topic: z.enum(TOPICS), reply: z.string(), card: z.string().optional() })
const AlertPayload = z.record(z.string(), z.string())

export interface SpreadOptions {
  /** `platform:userId` of accounts that the configuration makes operators. */
  readonly operators: ReadonlySet<string>
  readonly publicOrigin: string
  /** Start of the first period. */
  readonly genesis: Instant
}

/** Held by whoever spreads, takes or remembers a card: each is short, and a fresh look after the lock sees what the one before did. Ends with the transaction. */
export async function lockOutbox(tx: Tx): Promise<void> {
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended('outbox', 0))`)
}

/** Whether anything waits to be spread; asked without a lock. */
export async function hasCauses(tx: Tx): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM outbox WHERE delivered_at IS NULL AND error IS NULL AND topic IN ('event-card', 'review-card', 'announcement', 'statements', 'operator-alert') LIMIT 1`)
  return rows.length > 0
}

/** Turns causes into deliveries; all of one cause, or none. */
export async function spreadCauses(tx: Tx, options: SpreadOptions, now: Instant): Promise<void> {
  await lockOutbox(tx)
  await tx.$executeRaw(SPREAD_CARDS)
  const causes = await tx.outboxRow.findMany({
    where: { topic: { in: ['announcement', 'statements', 'operator-alert'] }, deliveredAt: null, error: null },
    orderBy: { id: 'asc' },
    take: CAUSES_AT_ONCE,
  })
  if (causes.length === 0) return
  const routes = await readRoutes(tx)
  const periods = causes.some(({ topic }) => topic === 'statements') ? await economyReads(tx, options.genesis).periods(now) : []
  const posts: Post[] = []
  for (const cause of causes) {
    if (cause.topic === 'operator-alert') await tellOperators(tx, cause, options.operators)
    const announcement = announcementOf(cause, options.publicOrigin, periods)
    const followed = routes.filter(({ topic }) => topic === announcement.topic)
    for (const route of followed) posts.push({ cause, announcement, route })
  }
  await insertPosts(tx, posts, now)
  await tx.$executeRaw(Prisma.sql`UPDATE outbox SET delivered_at = created_at WHERE id = ANY (${causes.map(({ id }) => id)}::bigint[])`)
}

interface Cause {
  readonly id: bigint
  readonly topic: string
  readonly subject: string
  readonly payload: unknown
  readonly createdAt: Date
}

function announcementOf({ topic, subject, payload }: Cause, publicOrigin: string, periods: readonly PeriodView[]): Announcement {
  if (topic === 'statements') return statementAnnounced(payload, publicOrigin, periods)
  if (topic === 'operator-alert') return { topic: 'operators', subject, reply: { ...alertOf(subject, payload), audience: 'public' } }
  const { card, reply, topic: of } = AnnouncementPayload.parse(payload)
  return { topic: of, subject, reply: replyFromJson(reply), ...(card === undefined ? {} : { card }) }
}

function alertOf(code: string, payload: unknown) {
  const { code: _code, ...details } = AlertPayload.parse(payload)
  return renderAlert(code, details)
}

/** An alert becomes a message to each account of each operator. */
async function tellOperators(tx: Tx, { id, subject, payload, createdAt }: Cause, operators: ReadonlySet<string>): Promise<void> {
  const reply = replyToJson(alertOf(subject, payload))
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (topic, subject, payload, cause, created_at)
    SELECT 'private', a.platform || ':' || a.user_id, jsonb_build_object('reply', ${reply}::text, 'language', m.language, 'timeZone', m.time_zone), ${id}, ${createdAt}
    FROM chat_account a JOIN member m ON m.id = a.member_id
    WHERE a.platform || ':' || a.user_id = ANY (${[...operators]}::text[])
       OR EXISTS (SELECT 1 FROM role_grant r WHERE r.member_id = m.id AND r.role = 'operator')`)
}

interface Post {
  readonly cause: Cause
  readonly announcement: Announcement
  readonly route: Route
}

async function insertPosts(tx: Tx, posts: readonly Post[], now: Instant): Promise<void> {
  await tx.outboxRow.createMany({
    data: posts.map(({ cause, announcement: { reply, card }, route }) => {
      const { number, target, language, timeZone } = route
      return {
        topic: 'post',
        subject: targetText(target),
        lane: targetText(target),
        payload: { reply: replyToJson(reply), language, timeZone, target: { ...target }, ...(card === undefined ? {} : { card }) },
        createdAt: cause.createdAt,
        route: number,
        cause: cause.id,
        heldUntil: heldUntil(releaseAt(route, now), now),
      }
    }),
  })
}
