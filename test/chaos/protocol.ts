import type { CheckpointName } from '../../core/settlement/settlement.port.ts'
import type { Reply } from '../../core/shared/reply.ts'

/** What somebody does in the chat: a line, or a press of what an earlier answer offered. */
export type Turn = { readonly line: string } | { readonly button: string }

/** What the chaos asks of the product's process. */
export type ToApp =
  /** A turn of an account; `id` pairs it with its answer, `key` makes it happen once. A `userId` of digits is an account of Discord, every other one of the terminal. */
  | { readonly kind: 'say'; readonly id: number; readonly userId: string; readonly turn: Turn; readonly key: string }
  /** Lets settlement go on from the point at which it stands. */
  | { readonly kind: 'go'; readonly id: number }

/** A reply as far as the community cares. */
export type SaidReply = Pick<Reply, 'tone' | 'code' | 'verbatim' | 'fields'> & {
  /** Tokens of its buttons, in their order. */
  readonly buttons: readonly string[]
  /** What its choices offer. */
  readonly options: readonly string[]
  /** The id of the form's question that it asks. */
  readonly question?: string
  /** Codes of lines, submissions and disputes in it, in their order. */
  readonly codes: readonly string[]
}

/** What the product's process tells. */
export type FromApp =
  | { readonly kind: 'serving'; readonly origin: string }
  | { readonly kind: 'said'; readonly id: number; readonly reply: SaidReply }
  /** The turn could not be taken at all: a store of the chat did not answer. */
  | { readonly kind: 'unsaid'; readonly id: number; readonly reason: string }
  /** Settlement stands at a named point and waits for `go`. */
  | { readonly kind: 'at'; readonly id: number; readonly point: CheckpointName }
  | { readonly kind: 'bug'; readonly text: string }

export const isOfDiscord = (userId: string): boolean => /^\d+$/.test(userId)
