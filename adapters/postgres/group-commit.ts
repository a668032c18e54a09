import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '../../core/shared/fault.ts'
import { asFault, sqlState } from './database.ts'

/**
 * What a failed write means for its items: `again` lost a race and may succeed unchanged, `split` has one bad item among good ones, `unavailable` found
 * no database, which is tried again after a while, `give-up` fails them all.
 */
export type WriteFailure = 'again' | 'split' | 'unavailable' | 'give-up'

export interface GroupCommitOptions<Item, Result> {
  /** Writes all items in one durable statement and answers each, in order. Throwing means that none took effect or that writing them again is harmless. */
  write(items: readonly Item[]): Promise<readonly Result[]>
  classify(error: unknown): WriteFailure
  /** Largest number of items in one write. */
  maxBatch: number
  /** Items that may wait; one more is refused as overload, so that memory stays bounded. */
  maxWaiting: number
  /** Writes of the same items that end in `again` or `unavailable` before the error is passed on. */
  maxAttempts: number
  /** Milliseconds before the second write to a database that was unavailable; doubled each time. */
  pauseMs?: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** With five attempts a restart of the database of 1.5 s goes unnoticed. */
const PAUSE_MS = 100

/**
 * Group commit: one write is in flight at a time, and everything that arrives meanwhile goes together into the next one. No timer is needed: alone an item
 * waits for nothing, under load the batch grows by itself. One poisoned item never fails its neighbours: a write that fails for its data is halved until
 * the bad item stands alone.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  let isWriting = false

  async function settle(batch: readonly Waiting<Item, Result>[], attempt: number): Promise<void> {
    let failure: WriteFailure
    let reason: unknown
    try {
      const results = await options.write(batch.map(({ item }) => item))
      if (results.length !== batch.length) throw new Error(`a group write of ${batch.length} items answered ${results.length}`)
      batch.forEach(({ resolve }, index) => resolve(results[index]!))
      return
    } catch (error) {
      failure = options.classify(error)
      reason = error
    }
    if (attempt < options.maxAttempts && (failure === 'again' || failure === 'unavailable')) {
      if (failure === 'unavailable') await pause((options.pauseMs ?? PAUSE_MS) * 2 ** (attempt - 1))
      return settle(batch, attempt + 1)
    }
    if (batch.length > 1 && (failure === 'again' || failure === 'split')) {
      const half = Math.ceil(batch.length / 2)
      await settle(batch.slice(0, half), 1)
      return settle(batch.slice(half), 1)
    }
    for (const { reject } of batch) reject(asFault(reason))
  }

  async function drain(): Promise<void> {
    isWriting = true
    // Lets everything that is ready in this turn of the event loop join the first write.
    await Promise.resolve()
    while (waiting.length > 0) await settle(waiting.splice(0, options.maxBatch), 1)
    isWriting = false
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      if (waiting.length >= options.maxWaiting) {
        reject(new Fault('overload', `more than ${options.maxWaiting} items are waiting`, { retryable: true, retryAfterMs: 2_000 }))
        return
      }
      waiting.push({ item, resolve, reject })
      if (!isWriting) void drain()
    })
}

/** Postgres error classes: a lost race (unique, check, serialisation, deadlock) is read and decided again; bad data is split off; all else gives up. */
export function classifyPostgresError(error: unknown): WriteFailure {
  const fault = asFault(error)
  if (fault instanceof Fault && fault.retryable) return 'unavailable'
  const code = sqlState(error)
  if (code === undefined) return 'give-up'
  if (code === '23505' || code === '23514' || code.startsWith('40')) return 'again'
  if (code.startsWith('22') || code.startsWith('23') || code.startsWith('WP')) return 'split'
  return 'give-up'
}
