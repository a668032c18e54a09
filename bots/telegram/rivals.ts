import { MINUTE, SECOND } from '../../core/shared/instant.ts'
import type { Log } from '../../core/shared/chat-app.ts'

/** Other processes that read the updates of our token. Each call ends the other's, so whoever does not give way makes both deaf. */
export interface Rivals {
  /** To be called when another process took our place; gives how long to leave it to them, in milliseconds. */
  met(now: number): number
  /** To be called when we were heard by the platform. */
  heard(now: number): void
  /** Whether one was met and may still be there. */
  areThere(): boolean
}

const FIRST_PAUSE = SECOND
const LONGEST_PAUSE = 5 * MINUTE
/** Of two that take turns each has the platform for a pause of the other: longer without a word means that the other is gone. */
const GONE_AFTER = 3 * LONGEST_PAUSE

/** Says once that there is a rival, and once that it is gone. */
export function createRivals(log: Log): Rivals {
  let meetings = 0
  let lastAt = 0
  return {
    met(now) {
      if (meetings === 0)
        log.error(
          {},
          'another process reads the updates of this Telegram token; only one may. Stop one of them: until then both miss time, and this one asks less and less often',
        )
      lastAt = now
      meetings += 1
      return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(meetings - 1, 20))
    },
    heard(now) {
      if (meetings === 0 || now - lastAt < GONE_AFTER) return
      meetings = 0
      log.info({}, 'no other process reads the updates of this Telegram token any more')
    },
    areThere: () => meetings > 0,
  }
}
