import { DAY, MINUTE, SECOND, type Instant } from '../shared/instant.ts'

/** Presence counts after 60 % of the event's length or 30 minutes, whichever is less (spec 03, evidence b). */
const DEFAULT_SHARE = 0.6
const DEFAULT_MOST_MS = 30 * MINUTE

/**
 * Who was in a channel when is kept for this long after the check-in of the event closed, like everything else that is raw: its check-ins are settled and can
 * be undone no more after days, and a question about them has been asked within a month. Attendance, rewards and statements do not need it.
 */
export const PRESENCE_KEPT_MS = 30 * DAY

/** From `from` up to but not including `to`. */
export interface Interval {
  readonly from: Instant
  readonly to: Instant
}

/** How long a member must be there, in milliseconds, when the host named no other time: whole seconds, rounded up. */
export function defaultThreshold({ from, to }: Interval): number {
  return Math.ceil(Math.min((to - from) * DEFAULT_SHARE, DEFAULT_MOST_MS) / SECOND) * SECOND
}

/** The parts of intervals that lie in a window, joined where they touch or overlap, in order of time: a moment counts once however often it was seen. */
export function unionWithin(intervals: readonly Interval[], window: Interval): readonly Interval[] {
  const joined: { from: Instant; to: Instant }[] = []
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const part = { from: Math.max(from, window.from), to: Math.min(to, window.to) }
    const last = joined.at(-1)
    if (part.from >= part.to) continue
    if (last !== undefined && part.from <= last.to) last.to = Math.max(last.to, part.to)
    else joined.push(part)
  }
  return joined
}

/** Milliseconds of a window that the intervals of one member cover, all accounts and all observers together. */
export function timePresent(intervals: readonly Interval[], window: Interval): number {
  return unionWithin(intervals, window).reduce((sum, { from, to }) => sum + to - from, 0)
}

/** The instant at which a member had been there for `threshold` milliseconds of the window; undefined when that is not yet so. */
export function reachedAt(intervals: readonly Interval[], window: Interval, threshold: number): Instant | undefined {
  let left = threshold
  for (const { from, to } of unionWithin(intervals, window)) {
    if (to - from >= left) return from + left
    left -= to - from
  }
  return undefined
}
