import type { ChatMemory, KeptAnswers } from '../../core/chats/chats.port.ts'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import type { ChatAliases } from './chat-aliases.ts'
import type { LinkTags } from './link-tags.ts'
import type { Patience } from './patience.ts'
import type { Poster } from './poster.ts'
import type { SendQueue } from './send-queue.ts'
import type { TelegramApi } from './telegram-api.ts'
import type { Timers } from './timers.ts'

/** Everything that handling an update needs. */
export interface Surface {
  readonly app: ChatApp
  readonly api: TelegramApi
  readonly queue: SendQueue
  readonly poster: Poster
  readonly patience: Patience
  readonly aliases: ChatAliases
  readonly memory: ChatMemory
  readonly tags: LinkTags
  readonly kept: KeptAnswers
  readonly timers: Timers
  /** Our own name, without `@`. */
  readonly username: string
}

export const wordsOf = ({ app }: Pick<Surface, 'app'>): { speak: ChatApp['speak']; publicOrigin: string } => ({
  speak: app.speak,
  publicOrigin: app.publicOrigin,
})
