import type { Instant } from '../shared/instant.ts'
import { createVoiceBook, type Stretch, type VoiceFact } from './voice-book.ts'

/** An event in whose channel presence counts. */
export interface WatchedEvent {
  readonly event: number
  readonly channelId: string
}

/** A stretch as evidence of one event; `to` is null while it goes on. */
export interface PresenceRow {
  readonly event: number
  readonly userId: string
  readonly from: Instant
  readonly to: Instant | null
}

/** What is to be written, whole or not at all: the rows that are new or have ended, and how far every open row of this watch has lasted. */
export interface PresenceBatch {
  readonly watch: string
  readonly seenUntil: Instant
  readonly rows: readonly PresenceRow[]
}

export interface PresenceRecorder {
  hear(fact: VoiceFact): void
  /** The events that count from now on; stretches that go on count from their own beginning. */
  watch(events: readonly WatchedEvent[]): void
  /** Undefined when nothing is to be written. The same again until `written` is told: writing twice is harmless. */
  pending(): PresenceBatch | undefined
  written(batch: PresenceBatch): void
  /** Whether somebody is in a channel that counts. */
  readonly isBusy: boolean
  readonly isLost: boolean
}

/** Ended rows that wait for a database; more would grow without bound. */
const MAX_WAITING = 100_000

/**
 * Turns what is heard of one server's voice channels into rows of evidence. A leave is never written later than a `seenUntil` beyond it, and rows that
 * could not be written are left behind with their watch, which lasts no longer than it was last written: what is stored is never more than the truth.
 */
export function createPresenceRecorder(newWatch: () => string): PresenceRecorder {
  const book = createVoiceBook()
  let watch = newWatch()
  let eventsOf: ReadonlyMap<string, readonly number[]> = new Map()
  let writtenUntil: Instant | undefined
  const ended = new Map<string, PresenceRow>()
  const openInStore = new Set<string>()

  const rowsOf = ({ userId, channelId, from, to }: Stretch): PresenceRow[] =>
    (eventsOf.get(channelId) ?? []).map((event) => ({ event, userId, from, to }))
  const openRows = (): PresenceRow[] => book.open().flatMap(rowsOf)

  function finish(row: PresenceRow): void {
    openInStore.delete(keyOf(row))
    ended.set(keyOf(row), row)
  }

  return {
    hear(fact) {
      book.hear(fact).flatMap(rowsOf).forEach(finish)
      if (ended.size <= MAX_WAITING) return
      watch = newWatch()
      writtenUntil = undefined
      ended.clear()
      openInStore.clear()
    },
    watch(events) {
      const before = openRows()
      const next = new Map<string, number[]>()
      for (const { event, channelId } of events) next.set(channelId, [...(next.get(channelId) ?? []), event])
      eventsOf = next
      const still = new Set(openRows().map(keyOf))
      // No leave will be heard for what is watched no longer.
      for (const row of before)
        if (openInStore.has(keyOf(row)) && !still.has(keyOf(row))) finish({ ...row, to: Math.max(row.from, book.provenUntil ?? row.from) })
    },
    pending() {
      const seenUntil = book.provenUntil
      if (seenUntil === undefined) return undefined
      const begun = openRows().filter((row) => !openInStore.has(keyOf(row)))
      for (const row of begun) ended.delete(keyOf(row))
      if (ended.size === 0 && begun.length === 0 && (openInStore.size === 0 || seenUntil === writtenUntil)) return undefined
      return { watch, seenUntil, rows: [...ended.values(), ...begun] }
    },
    written(batch) {
      if (batch.watch !== watch) return
      writtenUntil = batch.seenUntil
      for (const row of batch.rows) {
        const key = keyOf(row)
        // One that ended while the batch was being written comes with the next.
        if (row.to === null && !ended.has(key)) openInStore.add(key)
        else if (ended.get(key) === row) ended.delete(key)
      }
    },
    get isBusy() {
      return book.open().some(({ channelId }) => eventsOf.has(channelId))
    },
    get isLost() {
      return book.isLost
    },
  }
}

function keyOf({ event, userId, from }: PresenceRow): string {
  return `${event} ${userId} ${from}`
}
