import type { Platform } from '../core/shared/actor.ts'
import type { Messenger } from '../core/shared/chat-app.ts'
import { Fault } from '../core/shared/fault.ts'
import { MINUTE, SECOND, type Instant } from '../core/shared/instant.ts'
import type { Delivery, OutboxPort } from '../core/shared/outbox.ts'
import type { Language } from '../core/shared/text.ts'

const BATCH = 50
const LEASE_MS = MINUTE
const MAX_ATTEMPTS = 12
const FIRST_WAIT_MS = 2 * SECOND
const LONGEST_WAIT_MS = 30 * MINUTE

export interface DeliverOptions {
  readonly outbox: OutboxPort
  readonly messengers: ReadonlyMap<Platform, Messenger>
  /** Language of cards, which everybody in a channel reads. */
  readonly publicLanguage: Language
}

/** Delivers what is due, oldest cause first; gives how many were delivered. A failure of one delivery never stops the others. */
export async function deliverOutbox({ outbox, messengers, publicLanguage }: DeliverOptions, now: Instant): Promise<number> {
  await outbox.spread(now)
  const due = await outbox.take([...messengers.keys()], BATCH, now, now + LEASE_MS)
  let delivered = 0
  for (const delivery of due) {
    try {
      await deliver(delivery)
      await outbox.delivered(delivery.id, now)
      delivered += 1
    } catch (error) {
      await settleFailure(outbox, delivery, error, now)
    }
  }
  return delivered

  async function deliver(delivery: Delivery): Promise<void> {
    if (delivery.kind === 'private') {
      await messengers.get(delivery.platform)!.sendPrivate(delivery.userId, delivery.reply, delivery.language)
      return
    }
    const reply = await outbox.readCard(delivery.subject, now)
    if (reply === undefined) return
    const edited = await messengers.get(delivery.message.platform)!.edit(delivery.message, reply, publicLanguage)
    if (edited === 'gone') await outbox.forgetCard(delivery.subject, delivery.message)
  }
}

/** Faults of the world wait and come again, longer each time; what can never succeed becomes a dead letter with its reason. */
async function settleFailure(outbox: OutboxPort, { id, attempts }: Delivery, error: unknown, now: Instant): Promise<void> {
  const mayPass = error instanceof Fault && error.retryable
  const reason = error instanceof Error ? error.message : String(error)
  if (!mayPass || attempts >= MAX_ATTEMPTS) return outbox.giveUp(id, reason.slice(0, 500))
  const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts)
  return outbox.postpone(id, now + Math.max(backoff, error.retryAfterMs ?? 0))
}
