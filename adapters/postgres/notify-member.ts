import type { Instant } from '../../core/shared/instant.ts'
import { replyToJson, type Reply } from '../../core/shared/reply.ts'
import type { Text } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** A message to every chat account of a member, sent after the transaction that caused it (spec 10, transactional outbox). */
export async function notifyMember(tx: Tx, memberId: string, text: Text, now: Instant): Promise<void> {
  const reply: Reply = { audience: 'private', tone: 'info', lines: [text] }
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (topic, subject, payload, created_at)
    SELECT 'private', a.platform || ':' || a.user_id, jsonb_build_object('reply', ${replyToJson(reply)}::text, 'language', m.language), ${new Date(now)}
    FROM chat_account a JOIN member m ON m.id = a.member_id WHERE a.member_id = ${memberId}`)
}
