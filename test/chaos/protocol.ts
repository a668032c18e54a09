import type { CheckpointName } from '../../core/settlement/settlement.port.ts'
import type { Reply } from '../../core/shared/reply.ts'

/** What the chaos asks of the product's process. */
export type ToApp =
  /** A line typed by a console account, as in the terminal chat; `id` pairs it with its answer, `key` makes it happen once. */
  | { readonly kind: 'say'; readonly id: number; readonly userId: string; readonly line: string; readonly key: string }
  /** Lets settlement go on from the point at which it stands. */
  | { readonly kind: 'go'; readonly id: number }

/** What the product's process tells. */
export type FromApp =
  | { readonly kind: 'serving'; readonly origin: string }
  | { readonly kind: 'said'; readonly id: number; readonly reply: Pick<Reply, 'tone' | 'code' | 'verbatim' | 'fields'> }
  /** The line could not be taken at all: a store of the chat did not answer. */
  | { readonly kind: 'unsaid'; readonly id: number; readonly reason: string }
  /** Settlement stands at a named point and waits for `go`. */
  | { readonly kind: 'at'; readonly id: number; readonly point: CheckpointName }
  | { readonly kind: 'bug'; readonly text: string }
