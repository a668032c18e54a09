import { releaseAt } from '../announce/rhythm.rules.ts'
import { DAY, type Instant } from '../shared/instant.ts'
import { zoneOffset } from '../shared/zone.ts'

/** Messages that a digest shows; the rest is counted, and waits in the inbox. */
export const SHOWN_IN_DIGEST = 5

/** The day on the calendar of a zone, as days since 1970-01-01. */
export function localDay(timeZone: string, at: Instant): number {
  return Math.floor((at + zoneOffset(timeZone, at)) / DAY)
}

/** When the next digest is due after `now`: at the hour, on a day after `lastDay`, on which one was sent. A day with 23 or 25 hours has one as well. */
export function nextDigestAt(timeZone: string, hour: number, now: Instant, lastDay: number | null): Instant {
  const next = (after: Instant) => releaseAt({ timeZone, digestHour: hour, rollUp: false, quiet: undefined }, after)
  // More than one step after one that came early, and for whoever moved to a zone where it is still the day before.
  for (let at = next(now); ; at = next(at)) if (lastDay === null || localDay(timeZone, at) > lastDay) return at
}
