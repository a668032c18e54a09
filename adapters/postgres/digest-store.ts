import { renderDigest } from '../../core/inbox/asked-messages.ts'
import { localDay, nextDigestAt } from '../../core/inbox/digest.rules.ts'
import type { DigestPort } from '../../core/inbox/inbox.port.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { inBatches, type Batch } from './in-batches.ts'
import { newestFirst, snoozedUntil } from './inbox-store.ts'

/** Members in one transaction; the next ones are taken at once. */
const AT_ONCE = 100

/** An account that has become somebody else's gets nothing, and who wants quiet gets it later. */
const DUE = (now: Date) => Prisma.sql`
  FROM digest d JOIN member m ON m.id = d.member_id
  JOIN chat_account a ON a.platform = d.platform AND a.user_id = d.user_id AND a.member_id = d.member_id
  WHERE d.next_at <= ${now} AND (m.snoozed_until IS NULL OR m.snoozed_until <= ${now})`

export function digestStore(tx: Tx): DigestPort {
  return {
    snoozedUntil: (memberId, now) => snoozedUntil(tx, memberId, now),
    async digestAt(memberId, { platform, userId }, hour, timeZone, now) {
      const { lastDay } = await tx.digest.upsert({
        where: { memberId },
        create: { memberId, platform, userId },
        update: { platform, userId },
        select: { lastDay: true },
      })
      const nextAt = nextDigestAt(timeZone, hour, now, lastDay)
      await tx.digest.update({ where: { memberId }, data: { hour, nextAt: new Date(nextAt) } })
      return nextAt
    },
    async digestOff(memberId) {
      await tx.digest.updateMany({ where: { memberId }, data: { hour: null, nextAt: null } })
    },
  }
}

/** The digest of a member whose clock was set to another zone comes by the new one. */
export async function moveDigest(tx: Tx, memberId: string, timeZone: string, now: Instant): Promise<void> {
  // Locked: a digest that is being sent comes first.
  const rows = await tx.$queryRaw<{ hour: number; last_day: number | null }[]>(
    Prisma.sql`SELECT hour, last_day FROM digest WHERE member_id = ${memberId} AND hour IS NOT NULL FOR UPDATE`,
  )
  for (const { hour, last_day } of rows)
    await tx.digest.update({ where: { memberId }, data: { nextAt: new Date(nextDigestAt(timeZone, hour, now, last_day)) } })
}

/** Whether there is a digest to look after. */
export async function isDigestDue({ prisma }: Database, now: Instant): Promise<boolean> {
  return (await prisma.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 ${DUE(new Date(now))} LIMIT 1`)).length > 0
}

/**
 * Sends every member whose hour has come what is unread and was in no digest yet: one message, nothing when there is nothing, one a day of the member's own
 * calendar. Late is as good; two at once share the work. Gives how many were sent.
 */
export function sendDigests(database: Database, now: Instant): Promise<number> {
  return inBatches(database, AT_ONCE, (tx) => sendSome(tx, now))
}

interface DueRow {
  member_id: string
  platform: string
  user_id: string
  hour: number
  last_day: number | null
  language: string
  time_zone: string
}

async function sendSome(tx: Tx, now: Instant): Promise<Batch> {
  const at = new Date(now)
  const due = await tx.$queryRaw<DueRow[]>(Prisma.sql`
    SELECT d.member_id, d.platform, d.user_id, d.hour, d.last_day, m.language, m.time_zone
    ${DUE(at)} ORDER BY d.next_at, d.member_id LIMIT ${AT_ONCE} FOR UPDATE OF d SKIP LOCKED`)
  let sent = 0
  for (const row of due) {
    const { member_id: memberId, hour, language, time_zone: timeZone } = row
    const today = localDay(timeZone, now)
    const isFree = row.last_day === null || row.last_day < today
    const message = isFree ? await takeDigest(tx, memberId, at) : undefined
    const lastDay = message === undefined ? row.last_day : today
    if (message !== undefined) {
      const payload = { reply: replyToJson(message), language, timeZone }
      await tx.outboxRow.create({ data: { topic: 'private', subject: `${row.platform}:${row.user_id}`, payload, createdAt: at } })
      sent += 1
    }
    await tx.digest.update({ where: { memberId }, data: { lastDay, nextAt: new Date(nextDigestAt(timeZone, hour, now, lastDay)) } })
  }
  return { seen: due.length, sent }
}

async function takeDigest(tx: Tx, memberId: string, at: Date) {
  const rows = await tx.$queryRaw<{ id: bigint; reply: string; created_at: Date }[]>(Prisma.sql`
    UPDATE inbox_message SET digested_at = ${at}, mentioned_at = coalesce(mentioned_at, ${at})
    WHERE member_id = ${memberId} AND read_at IS NULL AND digested_at IS NULL RETURNING id, reply, created_at`)
  if (rows.length === 0) return undefined
  return renderDigest(newestFirst(rows), await tx.inboxMessage.count({ where: { memberId, readAt: null } }))
}
