import { DAY, HOUR, MINUTE, type Instant } from '../shared/instant.ts'
import { zoneOffset } from '../shared/zone.ts'
import type { Rhythm } from './announce.types.ts'

/** Zones change their offset at quarters of an hour. */
const QUARTER = 15 * MINUTE

/**
 * The first moment from `now` on at which a message may go out: at once, at the end of the hour, at the next digest hour, and never within quiet hours.
 * Later `now` never gives an earlier moment, so that messages of one route keep their order. Days with 23 or 25 hours have one digest each.
 */
export function releaseAt(rhythm: Rhythm, now: Instant): Instant {
  const { timeZone, digestHour, rollUp, quiet } = rhythm
  const gathered = digestHour !== undefined ? nextDigest(timeZone, digestHour, now) : rollUp ? nextHour(timeZone, now) : now
  return quiet === undefined ? gathered : endOfQuiet(timeZone, quiet, gathered)
}

/** Minutes since midnight on the clocks of a zone. */
export function minuteOfDay(timeZone: string, at: Instant): number {
  return Math.floor(modulo(at + offsetOf(timeZone, at), DAY) / MINUTE)
}

function nextDigest(timeZone: string, hour: number, now: Instant): Instant {
  const today = Math.floor((now + offsetOf(timeZone, now)) / DAY)
  // Yesterday and the day after tomorrow too: a change of the offset may move a wall time over midnight.
  const digests = [-1, 0, 1, 2].map((days) => instantOf(timeZone, (today + days) * DAY + hour * HOUR))
  return Math.min(...digests.filter((at) => at > now))
}

function nextHour(timeZone: string, now: Instant): Instant {
  return now + HOUR - modulo(now + offsetOf(timeZone, now), HOUR)
}

function endOfQuiet(timeZone: string, quiet: { from: number; until: number }, at: Instant): Instant {
  let moment = at
  // Bounded by the quarters of two days; without a change of the offset it is one step.
  for (let step = 0; step < 200; step += 1) {
    const minute = minuteOfDay(timeZone, moment)
    if (!isWithin(minute, quiet)) return moment
    const start = Math.floor(moment / MINUTE) * MINUTE
    const end = start + modulo(quiet.until - minute, 24 * 60) * MINUTE
    const isPlain = offsetOf(timeZone, start) === offsetOf(timeZone, end)
    // Over a change of the offset by quarters: the clocks may jump past the end, or come to it twice.
    moment = isPlain ? end : Math.min(end, (Math.floor(moment / QUARTER) + 1) * QUARTER)
  }
  return moment
}

const isWithin = (minute: number, { from, until }: { from: number; until: number }): boolean =>
  from < until ? minute >= from && minute < until : minute >= from || minute < until

/** The instant of a wall time, given as if it were UTC. A time that the clocks leave out comes as much later as they jump; of two equal ones one is chosen. */
function instantOf(timeZone: string, wall: number): Instant {
  const nearby = wall - offsetOf(timeZone, wall)
  const found = wall - offsetOf(timeZone, nearby)
  // Of a time that is left out, one of the two lies before the jump.
  return found + offsetOf(timeZone, found) === wall ? found : Math.max(nearby, found)
}

const offsetOf = (timeZone: string, at: Instant): number => (timeZone === 'UTC' ? 0 : zoneOffset(timeZone, at))

const modulo = (value: number, by: number): number => ((value % by) + by) % by
