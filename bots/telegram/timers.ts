import { setTimeout as wait } from 'node:timers/promises'

/** The clock of a bot; given, so that pacing can be tested without waiting. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

const timers = (ref: boolean): Timers => ({
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { ref, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined),
})

export const realTimers = timers(true)
/** For what must not keep a stopped process alive, such as a message that waits for its turn. */
export const backgroundTimers = timers(false)
