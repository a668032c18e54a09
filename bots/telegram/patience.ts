import type { Log } from '../../core/shared/chat-app.ts'
import type { Timers } from './timers.ts'

/**
 * How long an update waits for its answer to be shown. A group takes twenty messages a minute: when many ask there at once, their answers go on waiting
 * without holding up everybody else. The command itself was done before, and its answer is saved under the update's key. While the bot sends as much as the
 * platform takes at all, nothing waits: more commands come in than answers can go out, and each of them should count from the moment it was given.
 */
export interface Patience {
  /** Resolves when the answer is shown or patience has run out. @throws what showing met, within that time */
  lend(showing: Promise<void>): Promise<void>
  /** Waits for answers that are still on their way, 10 seconds at most; how many were left is logged. */
  drain(): Promise<void>
}

const PATIENCE_MS = 5_000
/**
 * When the process stops: their commands have counted and their updates do not come again, so nobody else would ever answer. As long as running commands may
 * take to end; at the platform's pace that is more than two hundred answers.
 */
const DRAIN_MS = 10_000

/** @param isFull whether every answer has to wait now */
export function createPatience(timers: Timers, log: Log, isFull: () => boolean): Patience {
  const late = new Set<Promise<void>>()

  async function untilOver(work: Promise<unknown>, ms: number): Promise<'done' | 'late'> {
    const over = new AbortController()
    try {
      return await Promise.race([work.then(() => 'done' as const), timers.sleep(ms, over.signal).then(() => 'late' as const)])
    } finally {
      over.abort()
    }
  }

  return {
    async lend(showing) {
      if (!isFull() && (await untilOver(showing, PATIENCE_MS)) === 'done') return
      const lent = showing
        .catch((error: unknown) => {
          log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'a late answer could not be shown on Telegram')
        })
        .finally(() => late.delete(lent))
      late.add(lent)
    },
    async drain() {
      if (late.size === 0) return
      await untilOver(Promise.all(late), DRAIN_MS)
      if (late.size > 0) log.warn({ count: late.size }, 'answers that waited for their turn on Telegram were not shown')
    },
  }
}
