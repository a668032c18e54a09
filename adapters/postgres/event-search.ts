import type { EventHint, EventSearch } from '../../core/attendance/suggest-events.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database } from './database.ts'

interface Row {
  number: number
  title: string
  starts_at: Date
}

/** Finds events by their number or the words of their title, in the order that `FindEvents` promises. Reads only. */
export async function searchEvents({ prisma }: Pick<Database, 'prisma'>, search: EventSearch): Promise<readonly EventHint[]> {
  const now = new Date(search.now)
  const patterns = search.words.map((word) => `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)
  const byNumber = search.number === undefined ? Prisma.sql`FALSE` : Prisma.sql`e.number::text LIKE ${`${search.number}%`}`
  const ownOnly = search.ownOnly ? Prisma.sql`AND h.member_id IS NOT NULL` : Prisma.empty
  // Titles are kept in NFKC, so that only capitals are left to fold.
  const rows = await prisma.$queryRaw<Row[]>(Prisma.sql`
    SELECT e.number, e.title, e.starts_at
    FROM event e LEFT JOIN event_host h ON h.event = e.number AND h.member_id = ${search.memberId}
    WHERE (${byNumber} OR lower(e.title) LIKE ALL (${patterns}::text[])) ${ownOnly}
    ORDER BY h.member_id IS NULL,
      CASE WHEN e.closed_at IS NOT NULL OR e.closes_at <= ${now} THEN 2 WHEN e.opens_at <= ${now} THEN 0 ELSE 1 END,
      abs(extract(epoch FROM e.starts_at - ${now}::timestamptz)), e.number DESC
    LIMIT ${search.limit}`)
  return rows.map(({ number, title, starts_at }) => ({ number, title, startsAt: starts_at.getTime() }))
}
