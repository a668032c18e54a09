import { eventAttendance } from '../../adapters/postgres/attendance-reads.ts'
import { economyReads } from '../../adapters/postgres/economy-reads.ts'
import { eventClosed, statementAnnounced } from '../../core/announce/announcements.ts'
import { eventCode } from '../../core/attendance/attendance.types.ts'
import { attendanceChart, MOST_EVENTS } from '../../core/charts/chart.rules.ts'
import { renderAlert } from '../../core/operations/alert.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Community } from '../support/community.ts'

const ORIGIN = 'http://localhost:8080'
const ROOT = `0x${'ab'.repeat(32)}`

/** What the community says by itself to those who follow, with the numbers of the tour: an event that is over, the end of a period, and an alert. */
export async function announced({ database, clock }: Community, genesis: number): Promise<readonly { what: string; reply: Reply }[]> {
  const attended = await eventAttendance(database.prisma, clock.now, MOST_EVENTS)
  const last = attended.findLast(({ attendees }) => attendees > 0)
  if (last === undefined) throw new Error('nobody was at any event of the tour')
  const until = attended.slice(0, attended.indexOf(last) + 1)
  const { title } = await database.prisma.event.findUniqueOrThrow({ where: { number: last.number } })
  const periods = (await economyReads(database.prisma, genesis).periods(clock.now)).map((period) =>
    period.number === 1 ? ({ ...period, state: 'closed', burned: period.release - period.granted } as const) : period,
  )
  return [
    { what: '(an event is over)', reply: eventClosed(eventCode(last.number), title, last.attendees, attendanceChart(until)).reply },
    { what: '(a period has ended)', reply: statementAnnounced({ period: 1, state: 'draft' }, ORIGIN, periods).reply },
    { what: '(a statement is final)', reply: statementAnnounced({ period: 1, state: 'final', root: ROOT }, ORIGIN, periods).reply },
    { what: '(messages went wrong)', reply: renderAlert('deliveries-failed', { failed: '3', unknown: '1' }) },
  ]
}
