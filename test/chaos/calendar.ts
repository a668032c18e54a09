import { setTimeout as pause } from 'node:timers/promises'
import type { SkipTarget } from '../../server/server-app.ts'
import type { Asker } from './asker.ts'
import type { Book, OpenEvent } from './book.ts'
import type { RunRecord } from './run-record.ts'
import type { Watcher } from './watcher.ts'

/** So large that two such events with nearly everybody there use up a period's release: who comes then must be told that there is nothing left. */
const LARGE_REWARD = 10_000
const SMALL_REWARD = 25
/** Shares of a cycle that pass before the next thing happens. */
const CHECK_IN_SHARE = 0.22
const STEP_SHARE = 0.07
const DISPUTE_SHARE = 0.12
const SLICE_MS = 100

/** The host's and the clock's part: events, and days that go by, so that each cycle sees grants funded, payouts made and a period closed. */
export class Calendar {
  readonly #asker: Asker
  readonly #book: Book
  readonly #record: RunRecord
  readonly #members: number
  readonly #watcher: Watcher
  #requests = 0
  #offset = 0

  constructor(ports: { asker: Asker; book: Book; record: RunRecord; watcher: Watcher; members: number }) {
    this.#asker = ports.asker
    this.#book = ports.book
    this.#record = ports.record
    this.#members = ports.members
    this.#watcher = ports.watcher
  }

  /** One period after the other, each in about `cycleMs`, until told to stop. */
  async live(cycleMs: number, signal: AbortSignal): Promise<void> {
    const wait = async (share: number): Promise<void> => {
      for (let left = share * cycleMs; left > 0 && !signal.aborted; left -= SLICE_MS) await pause(Math.min(left, SLICE_MS))
    }
    const step = async (target: SkipTarget): Promise<void> => {
      if (signal.aborted) return
      await this.skip(target)
      await wait(STEP_SHARE)
    }
    for (let cycle = 0; !signal.aborted; cycle += 1) {
      await this.#openEvents(cycle % 2 === 0 ? 2 : 1)
      await wait(CHECK_IN_SHARE)
      await step('hour')
      this.#book.openEvents = []
      for (let day = 0; day < 3; day += 1) await step('day')
      await this.#openEvents(0)
      await wait(CHECK_IN_SHARE / 2)
      this.#book.openEvents = []
      await step('period-end')
      this.#book.isInDispute = true
      await wait(DISPUTE_SHARE)
      this.#book.isInDispute = false
      await step('period-close')
    }
    this.#book.openEvents = []
  }

  async skip(target: SkipTarget): Promise<void> {
    const before = this.#offset
    await this.#asker.skip(target, this.#newKey(), async () => (await this.#watcher.clockOffset()) !== before)
    for (;;) {
      try {
        this.#offset = await this.#watcher.clockOffset()
        return
      } catch {
        // The database is down at this moment.
        await pause(SLICE_MS)
      }
    }
  }

  async #openEvents(large: number): Promise<void> {
    this.#book.openEvents = await Promise.all([
      this.#open('rotating', SMALL_REWARD),
      ...Array.from({ length: large }, () => this.#open('codes', LARGE_REWARD)),
    ])
  }

  async #open(evidence: 'rotating' | 'codes', reward: number): Promise<OpenEvent> {
    const created = await this.#host(`/event create Meeting start:+5m minutes:90 evidence:${evidence} reward:${reward}`)
    const number = Number(/EVT-(\d+)/.exec(created.title ?? '')?.[1])
    const shown = await this.#host(`/event codes EVT-${number}${evidence === 'codes' ? ` count:${this.#members}` : ''}`)
    this.#record.count('events')
    const codes = evidence === 'rotating' ? [shown.verbatim ?? ''] : (shown.file ?? '').trim().split('\r\n').slice(1)
    return { number, codes }
  }

  async #host(line: string) {
    const answer = await this.#asker.post('hana', line, this.#newKey())
    if (answer.tone === 'refused') this.#record.violation(`the host was refused (${answer.code}): ${line}`)
    return answer
  }

  #newKey(): string {
    this.#requests += 1
    return `chaos-hana-${this.#requests}`
  }
}
