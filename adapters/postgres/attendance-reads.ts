import type { EventAttendance } from '../../core/charts/chart.port.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Tx } from './database.ts'

/** The latest events that have begun, oldest first; by start, then by number. */
export async function eventAttendance(tx: Tx, now: Instant, limit: number): Promise<readonly EventAttendance[]> {
  const rows = await tx.event.findMany({
    where: { startsAt: { lte: new Date(now) } },
    orderBy: [{ startsAt: 'desc' }, { number: 'desc' }],
    take: limit,
    select: { number: true, attendees: true },
  })
  return rows.toReversed()
}
