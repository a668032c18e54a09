import type { Announcement } from '../../core/announce/announce.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import type { Tx } from './database.ts'

/**
 * Says something to everybody who follows its topic, when this transaction is kept (spec 10, "Announcements"). Gives the row that its deliveries will name
 * as their cause.
 */
export async function announce(tx: Tx, { topic, subject, reply, card }: Announcement, now: Instant): Promise<bigint> {
  const payload = { topic, reply: replyToJson(reply), ...(card === undefined ? {} : { card }) }
  const row = await tx.outboxRow.create({
    data: { topic: 'announcement', subject, payload, createdAt: new Date(now) },
    select: { id: true },
  })
  return row.id
}
