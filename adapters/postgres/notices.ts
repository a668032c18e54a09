import type { Notice } from '../../core/shared/outbox.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyFromJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database } from './database.ts'
import { languageOf } from './outbox-take.ts'

/** Most messages of each sort that one turn of a chat brings along. */
const NOTICES_AT_ONCE = 20

interface Row {
  id: bigint
  reply: string | null
  language: string | null
  created_at: Date
}

/** `TakeNotices` of an account of the console: what was sent to it, and what is unread in the inbox of its member. A screen that is looked at needs no asking for. */
export async function takeNotices({ prisma }: Database, userId: string, now: Instant): Promise<readonly Notice[]> {
  const at = new Date(now)
  const sent = await prisma.$queryRaw<Row[]>(Prisma.sql`
    UPDATE outbox SET attempts = attempts + 1, delivered_at = ${at} WHERE id IN (
      SELECT id FROM outbox WHERE delivered_at IS NULL AND error IS NULL AND topic = 'private' AND subject = ${`console:${userId}`}
      ORDER BY id LIMIT ${NOTICES_AT_ONCE} FOR UPDATE SKIP LOCKED)
    RETURNING id, payload ->> 'reply' AS reply, payload ->> 'language' AS language, created_at`)
  const unread = await prisma.$queryRaw<Row[]>(Prisma.sql`
    UPDATE inbox_message i SET read_at = ${at}, mentioned_at = coalesce(i.mentioned_at, ${at})
    FROM member m WHERE m.id = i.member_id AND i.id IN (
      SELECT own.id FROM chat_account a JOIN inbox_message own ON own.member_id = a.member_id
      WHERE a.platform = 'console' AND a.user_id = ${userId} AND own.read_at IS NULL
      ORDER BY own.id LIMIT ${NOTICES_AT_ONCE} FOR UPDATE OF own SKIP LOCKED)
    RETURNING i.id, i.reply, m.language, i.created_at`)
  return [...inOrder(sent), ...inOrder(unread)]
    .toSorted((left, right) => left.created_at.getTime() - right.created_at.getTime())
    .map(({ reply, language }) => ({ reply: replyFromJson(reply ?? '{}'), language: languageOf(language) }))
}

const inOrder = (rows: readonly Row[]): readonly Row[] => rows.toSorted((left, right) => Number(left.id - right.id))
