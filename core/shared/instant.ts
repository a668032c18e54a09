/** Milliseconds since 1970-01-01T00:00:00Z. Always UTC, always an integer; every rule receives it as an argument and never reads a clock. */
export type Instant = number

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Wall-clock fields of an instant in UTC; `month` is 1-12. */
export function utcFields(at: Instant): { year: number; month: number; day: number; timeOfDay: number } {
  const date = new Date(at)
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), timeOfDay: at - midnight }
}

/** Days in a month of the Gregorian calendar; `month` is 1-12. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/**
 * The instant `months` calendar months after `from`: same day of month and time of day, UTC; a day past the month's end becomes its last day.
 * Always computed from `from` itself, so that repeated steps do not drift (spec 01, "Release schedule").
 */
export function addCalendarMonths(from: Instant, months: number): Instant {
  const start = utcFields(from)
  const monthIndex = start.year * 12 + (start.month - 1) + months
  const year = Math.floor(monthIndex / 12)
  const month = (monthIndex % 12) + 1
  const day = Math.min(start.day, daysInMonth(year, month))
  return Date.UTC(year, month - 1, day) + start.timeOfDay
}

/** `2027-01-31T00:00:00Z`, without fractions of a second: the form used in statements and messages. */
export function isoSecond(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
