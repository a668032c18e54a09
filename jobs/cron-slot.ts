import { parse } from 'node-cron'
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../core/shared/instant.ts'

/** Steps back over days, hours, minutes and seconds that do not match; more than a table of ours ever needs. */
const MAX_STEPS = 2_000

/**
 * The latest moment at or before `now` at which a cron expression is due, in UTC. All machines get the same for the same slot, however late their timers are.
 * Throws on an expression that node-cron does not understand, or one that was not due for years.
 */
export function latestSlot(cron: string, now: Instant): Instant {
  const fields = parse(cron)
  let at = floorTo(now, SECOND)
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const date = new Date(at)
    const isDay =
      fields.month.includes(date.getUTCMonth() + 1) &&
      fields.dayOfMonth.includes(date.getUTCDate()) &&
      fields.dayOfWeek.includes(date.getUTCDay())
    if (!isDay) at = floorTo(at, DAY) - SECOND
    else if (!fields.hour.includes(date.getUTCHours())) at = floorTo(at, HOUR) - SECOND
    else if (!fields.minute.includes(date.getUTCMinutes())) at = floorTo(at, MINUTE) - SECOND
    else if (!fields.second.includes(date.getUTCSeconds())) at -= SECOND
    else return at
  }
  throw new Error(`"${cron}" was not due for a long time before ${new Date(now).toISOString()}`)
}

function floorTo(at: Instant, unit: number): Instant {
  return Math.floor(at / unit) * unit
}
