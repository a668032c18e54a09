import type { Platform } from '../core/shared/actor.ts'
import type { Draw } from '../core/shared/chart.ts'
import type { Attempt, Messenger } from '../core/shared/chat-app.ts'
import { Fault } from '../core/shared/fault.ts'
import { MINUTE, SECOND, type Instant } from '../core/shared/instant.ts'
import type { Delivery, OutboxPort } from '../core/shared/outbox.ts'
import type { Language } from '../core/shared/text.ts'

const MAX_ATTEMPTS = 12
const FIRST_WAIT_MS = 2 * SECOND
const LONGEST_WAIT_MS = 30 * MINUTE
const MAX_REASON = 500
/** Tries to record an outcome that is known: a database that restarts is back within seconds. */
const MAX_RECORD_TRIES = 5

export interface DeliverOptions {
  readonly outbox: OutboxPort
  readonly messengers: ReadonlyMap<Platform, Messenger>
  /** Language of cards, which everybody in a channel reads. */
  readonly publicLanguage: Language
  /** Pictures of posts; left out where there are only words. */
  readonly draw?: Draw
}

/** Another worker has the delivery: this one must not send. */
class Superseded extends Fault {
  constructor() {
    super('outbox', 'the delivery was given to another worker', { retryable: true })
  }
}

/** Tries one delivery and records how it went; true when it is delivered. Rejects only when the outcome could not be recorded. */
export async function deliverOne(options: DeliverOptions, delivery: Delivery, now: () => Instant): Promise<boolean> {
  const { outbox, messengers } = options
  const messenger = messengers.get(delivery.kind === 'private' ? delivery.platform : placeOf(delivery).platform)!
  if (isOpenTooLong(delivery, messenger, now())) {
    await recorded(() => outbox.doubt(delivery, 'the process ended while it was being sent'))
    return false
  }
  let hasBegun = delivery.sendingSince !== undefined
  const attempt: Attempt = {
    nonce: nonceOf(delivery),
    sending: async () => {
      if (!(await outbox.sending(delivery, now()))) throw new Superseded()
      hasBegun = true
    },
  }
  try {
    await send(options, messenger, delivery, attempt, now)
    return true
  } catch (error) {
    if (error instanceof NotRecorded) throw error
    await recorded(() => settleFailure(outbox, messenger, delivery, { error, hasBegun, now: now() }))
    return false
  }
}

/** The same in every try, and of no other message of any database: at most 24 characters. */
export const nonceOf = ({ id, createdAt }: Pick<Delivery, 'id' | 'createdAt'>): string => `${id.toString(36)}.${createdAt.toString(36)}`

const placeOf = (delivery: Exclude<Delivery, { kind: 'private' }>) => (delivery.kind === 'post' ? delivery.target : delivery.message)

/** An earlier try may have succeeded, and the platform would not tell: it does not know our nonces, or has forgotten this one. */
const isOpenTooLong = ({ sendingSince }: Delivery, { remembersNonceMs }: Messenger, now: Instant): boolean =>
  sendingSince !== undefined && now - sendingSince >= remembersNonceMs

async function send(
  { outbox, publicLanguage, draw }: DeliverOptions,
  messenger: Messenger,
  delivery: Delivery,
  attempt: Attempt,
  now: () => Instant,
): Promise<void> {
  if (delivery.kind === 'private') {
    await messenger.sendPrivate(delivery.userId, delivery.reply, delivery.reader, attempt)
    return recorded(() => outbox.delivered(delivery.id, now()))
  }
  if (delivery.kind === 'post') {
    const at = now()
    const shown = (delivery.card === undefined ? undefined : await outbox.readCard(delivery.card, at)) ?? delivery.reply
    const picture = shown.chart === undefined ? undefined : await draw?.(shown.chart, delivery.readers.language)
    const message = await messenger.post(delivery.target, shown, delivery.readers, attempt, picture)
    return recorded(() => outbox.posted(delivery, message, shown, at))
  }
  const reply = await outbox.readCard(delivery.subject, now())
  if (reply !== undefined) {
    const { language, timeZone } = delivery.readers ?? { language: publicLanguage, timeZone: undefined }
    const edited = await messenger.edit(delivery.message, reply, language, timeZone)
    if (edited === 'gone') await outbox.forgetCard(delivery.subject, delivery.message)
  }
  await recorded(() => outbox.delivered(delivery.id, now()))
}

/** Faults of the world wait and come again, longer each time; what can never succeed becomes a dead letter; what may have succeeded is repeated only where the platform can tell. */
async function settleFailure(
  outbox: OutboxPort,
  messenger: Messenger,
  delivery: Delivery,
  { error, hasBegun, now }: { error: unknown; hasBegun: boolean; now: Instant },
): Promise<void> {
  if (error instanceof Superseded) return
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON)
  // What is not a fault is a bug, and says nothing about how far the message came. Edits may be repeated.
  const isOpen = delivery.kind !== 'card' && hasBegun && (error instanceof Fault ? error.mayHaveHappened : true)
  if (isOpen && messenger.remembersNonceMs === 0) return outbox.doubt(delivery, reason)
  const mayPass = error instanceof Fault && error.retryable
  if (!mayPass || delivery.attempts >= MAX_ATTEMPTS) return isOpen ? outbox.doubt(delivery, reason) : outbox.giveUp(delivery, reason)
  const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** delivery.attempts)
  return outbox.postpone(delivery, now + Math.max(backoff, error.retryAfterMs ?? 0), isOpen)
}

/** The message arrived, and nothing may make it look as if it had not. */
class NotRecorded extends Error {}

async function recorded(write: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof Fault) || !error.retryable || tried >= MAX_RECORD_TRIES)
        throw new NotRecorded('an outcome could not be recorded', { cause: error })
      await new Promise((done) => setTimeout(done, 250 * 2 ** tried))
    }
  }
}
