import { ApiRefusal, conflict } from './api-refusal.ts'
import type { ApiUpdate } from './api-types.ts'

interface Pending {
  update: ApiUpdate
  /** Delivered a second time by the driver: an offset says nothing about it, the next poll after the delivery confirms it. */
  again: boolean
  handedOut: boolean
}

interface Poller {
  finish(outcome: ApiUpdate[] | ApiRefusal): void
  limit: number
}

const TERMINATED = 'terminated by other getUpdates request; make sure that only one bot instance is running'
const MAX_PENDING = 100_000

/** Updates waiting for the bot: long poll with offsets, one poller at a time, confirmed updates forgotten. */
export class UpdateQueue {
  private pending: Pending[] = []
  private poller: Poller | undefined
  private readonly onConfirmed: (updateId: number) => void
  private readonly onPolling: () => void

  constructor(onConfirmed: (updateId: number) => void, onPolling: () => void) {
    this.onConfirmed = onConfirmed
    this.onPolling = onPolling
  }

  get size(): number {
    return this.pending.length
  }

  get hasPoller(): boolean {
    return this.poller !== undefined
  }

  push(update: ApiUpdate, again = false): void {
    if (this.pending.length >= MAX_PENDING) throw new Error(`${MAX_PENDING} updates wait for the bot`)
    this.pending.push({ update, again, handedOut: false })
    this.serve()
  }

  /** Takes everything for delivery by webhook. */
  takeAll(): ApiUpdate[] {
    return this.pending.splice(0).map((each) => each.update)
  }

  /** Forgets all waiting updates (drop_pending_updates); gives their ids. */
  clear(): number[] {
    return this.takeAll().map((update) => update.update_id)
  }

  /**
   * One getUpdates call.
   * @param seconds how long to hold the call when nothing waits
   * @param gone aborted when the caller hangs up
   * @throws ApiRefusal 409 when another call takes this one's place
   */
  async poll(offset: number, limit: number, seconds: number, gone: AbortSignal): Promise<ApiUpdate[]> {
    this.stop(conflict(TERMINATED))
    this.confirm(offset)
    const outcome = await new Promise<ApiUpdate[] | ApiRefusal>((resolve) => {
      const finish = (result: ApiUpdate[] | ApiRefusal) => {
        clearTimeout(timer)
        gone.removeEventListener('abort', hangUp)
        if (this.poller === poller) this.poller = undefined
        resolve(result)
      }
      const hangUp = () => finish([])
      const timer = setTimeout(() => finish([]), seconds * 1000)
      const poller: Poller = { finish, limit }
      this.poller = poller
      gone.addEventListener('abort', hangUp, { once: true })
      this.serve()
      if (seconds === 0 && this.poller === poller) finish([])
    })
    if (outcome instanceof ApiRefusal) throw outcome
    return outcome
  }

  /** Ends the waiting call, if any, with this refusal. */
  stop(why: ApiRefusal): void {
    this.poller?.finish(why)
  }

  private confirm(offset: number): void {
    const keptFromEnd = offset < 0 ? Math.max(0, this.pending.length + offset) : undefined
    const confirmed = this.pending.filter((each, index) => {
      if (keptFromEnd !== undefined) return index < keptFromEnd
      return each.again ? each.handedOut : each.update.update_id < offset
    })
    this.pending = this.pending.filter((each) => !confirmed.includes(each))
    for (const each of confirmed) this.onConfirmed(each.update.update_id)
  }

  private serve(): void {
    const { poller } = this
    if (!poller) return
    const batch = this.pending.slice(0, poller.limit)
    if (batch.length === 0) {
      this.onPolling()
      return
    }
    for (const each of batch) each.handedOut = true
    poller.finish(batch.map((each) => each.update))
  }
}
