import { setTimeout as sleep } from 'node:timers/promises'
import type { Platform } from '../core/shared/actor.ts'
import { MINUTE, SECOND, type Instant } from '../core/shared/instant.ts'
import type { OutboxPort, Wanted } from '../core/shared/outbox.ts'
import { deliverOne, type DeliverOptions } from './deliver-one.ts'

/** Taken deliveries belong to a worker this long; it keeps them longer while it is at them. Shorter than Discord remembers a nonce. */
const LEASE_MS = MINUTE
const KEEP_EVERY_MS = 20 * SECOND
/**
 * Deliveries under way at once. Telegram takes 20 messages a minute in a group and 30 a second in all: 90 groups that are behind use that up, and each
 * occupies a place while it waits.
 */
const MOST_POSTS = 128
const MOST_OTHERS = 32
/** Ends of deliveries that come within this time are answered by one look for more. */
const PAUSE_MS = 50
const LONGEST_PAUSE_MS = SECOND

/** Delivers what is due now, once each, and gives how many were delivered. A failure of one delivery never stops the others. */
export async function deliverOutbox(options: DeliverOptions, now: Instant): Promise<number> {
  const { outbox, messengers } = options
  await outbox.spread(now)
  const platforms = [...messengers.keys()]
  const posts = await outbox.take({ kind: 'posts', platforms, limit: MOST_POSTS }, now, now + LEASE_MS)
  const others = await outbox.take({ kind: 'others', platforms, limit: MOST_OTHERS }, now, now + LEASE_MS)
  const results = await Promise.all([...others, ...posts].map((delivery) => deliverOne(options, delivery, () => now)))
  return results.filter(Boolean).length
}

export interface Deliveries {
  /** Looks for what is due and starts it; resolves soon after something has ended, at once when there was nothing. Gives how many are under way or were started. */
  step(): Promise<number>
  /** Lets messages that are leaving end, and gives back what only waits for its turn; nothing more is sent afterwards. */
  drain(): Promise<void>
}

/** The worker of a running product: many chats at once, each in its order, and a slow one holds up nobody else. */
export function createDeliveries(options: DeliverOptions, now: () => Instant, onError: (error: unknown) => void): Deliveries {
  const { messengers } = options
  const outbox: OutboxPort = {
    ...options.outbox,
    async sending(tried, at) {
      // One of several parts has left: the others follow.
      if (isStopping && !leaving.has(tried.id)) return false
      leaving.add(tried.id)
      return options.outbox.sending(tried, at)
    },
  }
  const underWay = new Map<bigint, { readonly lot: string; readonly end: Promise<void> }>()
  /** Of those, whose message is leaving. */
  const leaving = new Set<bigint>()
  let isStopping = false
  let keptAt = now()
  let ended = Promise.withResolvers<void>()

  async function fill(kind: Wanted['kind'], platform: Platform, most: number): Promise<void> {
    const lot = `${kind} ${platform}`
    const limit = most - [...underWay.values()].filter((each) => each.lot === lot).length
    if (limit <= 0) return
    const at = now()
    for (const delivery of await outbox.take({ kind, platforms: [platform], limit }, at, at + LEASE_MS)) {
      // Taken again although it is still under way here: our hold on it was late. The try that is under way ends by itself.
      if (underWay.has(delivery.id)) continue
      const end = deliverOne({ ...options, outbox }, delivery, now)
        .then(
          () => undefined,
          (error: unknown) => (isStopping ? undefined : onError(error)),
        )
        .finally(() => {
          underWay.delete(delivery.id)
          leaving.delete(delivery.id)
          ended.resolve()
        })
      underWay.set(delivery.id, { lot, end })
    }
  }

  return {
    async step() {
      await outbox.spread(now())
      if (underWay.size > 0 && now() - keptAt >= KEEP_EVERY_MS) {
        keptAt = now()
        await outbox.keep([...underWay.keys()], keptAt + LEASE_MS)
      }
      for (const platform of messengers.keys()) {
        await fill('posts', platform, MOST_POSTS)
        await fill('others', platform, MOST_OTHERS)
      }
      const count = underWay.size
      if (count === 0) return 0
      await firstOf(ended.promise, LONGEST_PAUSE_MS)
      ended = Promise.withResolvers()
      await sleep(PAUSE_MS)
      return count
    },
    async drain() {
      isStopping = true
      await Promise.all([...leaving].flatMap((id) => underWay.get(id)?.end ?? []))
      await outbox.keep([...underWay.keys()], now())
    },
  }
}

/** Resolves with `promise`, or after `ms`. */
async function firstOf(promise: Promise<void>, ms: number): Promise<void> {
  const late = new AbortController()
  await Promise.race([promise, sleep(ms, undefined, { signal: late.signal }).catch(() => undefined)])
  late.abort()
}
