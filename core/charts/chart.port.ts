import type { EconomyReads } from '../economy/economy.port.ts'
import type { Instant } from '../shared/instant.ts'

/** How many members came to an event. */
export interface EventAttendance {
  /** Of the event: `EVT-<number>`. */
  readonly number: number
  readonly attendees: number
}

/** What charts are made of. */
export interface ChartPort extends Pick<EconomyReads, 'periods' | 'leaderboard'> {
  /** The latest `limit` events that have begun, oldest first. */
  attendance(now: Instant, limit: number): Promise<readonly EventAttendance[]>
}
