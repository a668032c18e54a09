import type { Rhythm } from './announce.types.ts'

const OFF: ReadonlySet<string> = new Set(['off', 'no', 'none', '关', '无'])

/** Reads `22:00-08:00`, `22-8` or `off`; hours and minutes of the day, start and end differ. */
export function readQuietHours(typed: string): NonNullable<Rhythm['quiet']> | 'off' | 'unreadable' {
  const text = plain(typed)
  if (OFF.has(text)) return 'off'
  const match = /^(\d{1,2})(?::(\d{2}))?\s*[-–—~至到]\s*(\d{1,2})(?::(\d{2}))?$/.exec(text)
  if (match === null) return 'unreadable'
  const [from, until] = [minuteOf(match[1], match[2]), minuteOf(match[3], match[4])]
  return from === undefined || until === undefined || from === until ? 'unreadable' : { from, until }
}

/** Reads `18`, `18:00` or `off`. */
export function readDigestHour(typed: string): number | 'off' | 'unreadable' {
  const text = plain(typed)
  if (OFF.has(text)) return 'off'
  const hour = Number(/^(\d{1,2})(?::00)?$/.exec(text)?.[1] ?? Number.NaN)
  return hour <= 23 ? hour : 'unreadable'
}

const plain = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase()

function minuteOf(hours = '', minutes = '0'): number | undefined {
  const [hour, minute] = [Number(hours), Number(minutes)]
  // 24:00 is how many write midnight as an end.
  if (hour === 24 && minute === 0) return 0
  return hour <= 23 && minute <= 59 ? hour * 60 + minute : undefined
}
