import type { Event } from '../attendance/attendance.types.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../shared/instant.ts'

/** Reminders of one member that wait. Nobody plans more; and a bound keeps one member from filling the queue of all. */
export const MAX_REMINDERS = 50

/** How long before the start a reminder may come, or after how long it may come again. */
export const SPANS = { '10m': 10 * MINUTE, '1h': HOUR, '1d': DAY } as const
export type Span = keyof typeof SPANS

type Times = Pick<Event, 'startsAt' | 'endsAt' | 'closedAt'>

/** Over, closed or called off: there is nothing to be reminded of. */
export function isOver({ endsAt, closedAt }: Times, now: Instant): boolean {
  return closedAt !== null || now >= endsAt
}

/** When a reminder comes, and its lead; without a wish an hour before, or ten minutes when the hour has begun. Undefined: that moment has passed. */
export function reminderAt({ startsAt }: Times, before: Span | undefined, now: Instant): { lead: number; dueAt: Instant } | undefined {
  const leads = before === undefined ? [SPANS['1h'], SPANS['10m']] : [SPANS[before]]
  const lead = leads.find((each) => startsAt - each > now)
  return lead === undefined ? undefined : { lead, dueAt: startsAt - lead }
}

/** After how long a reminder may be asked for again, so that it still comes before the end. */
export function spansAgain({ endsAt }: Times, now: Instant): readonly Exclude<Span, '1d'>[] {
  return (['10m', '1h'] as const).filter((span) => now + SPANS[span] < endsAt)
}
