import { DAY, HOUR, MINUTE, type Instant } from './instant.ts'

/** A typed instant: absolute, a local wall time that still needs a zone, or a time from now. */
export type TypedInstant =
  | { readonly form: 'absolute'; readonly at: Instant }
  | { readonly form: 'local'; readonly year: number; readonly month: number; readonly day: number; readonly minuteOfDay: number }
  | { readonly form: 'relative'; readonly fromNow: number }

const UNIT: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY }

/** No clock on Earth is farther from UTC. */
const MAX_OFFSET = 14 * HOUR

/** Reads `now`, `+30m`, `+2h`, `+1d`, `2027-02-03 18:00`, `2027-02-03T18:00Z`, `2027-02-03T18:00+08:00`; seconds are left out. Undefined when none of these. */
export function parseInstant(typed: string): TypedInstant | undefined {
  const text = typed.normalize('NFKC').trim().toLowerCase()
  if (text === 'now' || text === '现在') return { form: 'relative', fromNow: 0 }
  const relative = /^\+(\d{1,5})\s*([mhd])$/.exec(text)
  if (relative !== null) return { form: 'relative', fromNow: Number(relative[1]) * UNIT[relative[2]!]! }
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})[t ]\s*(\d{1,2}):(\d{2})(?::[0-5]\d)?\s*(z|[+-]\d{2}:?[0-5]\d)?$/.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1, 6).map(Number)
  const midnight = Date.UTC(year, month - 1, day)
  const real = new Date(midnight)
  if (year < 2000 || real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day || hour > 23 || minute > 59) return undefined
  const zone = match[6]
  if (zone === undefined) return { form: 'local', year, month, day, minuteOfDay: hour * 60 + minute }
  const offset = zone === 'z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * HOUR + Number(zone.slice(-2)) * MINUTE)
  if (Math.abs(offset) > MAX_OFFSET) return undefined
  return { form: 'absolute', at: midnight + hour * HOUR + minute * MINUTE - offset }
}

/**
 * The instant meant by a member whose zone is `zoneOffsetAt` (milliseconds east of UTC at an instant). A wall time that comes twice when the clock is set back
 * means the first; one that is left out when it is set forward means as much later as was left out, like `compatible` of Temporal.
 */
export function resolveInstant(typed: TypedInstant, now: Instant, zoneOffsetAt: (at: Instant) => number): Instant {
  if (typed.form === 'absolute') return typed.at
  if (typed.form === 'relative') return now + typed.fromNow
  const wall = Date.UTC(typed.year, typed.month - 1, typed.day) + typed.minuteOfDay * MINUTE
  // A day away on either side the offset is the one before and the one after any shift of the clock near it.
  const [before, after] = [zoneOffsetAt(wall - DAY), zoneOffsetAt(wall + DAY)]
  const meant = [wall - before, wall - after].filter((at) => at + zoneOffsetAt(at) === wall)
  return meant.length === 0 ? wall - before : Math.min(...meant)
}
