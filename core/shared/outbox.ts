import type { Platform } from './actor.ts'
import type { MessageReference, PostTarget, Readers } from './chat-app.ts'
import type { Instant } from './instant.ts'
import type { Reply } from './reply.ts'
import type { Language } from './text.ts'

interface DeliveryBase {
  readonly id: bigint
  /** Counts up from 1; also the mark by which a worker that was too slow is told from the one that came after it. */
  readonly attempts: number
  readonly createdAt: Instant
  /** Set when an earlier try began to send and nobody knows how that ended. */
  readonly sendingSince: Instant | undefined
}

/** One delivery to one place. Causes that reach many places (a card, an alert, an announcement) are spread into these first, so that each is retried by itself. */
export type Delivery = DeliveryBase &
  (
    | {
        readonly kind: 'private'
        readonly platform: Platform
        readonly userId: string
        readonly reply: Reply
        readonly reader: Readers
      }
    /** `readers` undefined: the community's language. */
    | { readonly kind: 'card'; readonly message: MessageReference; readonly subject: string; readonly readers: Readers | undefined }
    /** `card`: what is posted is the card of this subject as it is then; `reply` is what is said when there is none any more. */
    | {
        readonly kind: 'post'
        readonly target: PostTarget
        readonly reply: Reply
        readonly readers: Readers
        readonly card: string | undefined
      }
  )

/** Which deliveries a worker asks for. Posts go out one after another in each chat, all others on their own. */
export interface Wanted {
  readonly kind: 'posts' | 'others'
  readonly platforms: readonly Platform[]
  readonly limit: number
}

/** A message that reaches an open screen by itself, such as that a check-in was undone. */
export interface Notice {
  readonly reply: Reply
  readonly language: Language
}

/** Gives what waits for an account of the console and in the inbox of its member, oldest first, and counts it as delivered and read: chats of the console fetch their messages, nothing can be pushed to them. */
export type TakeNotices = (userId: string) => Promise<readonly Notice[]>

/** Which try of which delivery. */
export type Try = Pick<Delivery, 'id' | 'attempts'>

/** The transactional outbox as its worker sees it (spec 10, "Announcements"; docs/decisions/0006-announcements.md). */
export interface OutboxPort {
  /** Turns causes into deliveries: one an account, a shown card or a routed chat; many changes of one card become one. */
  spread(now: Instant): Promise<void>
  /** Takes due deliveries: nobody else gets them until `until`. Oldest first; of each chat at most one, and none while an earlier one is under way or waits to be tried again. */
  take(wanted: Wanted, now: Instant, until: Instant): Promise<readonly Delivery[]>
  /** Keeps taken deliveries longer. */
  keep(ids: readonly bigint[], until: Instant): Promise<void>
  /** Records that a message is about to leave. False when this try is over: the delivery was given to another worker, and nothing may be sent. */
  sending(tried: Try, now: Instant): Promise<boolean>
  delivered(id: bigint, now: Instant): Promise<void>
  /** Delivered as this message; one that shows a card is remembered, and edited once more when the subject changed since it was read. */
  posted(delivery: Delivery & { readonly kind: 'post' }, message: MessageReference, shown: Reply, now: Instant): Promise<void>
  /** `isOpen`: the message may have arrived, and the platform can tell when it is sent again with the same nonce. */
  postpone(tried: Try, until: Instant, isOpen: boolean): Promise<void>
  /** A dead letter: kept, never tried again by itself, shown to operators. */
  giveUp(tried: Try, reason: string): Promise<void>
  /** Nobody knows whether it arrived: kept, never tried again by itself, shown to operators. */
  doubt(tried: Try, reason: string): Promise<void>
  forgetCard(subject: string, message: MessageReference): Promise<void>
  /** What a card shows now; undefined when its subject is gone. */
  readCard(subject: string, now: Instant): Promise<Reply | undefined>
}
