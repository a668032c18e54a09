import { DAY, HOUR, type Instant } from '../shared/instant.ts'
import type { FormDefinition } from './form-definition.ts'
import type { FormStatus } from './form.types.ts'

/** Why nothing can be sent in at a moment, and from when it can again where that is known. */
export type Hindrance =
  | { readonly kind: 'not-open' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'soon'; readonly at: Instant }
  | { readonly kind: 'over' }
  | { readonly kind: 'cooldown'; readonly at: Instant }
  | { readonly kind: 'spent'; readonly at: Instant | undefined }

/** Whether a form takes submissions at a moment: its status, then its window. The window begins at `opensAt` and ends before `closesAt`. */
export function windowHindrance(status: FormStatus, { window }: Pick<FormDefinition, 'window'>, now: Instant): Hindrance | undefined {
  if (status !== 'open') return { kind: status === 'closed' ? 'closed' : 'not-open' }
  const { opensAt, closesAt } = window
  if (opensAt !== undefined && now < Date.parse(opensAt)) return { kind: 'soon', at: Date.parse(opensAt) }
  return closesAt !== undefined && now >= Date.parse(closesAt) ? { kind: 'over' } : undefined
}

/** `last`: when the member last sent this form in and did not withdraw it. */
export function cooldownHindrance(
  { cooldownHours }: Pick<FormDefinition, 'cooldownHours'>,
  last: Instant | undefined,
  now: Instant,
): Hindrance | undefined {
  const until = (last ?? -Infinity) + cooldownHours * HOUR
  return now < until ? { kind: 'cooldown', at: until } : undefined
}

/** The day, week (from Monday) or month of UTC in which a submission counts, as it stands in its slot: `2026-11-21`, `2026-W47`, `2026-11`, `ever`. */
export function slotSpan(every: FormDefinition['recurrence']['every'], now: Instant): string {
  const day = new Date(now).toISOString().slice(0, 10)
  switch (every) {
    case 'ever':
      return 'ever'
    case 'day':
      return day
    case 'month':
      return day.slice(0, 7)
    default:
      return isoWeek(now)
  }
}

/** The first moment of the next span; undefined where there is none. */
export function nextSpan(every: FormDefinition['recurrence']['every'], now: Instant): Instant | undefined {
  const date = new Date(now)
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  if (every === 'day') return midnight + DAY
  if (every === 'week') return midnight + (7 - mondayBased(now)) * DAY
  return every === 'month' ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) : undefined
}

const mondayBased = (at: Instant): number => (new Date(at).getUTCDay() + 6) % 7

/** ISO 8601: a week belongs to the year that has its Thursday. */
function isoWeek(now: Instant): string {
  const thursday = now + (3 - mondayBased(now)) * DAY
  const year = new Date(thursday).getUTCFullYear()
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}
