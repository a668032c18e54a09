import { z } from 'zod'
import { renderAlert } from '../../core/operations/alert.ts'
import { PLATFORMS, type Platform } from '../../core/shared/actor.ts'
import { readEventCard, renderEventCard } from '../../core/attendance/event-show.ts'
import type { Delivery, Notice, OutboxPort } from '../../core/shared/outbox.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyFromJson, replyToJson } from '../../core/shared/reply.ts'
import type { Language } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { forgetCard } from './chat-store.ts'
import type { Database } from './database.ts'
import { eventStore, type EventStoreOptions } from './event-store.ts'

/** Changed cards become one edit for each place where they are shown. */
const SPREAD_CARDS = Prisma.sql`
  WITH cause AS (
    UPDATE outbox SET delivered_at = created_at WHERE topic = 'event-card' AND delivered_at IS NULL RETURNING subject, created_at
  )
  INSERT INTO outbox (topic, subject, payload, created_at)
  SELECT 'card', c.platform || ':' || c.chat_id || ':' || c.message_id, jsonb_build_object('card', c.subject), max(cause.created_at)
  FROM cause JOIN card c ON c.subject = cause.subject
  WHERE NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.topic = 'card' AND o.delivered_at IS NULL AND o.error IS NULL AND o.attempts = 0
      AND o.subject = c.platform || ':' || c.chat_id || ':' || c.message_id)
  GROUP BY c.platform, c.chat_id, c.message_id, c.subject`

const AlertPayload = z.record(z.string(), z.string())

/** An alert becomes a message to each account of each operator. */
async function spreadAlerts(database: Database, operators: ReadonlySet<string>): Promise<void> {
  const waiting = await database.prisma.outboxRow.findMany({
    where: { topic: 'operator-alert', deliveredAt: null },
    orderBy: { id: 'asc' },
    take: 20,
  })
  for (const { id, subject, payload, createdAt } of waiting) {
    const { code: _code, ...details } = AlertPayload.parse(payload)
    const reply = replyToJson(renderAlert(subject, details))
    await database.prisma.$executeRaw(Prisma.sql`
      WITH cause AS (UPDATE outbox SET delivered_at = created_at WHERE id = ${id} AND delivered_at IS NULL RETURNING id)
      INSERT INTO outbox (topic, subject, payload, created_at)
      SELECT 'private', a.platform || ':' || a.user_id, jsonb_build_object('reply', ${reply}::text, 'language', m.language), ${createdAt}
      FROM cause, chat_account a JOIN member m ON m.id = a.member_id
      WHERE a.platform || ':' || a.user_id = ANY (${[...operators]}::text[])
         OR EXISTS (SELECT 1 FROM role_grant r WHERE r.member_id = m.id AND r.role = 'operator')`)
  }
}

interface TakenRow {
  id: bigint
  topic: string
  subject: string
  payload: { reply?: string; language?: string; card?: string }
  attempts: number
}

export interface OutboxOptions {
  readonly events: EventStoreOptions
  /** `platform:userId` of accounts that the configuration makes operators. */
  readonly operators: ReadonlySet<string>
}

export function outboxStore(database: Database, { events, operators }: OutboxOptions): OutboxPort {
  const { prisma } = database
  return {
    async spread() {
      await prisma.$executeRaw(SPREAD_CARDS)
      await spreadAlerts(database, operators)
    },
    async take(platforms, limit, now, until) {
      const rows = await prisma.$queryRaw<TakenRow[]>(Prisma.sql`
        UPDATE outbox SET attempts = attempts + 1, due_at = ${new Date(until)} WHERE id IN (
          SELECT id FROM outbox
          WHERE delivered_at IS NULL AND error IS NULL AND topic IN ('private', 'card') AND due_at <= ${new Date(now)}
            AND split_part(subject, ':', 1) = ANY (${[...platforms]}::text[])
          ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING id, topic, subject, payload, attempts`)
      return rows.toSorted((a, b) => Number(a.id - b.id)).map(toDelivery)
    },
    async delivered(id, now) {
      await prisma.outboxRow.updateMany({ where: { id }, data: { deliveredAt: new Date(now) } })
    },
    async postpone(id, until) {
      await prisma.outboxRow.updateMany({ where: { id }, data: { dueAt: new Date(until) } })
    },
    async giveUp(id, error) {
      await prisma.outboxRow.updateMany({ where: { id }, data: { error } })
    },
    forgetCard: (subject, message) => forgetCard(database, subject, message),
    async readCard(subject, now) {
      const store = eventStore(prisma, events)
      const event = await store.find(Number(subject.replace(/^EVT-/, '')))
      return event === undefined ? undefined : renderEventCard(await readEventCard(store, event, now))
    },
  }
}

/** Most messages that one turn of a chat brings along. */
const NOTICES_AT_ONCE = 20

/** `TakeNotices` of an account of the console. */
export async function takeNotices({ prisma }: Database, userId: string, now: Instant): Promise<readonly Notice[]> {
  const rows = await prisma.$queryRaw<TakenRow[]>(Prisma.sql`
    UPDATE outbox SET attempts = attempts + 1, delivered_at = ${new Date(now)} WHERE id IN (
      SELECT id FROM outbox WHERE delivered_at IS NULL AND error IS NULL AND topic = 'private' AND subject = ${`console:${userId}`}
      ORDER BY id LIMIT ${NOTICES_AT_ONCE} FOR UPDATE SKIP LOCKED)
    RETURNING id, topic, subject, payload, attempts`)
  return rows
    .toSorted((a, b) => Number(a.id - b.id))
    .map(({ payload }) => ({ reply: replyFromJson(payload.reply ?? '{}'), language: languageOf(payload.language) }))
}

function languageOf(found: string | undefined): Language {
  return found === 'zh' ? 'zh' : 'en'
}

function toDelivery({ id, topic, subject, payload, attempts }: TakenRow): Delivery {
  const [name, ...rest] = subject.split(':')
  const platform = readPlatform(name)
  if (topic === 'card') {
    const messageId = rest.pop() ?? ''
    return { id, attempts, kind: 'card', subject: payload.card ?? '', message: { platform, chatId: rest.join(':'), messageId } }
  }
  const [reply, language] = [replyFromJson(payload.reply ?? '{}'), languageOf(payload.language)]
  return { id, attempts, kind: 'private', platform, userId: rest.join(':'), reply, language }
}

function readPlatform(name: string | undefined): Platform {
  const platform = PLATFORMS.find((known) => known === name)
  if (platform === undefined) throw new Error(`an outbox row is for the unknown platform ${name}`)
  return platform
}
