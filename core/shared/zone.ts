import type { Instant } from './instant.ts'

/** The IANA name of a time zone as typed in any case; undefined when there is none such. Fixed offsets are not names and are not taken. */
export function knownZone(typed: string): string | undefined {
  if (!/^[A-Za-z][\w+\-/]*$/.test(typed)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: typed }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** Milliseconds that a zone is east of UTC at an instant. */
export function zoneOffset(timeZone: string, at: Instant): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const field = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const wall = Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'), field('second'))
  return wall - Math.floor(at / 1_000) * 1_000
}
