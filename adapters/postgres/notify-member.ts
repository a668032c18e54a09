import type { ChatAccount } from '../../core/shared/actor.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import type { Text } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** A message in the inbox of a member, there with the transaction that caused it. Nothing is sent: nobody asked for it (spec 10, "Bots"). */
export async function notifyMember(tx: Tx, memberId: string, text: Text, now: Instant): Promise<void> {
  await notifyMembers(tx, new Map([[memberId, text]]), now)
}

/** {@link notifyMember} for many members, in one statement; who is part of another since is told there. */
export async function notifyMembers(tx: Tx, texts: ReadonlyMap<string, Text>, now: Instant): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO inbox_message (member_id, reply, created_at)
    SELECT member_root(n.member_id), n.reply, ${new Date(now)}
    FROM unnest(${[...texts.keys()]}::text[], ${[...texts.values()].map(messageText)}::text[]) AS n (member_id, reply)`)
}

/**
 * {@link notifyMember}, and a direct message to every other chat account of the member: the warning of a theft must reach the owner where the thief is not,
 * and cannot be read away by the thief (spec 02, "Link a wallet"). A screen of the console shows the inbox by itself.
 */
export async function warnMember(tx: Tx, memberId: string, by: ChatAccount, text: Text, now: Instant): Promise<void> {
  await notifyMember(tx, memberId, text, now)
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (topic, subject, payload, created_at)
    SELECT 'private', a.platform || ':' || a.user_id,
           jsonb_build_object('reply', ${messageText(text)}::text, 'language', m.language, 'timeZone', m.time_zone), ${new Date(now)}
    FROM member m JOIN chat_account a ON a.member_id = m.id
    WHERE m.id = ${memberId} AND a.platform <> 'console' AND NOT (a.platform = ${by.platform} AND a.user_id = ${by.userId})`)
}

/** A text as messages of the inbox keep it. */
export const messageText = (text: Text): string => replyToJson({ audience: 'private', tone: 'info', lines: [text] })
