import type { DeadLetterPort } from '../../core/announce/announce.port.ts'
import type { DeliveryReport, Trouble } from '../../core/announce/announce.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** Went wrong: an error. Of those, nobody knows whether it arrived: sending began and no answer took that back. Rows that another row carries are told of by it. */
const WENT_WRONG = Prisma.sql`delivered_at IS NULL AND error IS NOT NULL AND carrier IS NULL`

interface TroubleRow {
  id: bigint
  subject: string
  error: string
  sending_since: Date | null
  created_at: Date
}

/** Deliveries that went wrong, and sending them again. */
export function deadLetterStore(tx: Tx): DeadLetterPort {
  return {
    async troubles(limit) {
      const rows = await tx.$queryRaw<TroubleRow[]>(Prisma.sql`
        SELECT id, subject, error, sending_since, created_at FROM outbox WHERE ${WENT_WRONG} ORDER BY id DESC LIMIT ${limit}`)
      const [counts] = await tx.$queryRaw<{ failed: bigint; unknown: bigint }[]>(Prisma.sql`
        SELECT count(*) FILTER (WHERE sending_since IS NULL) AS failed, count(*) FILTER (WHERE sending_since IS NOT NULL) AS unknown
        FROM outbox WHERE ${WENT_WRONG}`)
      return { shown: rows.map(toTrouble), failed: Number(counts!.failed), unknown: Number(counts!.unknown) }
    },
    async findTrouble(delivery) {
      const rows = await tx.$queryRaw<TroubleRow[]>(Prisma.sql`
        SELECT id, subject, error, sending_since, created_at FROM outbox WHERE ${WENT_WRONG} AND id = ${delivery}`)
      return rows[0] === undefined ? undefined : toTrouble(rows[0])
    },
    async sendAgain(delivery, isUnknown, now) {
      const isSort = isUnknown ? Prisma.sql`sending_since IS NOT NULL` : Prisma.sql`sending_since IS NULL`
      return (await putBack(tx, Prisma.sql`id = ${delivery} AND ${isSort}`, now)) > 0
    },
    sendAllAgain: (now) => putBack(tx, Prisma.sql`sending_since IS NULL`, now),
  }
}

/**
 * Puts deliveries that went wrong back, with those that they carry; gives how many messages that are. They count as tried once: what goes out must be what was
 * tried before, since a platform that remembers its nonce may answer with the earlier message.
 */
async function putBack(tx: Tx, which: Prisma.Sql, now: Instant): Promise<number> {
  const [put] = await tx.$queryRaw<{ count: bigint }[]>(Prisma.sql`
    WITH again AS (
      UPDATE outbox SET error = NULL, told_at = NULL, attempts = 1, sending_since = NULL, due_at = ${new Date(now)}, taken_until = 'epoch'
      WHERE ${WENT_WRONG} AND ${which} RETURNING id
    ), carried AS (
      UPDATE outbox SET error = NULL, sending_since = NULL FROM again WHERE carrier = again.id
    )
    SELECT count(*) AS count FROM again`)
  return Number(put!.count)
}

/** How the deliveries of a broadcast stand; `limit` bounds the troubles that are named. */
export async function deliveryReport(tx: Tx, number: number, limit: number): Promise<DeliveryReport> {
  const ofBroadcast = Prisma.sql`cause = (SELECT cause FROM broadcast WHERE number = ${number})`
  const [counts] = await tx.$queryRaw<{ delivered: bigint; failed: bigint; unknown: bigint; waiting: bigint }[]>(Prisma.sql`
    SELECT count(*) FILTER (WHERE delivered_at IS NOT NULL) AS delivered,
           count(*) FILTER (WHERE delivered_at IS NULL AND error IS NULL) AS waiting,
           count(*) FILTER (WHERE delivered_at IS NULL AND error IS NOT NULL AND sending_since IS NULL) AS failed,
           count(*) FILTER (WHERE delivered_at IS NULL AND error IS NOT NULL AND sending_since IS NOT NULL) AS unknown
    FROM outbox WHERE ${ofBroadcast}`)
  const rows = await tx.$queryRaw<TroubleRow[]>(Prisma.sql`
    SELECT id, subject, error, sending_since, created_at FROM outbox
    WHERE ${ofBroadcast} AND delivered_at IS NULL AND error IS NOT NULL ORDER BY id LIMIT ${limit}`)
  return {
    delivered: Number(counts!.delivered),
    waiting: Number(counts!.waiting),
    failed: Number(counts!.failed),
    unknown: Number(counts!.unknown),
    troubles: rows.map(toTrouble),
  }
}

const toTrouble = (row: TroubleRow): Trouble => ({
  delivery: row.id,
  where: row.subject,
  reason: row.error,
  isUnknown: row.sending_since !== null,
  createdAt: row.created_at.getTime(),
})
