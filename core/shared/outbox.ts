import type { Platform } from './actor.ts'
import type { MessageReference } from './chat-app.ts'
import type { Instant } from './instant.ts'
import type { Reply } from './reply.ts'
import type { Language } from './text.ts'

/** One delivery to one place. Causes that reach many places (a card, an alert) are spread into these first, so that each is retried by itself. */
export type Delivery =
  | {
      readonly id: bigint
      readonly attempts: number
      readonly kind: 'private'
      readonly platform: Platform
      readonly userId: string
      readonly reply: Reply
      readonly language: Language
    }
  | { readonly id: bigint; readonly attempts: number; readonly kind: 'card'; readonly message: MessageReference; readonly subject: string }

/** A message that nobody asked for just now, such as a check-in that was undone. */
export interface Notice {
  readonly reply: Reply
  readonly language: Language
}

/** Gives what waits for an account of the console, oldest first, and counts it as delivered: chats of the console fetch their messages, nothing can be pushed to them. */
export type TakeNotices = (userId: string) => Promise<readonly Notice[]>

/** The transactional outbox as its worker sees it (spec 10, "Announcements"). */
export interface OutboxPort {
  /** Turns causes into deliveries, one an account or a shown card; many changes of one card become one. */
  spread(now: Instant): Promise<void>
  /** Takes due deliveries of these platforms for a while: nobody else gets them until `until`. In order of their causes. */
  take(platforms: readonly Platform[], limit: number, now: Instant, until: Instant): Promise<readonly Delivery[]>
  delivered(id: bigint, now: Instant): Promise<void>
  postpone(id: bigint, until: Instant): Promise<void>
  /** A dead letter: kept, never tried again, shown to operators. */
  giveUp(id: bigint, reason: string): Promise<void>
  forgetCard(subject: string, message: MessageReference): Promise<void>
  /** What a card shows now; undefined when its subject is gone. */
  readCard(subject: string, now: Instant): Promise<Reply | undefined>
}
