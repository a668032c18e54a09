import { eventCode } from '../attendance/attendance.types.ts'
import type { LeaderboardRow, PeriodView } from '../economy/economy.types.ts'
import type { Chart } from '../shared/chart.ts'
import type { EventAttendance } from './chart.port.ts'
import { chartTexts } from './charts.texts.ts'

const { say } = chartTexts

/** Names longer than this would leave no room for their bars. */
const MAX_NAME = 18

/** What happened to the release of each period; the parts of a bar add up to the release. */
export function supplyChart(periods: readonly PeriodView[]): Chart {
  const begun = periods.filter(({ state }) => state !== 'future')
  const now = begun.at(-1) ?? periods[0]!
  const burned = begun.reduce((sum, period) => sum + (period.burned ?? 0n), 0n)
  const isRunning = ({ state }: PeriodView) => state === 'open' || state === 'draft'
  return {
    kind: 'columns',
    title: say('supplyTitle'),
    alt: say('supplyAlt', { period: now.number, granted: now.granted, release: now.release, burned }),
    categories: periods.map(({ number }) => number),
    series: [
      { name: say('granted'), tone: 'granted', values: periods.map(({ granted }) => granted) },
      { name: say('burned'), tone: 'burned', values: periods.map((period) => period.burned) },
      { name: say('open'), tone: 'open', values: periods.map((period) => (isRunning(period) ? period.release - period.granted : null)) },
      { name: say('future'), tone: 'future', values: periods.map(({ state, release }) => (state === 'future' ? release : null)) },
    ],
  }
}

/** Undefined when nobody has earned anything. */
export function leaderboardChart(rows: readonly LeaderboardRow[]): Chart | undefined {
  const [first] = rows
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return undefined
  return {
    kind: 'bars',
    title: say('leaderboardTitle'),
    alt: say('leaderboardAlt', { count: rows.length, name: shortName(first.name), most: first.earned, least: last.earned }),
    categories: rows.map(({ rank, name }) => `${rank}. ${shortName(name)}`),
    series: [{ name: say('earned'), tone: 'granted', values: rows.map(({ earned }) => earned) }],
  }
}

/** Events that an attendance chart shows. */
export const MOST_EVENTS = 12

/** Undefined when no event has begun. */
export function attendanceChart(events: readonly EventAttendance[]): Chart | undefined {
  const last = events.at(-1)
  if (last === undefined) return undefined
  const most = Math.max(...events.map(({ attendees }) => attendees))
  return {
    kind: 'columns',
    title: say('attendanceTitle'),
    alt: say('attendanceAlt', { count: events.length, event: eventCode(last.number), attendees: last.attendees, most }),
    categories: events.map(({ number }) => eventCode(number)),
    series: [{ name: say('attended'), tone: 'granted', values: events.map(({ attendees }) => attendees) }],
  }
}

function shortName(name: string): string {
  const signs = Array.from(name)
  return signs.length <= MAX_NAME ? name : `${signs.slice(0, MAX_NAME - 1).join('')}…`
}
