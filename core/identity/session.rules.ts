import { HOUR, MINUTE, type Instant } from '../shared/instant.ts'

/** A session that nobody uses for so long is over. */
export const IDLE_MS = 30 * MINUTE
/** However much it is used, nobody stays signed in for longer. */
export const ABSOLUTE_MS = 12 * HOUR
/** How exactly it is known when a session was last used; every request would otherwise be a write. */
export const SEEN_STEP_MS = MINUTE

export interface SessionTimes {
  readonly lastSeenAt: Instant
  readonly expiresAt: Instant
}

/** Whether a session that was not ended still holds. Both bounds belong to what is over. */
export function isLive({ lastSeenAt, expiresAt }: SessionTimes, now: Instant): boolean {
  return now < expiresAt && now < lastSeenAt + IDLE_MS
}

/** Whether it has to be written down that a session is in use. */
export function isSeenAnew({ lastSeenAt }: Pick<SessionTimes, 'lastSeenAt'>, now: Instant): boolean {
  return now >= lastSeenAt + SEEN_STEP_MS
}
