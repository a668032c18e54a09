import type { Instant } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import type { Text } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** A message to every chat account of a member, sent after the transaction that caused it (spec 10, transactional outbox). */
export async function notifyMember(tx: Tx, memberId: string, text: Text, now: Instant): Promise<void> {
  await notifyMembers(tx, new Map([[memberId, text]]), now)
}

/** {@link notifyMember} for many members, in one statement. */
export async function notifyMembers(tx: Tx, texts: ReadonlyMap<string, Text>, now: Instant): Promise<void> {
  const replies = [...texts.values()].map((text) => replyToJson({ audience: 'private', tone: 'info', lines: [text] }))
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (topic, subject, payload, created_at)
    SELECT 'private', a.platform || ':' || a.user_id, jsonb_build_object('reply', n.reply, 'language', m.language), ${new Date(now)}
    FROM unnest(${[...texts.keys()]}::text[], ${replies}::text[]) AS n (member_id, reply)
    JOIN member m ON m.id = n.member_id JOIN chat_account a ON a.member_id = m.id`)
}
