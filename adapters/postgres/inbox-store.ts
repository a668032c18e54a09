import type { InboxPort, SnoozePort } from '../../core/inbox/inbox.port.ts'
import type { InboxMessage } from '../../core/inbox/inbox.types.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { replyFromJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'

/** Old news is no news, and what matters for longer is in `history` and on the statements. */
const KEPT_MS = 90 * DAY
/** Forty pages: nobody turns more of them, and one busy member must not fill the table. */
const KEPT_OF_MEMBER = 200

interface Row {
  id: bigint
  reply: string
  created_at: Date
}

export function inboxStore(tx: Tx): InboxPort {
  return {
    async unread(memberId, limit, now) {
      const at = new Date(now)
      // Whoever looks into the inbox knows of all that is in it.
      await tx.$executeRaw(Prisma.sql`UPDATE inbox_message SET mentioned_at = ${at} WHERE member_id = ${memberId} AND mentioned_at IS NULL`)
      const rows = await tx.$queryRaw<Row[]>(Prisma.sql`
        UPDATE inbox_message SET read_at = ${at} WHERE read_at IS NULL AND id IN (
          SELECT id FROM inbox_message WHERE member_id = ${memberId} AND read_at IS NULL AND mentioned_at IS NOT NULL
          ORDER BY id DESC LIMIT ${limit} FOR UPDATE)
        RETURNING id, reply, created_at`)
      const shown = newestFirst(rows)
      const last = shown.at(-1)
      const left = await tx.inboxMessage.count({ where: { memberId, readAt: null } })
      const older = last === undefined ? null : await tx.inboxMessage.findFirst({ where: { memberId, id: { lt: BigInt(last.number) } } })
      return { shown, left, hasOlder: older !== null }
    },
    async older(memberId, before, limit, now) {
      const bound = before === undefined ? {} : { id: { lt: BigInt(before) } }
      const rows = await tx.inboxMessage.findMany({
        where: { memberId, ...bound },
        orderBy: { id: 'desc' },
        take: limit + 1,
        select: { id: true, reply: true, createdAt: true },
      })
      const shown = rows.slice(0, limit)
      await tx.$executeRaw(Prisma.sql`
        UPDATE inbox_message SET read_at = ${new Date(now)}, mentioned_at = coalesce(mentioned_at, ${new Date(now)})
        WHERE id = ANY (${shown.map(({ id }) => id)}::bigint[]) AND read_at IS NULL`)
      return {
        shown: shown.map(({ id, reply, createdAt }) => toMessage({ id, reply, created_at: createdAt })),
        hasOlder: rows.length > limit,
      }
    },
  }
}

export const newestFirst = (rows: readonly Row[]): readonly InboxMessage[] =>
  rows.toSorted((left, right) => Number(right.id - left.id)).map(toMessage)

const toMessage = ({ id, reply, created_at }: Row): InboxMessage => ({
  number: Number(id),
  at: created_at.getTime(),
  reply: replyFromJson(reply),
})

/** How many unread messages of a member were never mentioned; from now on they are. */
export async function mentionUnread({ prisma }: Pick<Database, 'prisma'>, memberId: string, now: Instant): Promise<number> {
  return prisma.$executeRaw(
    Prisma.sql`UPDATE inbox_message SET mentioned_at = ${new Date(now)} WHERE member_id = ${memberId} AND mentioned_at IS NULL`,
  )
}

/** Forgets messages that are old, and those of a member that has too many; gives how many. */
export async function forgetMessages({ prisma }: Pick<Database, 'prisma'>, now: Instant): Promise<number> {
  const old = await prisma.inboxMessage.deleteMany({ where: { createdAt: { lt: new Date(now - KEPT_MS) } } })
  const many = await prisma.$executeRaw(Prisma.sql`
    DELETE FROM inbox_message WHERE id IN (
      SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY member_id ORDER BY id DESC) AS place FROM inbox_message) placed
      WHERE place > ${KEPT_OF_MEMBER})`)
  return old.count + many
}

export function snoozeStore(tx: Tx): SnoozePort {
  return {
    snoozedUntil: (memberId, now) => snoozedUntil(tx, memberId, now),
    async snooze(memberId, until) {
      await tx.member.update({ where: { id: memberId }, data: { snoozedUntil: until === undefined ? null : new Date(until) } })
    },
  }
}

export async function snoozedUntil(tx: Tx, memberId: string, now: Instant): Promise<Instant | undefined> {
  const { snoozedUntil: until } = await tx.member.findUniqueOrThrow({ where: { id: memberId }, select: { snoozedUntil: true } })
  return until !== null && until.getTime() > now ? until.getTime() : undefined
}
