import type { Instant } from '../shared/instant.ts'
import type { Reply } from '../shared/reply.ts'

/** Something that the product had to tell a member. */
export interface InboxMessage {
  readonly number: number
  readonly at: Instant
  readonly reply: Reply
}

/** `MSG-7`: where a page of older messages begins. */
export const messageCode = (number: number): string => `MSG-${number}`
