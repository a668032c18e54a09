import type { Update } from '@grammyjs/types'
import type { Log } from '../../core/shared/chat-app.ts'
import { ApiFailure } from './api-failure.ts'
import { ALLOWED_UPDATES, laneOf } from './read-update.ts'
import type { TelegramApi } from './telegram-api.ts'
import type { Timers } from './timers.ts'
import { createUpdateLanes } from './update-lanes.ts'

export interface UpdateLoop {
  /** Whether the last call to hear the platform succeeded. */
  isConnected(): boolean
  /** Stops hearing, lets running updates end (10 s at most) and confirms what was handled. */
  stop(): Promise<void>
}

interface LoopOptions {
  readonly api: TelegramApi
  readonly timers: Timers
  readonly log: Log
  /** Must not throw. */
  readonly handle: (update: Update) => Promise<void>
}

const MOST_AT_ONCE = 64
/** One call gives no more, so no more than this can be unconfirmed and known to us. */
const WINDOW = 100
const LONG_POLL_SECONDS = 30
/** While updates run, new ones are asked for this often, since a call then returns at once. */
const BUSY_MS = 250
const LEAST_PAUSE_MS = 20
const LONGEST_BACKOFF_MS = 30_000
const STOP_MS = 10_000

/**
 * Long polling that confirms an update only after it was handled: the offset is always the first update that is not, so that a killed process gets the rest
 * again. What comes again while it runs is known by its id, not by its order: after a week of silence the ids start anywhere
 * (https://core.telegram.org/bots/api#getting-updates).
 */
export function startUpdateLoop({ api, timers, log, handle }: LoopOptions): UpdateLoop {
  const lanes = createUpdateLanes(MOST_AT_ONCE)
  const running = new Set<number>()
  /** Handled, but behind an update that still runs. */
  const settled = new Set<number>()
  const stopping = new AbortController()
  let handledUpTo: number | undefined
  let connected = true
  let failures = 0
  let changed = Promise.withResolvers<void>()

  /** The first update that is not handled; undefined when everything is confirmed. */
  const offset = (): number | undefined => (running.size > 0 ? Math.min(...running) : handledUpTo)

  function accept(update: Update): void {
    const id = update.update_id
    if (running.has(id) || settled.has(id)) return
    running.add(id)
    void settle(id, update)
  }

  async function settle(id: number, update: Update): Promise<void> {
    if ((await lanes.run(laneOf(update), () => handle(update))) === 'dropped') return
    running.delete(id)
    settled.add(id)
    handledUpTo = Math.max(handledUpTo ?? 0, id + 1)
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }

  function confirmed(upTo: number): void {
    for (const id of settled) if (id < upTo) settled.delete(id)
    if (handledUpTo !== undefined && handledUpTo <= upTo) handledUpTo = undefined
  }

  async function poll(): Promise<void> {
    const from = offset()
    // After a failure a short call tells soon whether the platform is back.
    const timeout = running.size > 0 || !connected ? 0 : LONG_POLL_SECONDS
    const updates = await api.call(
      'getUpdates',
      { ...(from === undefined ? {} : { offset: from }), limit: WINDOW, timeout, allowed_updates: ALLOWED_UPDATES },
      { signal: stopping.signal, timeoutMs: (timeout + 15) * 1_000 },
    )
    if (from !== undefined) confirmed(from)
    if (!connected) log.info({}, 'Telegram answers again')
    connected = true
    failures = 0
    for (const update of updates) accept(update)
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (running.size > 0) await untilChanged(running.size >= WINDOW ? LONGEST_BACKOFF_MS : BUSY_MS)
      if (running.size > 0) await timers.sleep(LEAST_PAUSE_MS, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await poll()
      } catch (error) {
        if (stopping.signal.aborted) return
        await recover(error instanceof ApiFailure ? error : new ApiFailure({ method: 'getUpdates', code: 0, description: String(error) }))
      }
    }
  }

  /** Until an update has been handled, `ms` milliseconds at most. */
  async function untilChanged(ms: number): Promise<void> {
    const over = new AbortController()
    await Promise.race([changed.promise, timers.sleep(ms, AbortSignal.any([over.signal, stopping.signal]))])
    over.abort()
  }

  async function recover(failure: ApiFailure): Promise<void> {
    failures++
    // Once for each outage, and now and then while it lasts.
    if (failures === 1 || failures % 20 === 0) tell(failure)
    // A limit is no outage: the platform answers.
    if (failure.kind !== 'limited') connected = false
    const backoff = Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** Math.min(failures - 1, 10))
    await timers.sleep(failure.kind === 'unauthorized' ? LONGEST_BACKOFF_MS : (failure.retryAfterMs ?? backoff), stopping.signal)
  }

  function tell(failure: ApiFailure): void {
    const fields = { reason: failure.message, failures }
    if (failure.kind === 'conflict') {
      const why = /webhook/i.test(failure.message)
        ? 'somebody set a webhook for this Telegram token; if it was not you, revoke the token with @BotFather /revoke'
        : 'another process reads the updates of this Telegram token; only one may'
      log.error(fields, why)
    } else if (failure.kind === 'unauthorized') log.error(fields, 'Telegram no longer takes the token: it was revoked, give the new one')
    else log.warn(fields, 'Telegram does not answer; trying again')
  }

  async function confirmHandled(): Promise<void> {
    const from = offset()
    if (from === undefined) return
    try {
      await api.call('getUpdates', { offset: from, limit: 1, timeout: 0 }, { timeoutMs: 5_000 })
    } catch (error) {
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'handled Telegram updates could not be confirmed; they come again',
      )
    }
  }

  const ended = loop()
  async function stop(): Promise<void> {
    stopping.abort()
    const inTime = new AbortController()
    await Promise.race([lanes.close(), timers.sleep(STOP_MS, inTime.signal)])
    inTime.abort()
    await ended
    await confirmHandled()
  }
  let stopped: Promise<void> | undefined
  return {
    isConnected: () => connected && !stopping.signal.aborted,
    stop: () => (stopped ??= stop()),
  }
}
