import type { EventAttendance } from '../../core/charts/chart.port.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** The latest events that have begun, oldest first; by start, then by number. */
export function eventAttendance(tx: Tx, now: Instant, limit: number): Promise<readonly EventAttendance[]> {
  return attendance(tx, { startsAt: { lte: new Date(now) } }, limit)
}

/** The same up to one event, which comes last, also when it was over before its start. */
export function attendanceUntil(
  tx: Tx,
  { number, startsAt }: { readonly number: number; readonly startsAt: Date },
  limit: number,
): Promise<readonly EventAttendance[]> {
  return attendance(tx, { OR: [{ startsAt: { lt: startsAt } }, { startsAt, number: { lte: number } }] }, limit)
}

async function attendance(tx: Tx, where: Prisma.EventWhereInput, limit: number): Promise<readonly EventAttendance[]> {
  const rows = await tx.event.findMany({
    where,
    orderBy: [{ startsAt: 'desc' }, { number: 'desc' }],
    take: limit,
    select: { number: true, attendees: true },
  })
  return rows.toReversed()
}
