import { setTimeout as wait } from 'node:timers/promises'

/** The clock of a bot; given, so that pacing can be tested without waiting. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const realTimers: Timers = {
  now: () => Date.now(),
  // A message that waits for its turn must not keep a stopped process alive.
  sleep: (ms, signal) => wait(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined),
}
