import type { Update } from '@grammyjs/types'
import type { UpdateRecord } from '../../core/chats/chats.port.ts'
import type { Log } from '../../core/shared/chat-app.ts'
import { ApiFailure } from './api-failure.ts'
import { ALLOWED_UPDATES, nameOf } from './read-update.ts'
import { createRivals } from './rivals.ts'
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
  readonly record: UpdateRecord
  /** Must not throw. */
  readonly handle: (update: Update) => Promise<void>
  /** Told when somebody set a webhook, which keeps every update from us, and now and then while it is there. Must not throw. */
  readonly onForeignWebhook: () => void
}

const MOST_AT_ONCE = 64
/** One call gives no more, so no more than this can be unconfirmed and known to us. */
const WINDOW = 100
const LONG_POLL_SECONDS = 30
/** While updates run, new ones are asked for this often, since a call then returns at once; each that runs comes along again, so the more there are, the seldomer. */
const BUSY_MS = 50
const BUSY_MS_EACH = 10
const LEAST_PAUSE_MS = 20
const LONGEST_BACKOFF_MS = 30_000
const STOP_MS = 10_000

/**
 * Long polling that confirms an update only after it was handled: the offset is always the first update that is not, so that a killed process gets the rest
 * again. What comes again is known by the set of what was handled, not by its order: after a week of silence the ids start anywhere
 * (https://core.telegram.org/bots/api#getting-updates). The record costs one question a call and one write for all that was handled meanwhile.
 */
export function startUpdateLoop({ api, timers, log, record, handle, onForeignWebhook }: LoopOptions): UpdateLoop {
  const lanes = createUpdateLanes(MOST_AT_ONCE)
  const running = new Set<number>()
  /** Handled, but behind an update that still runs. */
  const settled = new Set<number>()
  const rivals = createRivals(log)
  const stopping = new AbortController()
  let handledUpTo: number | undefined
  let connected = true
  let failures = 0
  let changed = Promise.withResolvers<void>()

  /** The first update that is not handled; undefined when everything is confirmed. */
  const offset = (): number | undefined => (running.size > 0 ? Math.min(...running) : handledUpTo)

  async function accept(updates: readonly Update[]): Promise<void> {
    const fresh = updates.filter(({ update_id: id }) => !running.has(id) && !settled.has(id))
    if (fresh.length === 0) return
    const handled = await record.handledAmong(fresh.map((update) => nameOf(update).key))
    for (const update of fresh) {
      if (handled.has(nameOf(update).key)) settle(update.update_id)
      else if (!running.has(update.update_id)) {
        running.add(update.update_id)
        void run(update)
      }
    }
  }

  async function run(update: Update): Promise<void> {
    const name = nameOf(update)
    const work = async (): Promise<void> => {
      await handle(update)
      try {
        await record.settle(name, timers.now())
      } catch (error) {
        // It is handled all the same; should it come again, the key of its command keeps it from happening twice.
        log.warn({ key: name.key, reason: reasonOf(error) }, 'a handled Telegram update could not be recorded')
      }
    }
    if ((await lanes.run(name.lane, work)) === 'done') settle(update.update_id)
  }

  function settle(id: number): void {
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
    if (!connected && !rivals.areThere()) log.info({}, 'Telegram answers again')
    connected = true
    rivals.heard(timers.now())
    await accept(updates)
    failures = 0
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (running.size > 0) await untilChanged(running.size >= WINDOW ? LONGEST_BACKOFF_MS : BUSY_MS + BUSY_MS_EACH * running.size)
      if (running.size > 0) await timers.sleep(LEAST_PAUSE_MS, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await poll()
      } catch (error) {
        if (stopping.signal.aborted) return
        await recover(error)
      }
    }
  }

  /** Until an update has been handled, `ms` milliseconds at most. */
  async function untilChanged(ms: number): Promise<void> {
    const over = new AbortController()
    await Promise.race([changed.promise, timers.sleep(ms, AbortSignal.any([over.signal, stopping.signal]))])
    over.abort()
  }

  async function recover(error: unknown): Promise<void> {
    const failure = error instanceof ApiFailure ? error : undefined
    if (failure?.kind === 'conflict' && !isByWebhook(failure)) {
      connected = false
      await timers.sleep(rivals.met(timers.now()), stopping.signal)
      return
    }
    failures++
    // Once for each outage, and now and then while it lasts.
    if (failures === 1 || failures % 20 === 0) tell(failure, { reason: reasonOf(error), failures })
    // A limit is no outage, and neither is trouble of ours: the platform answers.
    if (failure !== undefined && failure.kind !== 'limited') connected = false
    const backoff = Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** Math.min(failures - 1, 10))
    await timers.sleep(failure?.kind === 'unauthorized' ? LONGEST_BACKOFF_MS : (failure?.retryAfterMs ?? backoff), stopping.signal)
  }

  function tell(failure: ApiFailure | undefined, fields: object): void {
    if (failure === undefined) log.warn(fields, 'Telegram updates wait, because their record does not answer; trying again')
    else if (failure.kind === 'conflict') {
      onForeignWebhook()
      log.error(fields, 'somebody set a webhook for this Telegram token; if it was not you, revoke the token with @BotFather /revoke')
    } else if (failure.kind === 'unauthorized') log.error(fields, 'Telegram no longer takes the token: it was revoked, give the new one')
    else log.warn(fields, 'Telegram does not answer; trying again')
  }

  async function confirmHandled(): Promise<void> {
    const from = offset()
    if (from === undefined) return
    try {
      await api.call('getUpdates', { offset: from, limit: 1, timeout: 0 }, { timeoutMs: 5_000 })
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'handled Telegram updates could not be confirmed; they come again')
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A conflict with a webhook, not with another process that polls. */
const isByWebhook = ({ message }: ApiFailure): boolean => /webhook/i.test(message)
