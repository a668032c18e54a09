import { z } from 'zod'
import { gather, MOST_GATHERED } from '../../core/announce/gather.ts'
import { PLATFORMS, type Platform } from '../../core/shared/actor.ts'
import type { PostTarget, Readers } from '../../core/shared/chat-app.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Delivery, Wanted } from '../../core/shared/outbox.ts'
import { replyFromJson } from '../../core/shared/reply.ts'
import type { Language } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** Ours, as `outbox-spread.ts`, `notify-member.ts` and the stores of digests and reminders write it. */
const Payload = z.object({
  reply: z.string().default('{}'),
  language: z.string().nullish(),
  timeZone: z.string().nullish(),
  card: z.string().optional(),
  target: z.object({ platform: z.enum(PLATFORMS), chatId: z.string(), threadId: z.string().optional() }).optional(),
})

interface TakenRow {
  id: bigint
  topic: string
  subject: string
  payload: unknown
  attempts: number
  created_at: Date
  sending_since: Date | null
}

const COLUMNS = Prisma.sql`id, topic, subject, payload, attempts, created_at, sending_since`

/** Private messages and edits of cards: each on its own, whoever asks first. */
export async function takeOthers(tx: Tx, { platforms, limit }: Wanted, now: Instant, until: Instant): Promise<readonly Delivery[]> {
  const at = new Date(now)
  const rows = await tx.$queryRaw<TakenRow[]>(Prisma.sql`
    UPDATE outbox SET attempts = attempts + 1, taken_until = ${new Date(until)} WHERE id IN (
      SELECT id FROM outbox
      WHERE delivered_at IS NULL AND error IS NULL AND topic IN ('private', 'card') AND due_at <= ${at} AND taken_until <= ${at}
        AND split_part(subject, ':', 1) = ANY (${[...platforms]}::text[])
      ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${COLUMNS}`)
  return inOrder(rows).map((row) => (row.topic === 'card' ? toCard(row) : toPrivate(row)))
}

/**
 * The next post of each lane that is free: nothing of it is under way, and the oldest that may go out is due. To be called by one at a time.
 * What was held for one route until one moment goes out as one message; which rows that are is settled by the first try, so that every later try says the same.
 */
export async function takePosts(tx: Tx, { platforms, limit }: Wanted, now: Instant, until: Instant): Promise<readonly Delivery[]> {
  const at = new Date(now)
  const heads = await tx.$queryRaw<TakenRow[]>(Prisma.sql`
    WITH head AS (
      SELECT DISTINCT ON (lane) id, lane, due_at FROM outbox
      WHERE delivered_at IS NULL AND lane IS NOT NULL AND error IS NULL AND carrier IS NULL AND held_until <= ${at}
        AND split_part(lane, ':', 1) = ANY (${[...platforms]}::text[])
      ORDER BY lane, id
    ), busy AS (
      SELECT lane FROM outbox WHERE delivered_at IS NULL AND lane IS NOT NULL AND error IS NULL AND taken_until > ${at}
    )
    UPDATE outbox SET attempts = attempts + 1, taken_until = ${new Date(until)}
    WHERE id IN (SELECT id FROM head WHERE due_at <= ${at} AND lane NOT IN (SELECT lane FROM busy) ORDER BY id LIMIT ${limit})
    RETURNING ${COLUMNS}`)
  if (heads.length === 0) return []
  const ids = heads.map(({ id }) => id)
  await tx.$executeRaw(Prisma.sql`
    UPDATE outbox SET carrier = chosen.head FROM (
      SELECT o.id, h.id AS head, row_number() OVER (PARTITION BY h.id ORDER BY o.id) AS place
      FROM outbox h JOIN outbox o ON o.lane = h.lane AND o.route = h.route AND o.held_until = h.held_until AND o.id > h.id
      WHERE h.id = ANY (${ids}::bigint[]) AND h.attempts = 1 AND h.held_until > 'epoch'
        AND o.delivered_at IS NULL AND o.error IS NULL AND o.carrier IS NULL AND o.attempts = 0
    ) AS chosen WHERE outbox.id = chosen.id AND chosen.place < ${MOST_GATHERED}`)
  const carried = await tx.outboxRow.findMany({
    where: { carrier: { in: ids } },
    orderBy: { id: 'asc' },
    select: { carrier: true, payload: true },
  })
  const byHead = Map.groupBy(carried, ({ carrier }) => carrier)
  return inOrder(heads).map((row) =>
    toPost(
      row,
      (byHead.get(row.id) ?? []).map(({ payload }) => payload),
    ),
  )
}

const inOrder = (rows: readonly TakenRow[]): readonly TakenRow[] => rows.toSorted((left, right) => Number(left.id - right.id))

const baseOf = ({ id, attempts, created_at, sending_since }: TakenRow) => ({
  id,
  attempts,
  createdAt: created_at.getTime(),
  sendingSince: sending_since?.getTime(),
})

function toPrivate(row: TakenRow): Delivery {
  const [platform, ...rest] = row.subject.split(':')
  const { reply, language, timeZone } = Payload.parse(row.payload)
  return {
    ...baseOf(row),
    kind: 'private',
    platform: readPlatform(platform),
    userId: rest.join(':'),
    reply: replyFromJson(reply),
    reader: readersOf(language, timeZone),
  }
}

function toCard(row: TakenRow): Delivery {
  const [platform, ...rest] = row.subject.split(':')
  const messageId = rest.pop() ?? ''
  const { card = '', language, timeZone } = Payload.parse(row.payload)
  return {
    ...baseOf(row),
    kind: 'card',
    subject: card,
    message: { platform: readPlatform(platform), chatId: rest.join(':'), messageId },
    readers: language == null ? undefined : readersOf(language, timeZone),
  }
}

function toPost(row: TakenRow, carried: readonly unknown[]): Delivery {
  const { reply, language, timeZone, card, target } = Payload.parse(row.payload)
  if (target === undefined) throw new Error(`outbox row ${row.id} is a post without a target`)
  const replies = carried.map((payload) => replyFromJson(Payload.parse(payload).reply))
  return {
    ...baseOf(row),
    kind: 'post',
    target: targetOf(target),
    readers: readersOf(language, timeZone),
    reply: gather([replyFromJson(reply), ...replies]),
    card: carried.length === 0 ? card : undefined,
  }
}

/** Without the keys that are not there. */
const targetOf = ({ platform, chatId, threadId }: { platform: Platform; chatId: string; threadId?: string | undefined }): PostTarget => ({
  platform,
  chatId,
  ...(threadId === undefined ? {} : { threadId }),
})

const readersOf = (language: string | null | undefined, timeZone: string | null | undefined): Readers => ({
  language: languageOf(language),
  timeZone: timeZone ?? 'UTC',
})

export function languageOf(found: string | null | undefined): Language {
  return found === 'zh' ? 'zh' : 'en'
}

function readPlatform(name: string | undefined): Platform {
  const platform = PLATFORMS.find((known) => known === name)
  if (platform === undefined) throw new Error(`an outbox row is for the unknown platform ${name}`)
  return platform
}
