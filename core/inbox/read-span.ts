import { DAY, HOUR, MINUTE } from '../shared/instant.ts'

/** Longer than any holiday: whoever wants no more than that turns things off. */
const MAX_SPAN = 60 * DAY
const MIN_SPAN = 10 * MINUTE

const UNIT: Readonly<Record<string, number>> = { m: MINUTE, 分: MINUTE, 分钟: MINUTE, h: HOUR, 小时: HOUR, d: DAY, 天: DAY }
const OFF: ReadonlySet<string> = new Set(['off', 'no', 'none', '关', '无'])

/** Reads `8h`, `3d`, `30m` or `off`, in milliseconds; at least 10 minutes, at most 60 days. */
export function readSpan(typed: string): number | 'off' | 'unreadable' {
  const text = typed.normalize('NFKC').trim().toLowerCase()
  if (OFF.has(text)) return 'off'
  const match = /^(\d{1,4})\s*(m|h|d|分|分钟|小时|天)$/.exec(text)
  if (match === null) return 'unreadable'
  const span = Number(match[1]) * UNIT[match[2]!]!
  return span >= MIN_SPAN && span <= MAX_SPAN ? span : 'unreadable'
}
