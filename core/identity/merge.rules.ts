import { DAY, type Instant } from '../shared/instant.ts'

/** So long a link can be undone (spec 02, "Link a second chat account"). */
export const UNLINK_WITHIN_MS = 14 * DAY

/** One of two attendances of the same event that turn out to be one person's. */
export interface Attended {
  readonly at: Instant
  readonly isUndone: boolean
  /** Of its reward; `none` where nothing was due. */
  readonly reward: 'granted' | 'unfunded' | 'reversed' | 'none'
}

/**
 * Which of two attendances is the one that counts: one that a host has not undone, else one that was paid, else the earlier, which is how they would have
 * followed each other from one account. `neither` when both were undone.
 */
export function countedAttendance(survivor: Attended, merged: Attended): 'survivor' | 'merged' | 'neither' {
  if (survivor.isUndone && merged.isUndone) return 'neither'
  if (survivor.isUndone !== merged.isUndone) return survivor.isUndone ? 'merged' : 'survivor'
  const [isPaid, otherIsPaid] = [survivor.reward === 'granted', merged.reward === 'granted']
  if (isPaid !== otherIsPaid) return isPaid ? 'survivor' : 'merged'
  return merged.at < survivor.at ? 'merged' : 'survivor'
}

/** Who goes on: the member who was here first, whichever account the code came from, so that both directions give the same. */
export function survivorOf<Side extends { readonly number: bigint }>(one: Side, other: Side): { survivor: Side; merged: Side } {
  return one.number < other.number ? { survivor: one, merged: other } : { survivor: other, merged: one }
}

/** Where two members can not be one, if so. A member has at most one account of each platform. */
export function clashingPlatforms(one: readonly string[], other: readonly string[]): readonly string[] {
  return one.filter((platform) => other.includes(platform))
}
