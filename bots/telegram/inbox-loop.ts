import type { Update } from '@grammyjs/types'
import type { TakenUpdate, UpdateInbox } from '../../core/chats/chats.port.ts'
import type { Log } from '../../core/shared/chat-app.ts'
import type { Timers } from './timers.ts'

export interface InboxLoop {
  /** Something new is there: look now. */
  wake(): void
  /** Takes nothing more, and lets running updates end (10 s at most); what is not over is taken again by the next process. */
  stop(): Promise<void>
}

interface InboxOptions {
  readonly inbox: UpdateInbox
  readonly timers: Timers
  readonly log: Log
  /** How often to look while nothing is there and nobody wakes. */
  readonly idleMs: number
  /** Must not throw. */
  readonly handle: (update: Update) => Promise<void>
  /** Told of an update over which process after process died. */
  readonly report: (error: unknown, key: string) => void
}

const MOST_AT_ONCE = 64
/** After the death of a process its updates wait this long. */
const LEASE_MS = 15_000
const RENEW_MS = 5_000
const MOST_ATTEMPTS = 5
const LONGEST_BACKOFF_MS = 30_000
const STOP_MS = 10_000

/** Handles what came by webhook: stored by whichever process it reached, taken by this one. The inbox gives at most one update a member, so that theirs stay in order. */
export function startInboxLoop({ inbox, timers, log, idleMs, handle, report }: InboxOptions): InboxLoop {
  const running = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  let woken = Promise.withResolvers<void>()

  function wake(): void {
    woken.resolve()
  }

  async function begin(taken: TakenUpdate): Promise<void> {
    const { key, content, attempts } = taken
    try {
      if (attempts > MOST_ATTEMPTS) report(new Error(`a Telegram update was begun ${attempts - 1} times and never ended`), key)
      else await handle(readUpdateText(content))
    } catch (error) {
      report(error, key)
    }
    try {
      await inbox.settle(taken, timers.now())
    } catch (error) {
      // Its lease ends, and it is taken again: harmless under its key.
      log.warn({ key, reason: reasonOf(error) }, 'a handled Telegram update could not be recorded')
    }
  }

  /** Gives how many were taken. */
  async function look(): Promise<number> {
    const now = timers.now()
    const taken = await inbox.take(MOST_AT_ONCE - running.size, now, now + LEASE_MS)
    for (const each of taken) {
      const work = begin(each).finally(() => {
        running.delete(each.key)
        wake()
      })
      running.set(each.key, work)
    }
    return taken.length
  }

  async function loop(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      woken = Promise.withResolvers<void>()
      let wait = idleMs
      try {
        const taken = running.size < MOST_AT_ONCE ? await look() : 0
        if (taken > 0) wait = 0
        failures = 0
      } catch (error) {
        failures += 1
        if (failures === 1 || failures % 20 === 0) log.warn({ reason: reasonOf(error), failures }, 'stored Telegram updates wait')
        wait = Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** Math.min(failures, 10))
        await timers.sleep(wait, stopping.signal)
        continue
      }
      if (wait > 0) await untilWoken(wait)
    }
  }

  async function untilWoken(ms: number): Promise<void> {
    const over = new AbortController()
    await Promise.race([woken.promise, timers.sleep(ms, AbortSignal.any([over.signal, stopping.signal]))])
    over.abort()
  }

  async function keepLeases(): Promise<void> {
    for (;;) {
      await timers.sleep(RENEW_MS, ended.signal)
      if (ended.signal.aborted) return
      if (running.size === 0) continue
      try {
        await inbox.renew([...running.keys()], timers.now() + LEASE_MS)
      } catch (error) {
        log.warn({ reason: reasonOf(error) }, 'the lease of running Telegram updates could not be renewed')
      }
    }
  }

  const ended = new AbortController()
  const looking = loop()
  const leasing = keepLeases()
  async function stop(): Promise<void> {
    stopping.abort()
    wake()
    await looking
    const inTime = new AbortController()
    await Promise.race([Promise.all(running.values()), timers.sleep(STOP_MS, inTime.signal)])
    inTime.abort()
    ended.abort()
    await leasing
  }
  let stopped: Promise<void> | undefined
  return { wake, stop: () => (stopped ??= stop()) }
}

function readUpdateText(content: string): Update {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object with an update_id, as the door has seen to; the rest is the platform's word
  return JSON.parse(content) as Update
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
