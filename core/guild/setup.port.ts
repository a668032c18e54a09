import type { Topic } from '../announce/announce.types.ts'
import type { Instant } from '../shared/instant.ts'
import type { Language } from '../shared/text.ts'
import type { AnnounceChat, GuildKey, GuildPort } from './guild.port.ts'

/** What a server hears of without being asked for more. The others concern a few, and are routed by hand. */
export const SETUP_TOPICS = ['events', 'statements', 'news'] as const satisfies readonly Topic[]

/** What `setup` needs: it knows what holds where nothing was chosen, and makes announcements happen. */
export interface SetupPort extends GuildPort {
  readonly publicLanguage: Language
  /**
   * Announces the topics of setup in this chat, and no longer where an earlier setup of the server let them be announced. A route of the same topic that
   * the chat has already stays as it is; routes that were set by hand elsewhere stay.
   */
  announceIn(guild: GuildKey, chat: AnnounceChat, language: Language, by: string, at: Instant): Promise<void>
  /** The routes that setup of this server made speak this language. */
  announceInLanguage(guild: GuildKey, language: Language): Promise<void>
  /** What is announced in a chat, however its routes were made. */
  announcedIn(guild: GuildKey, chat: AnnounceChat): Promise<readonly Topic[]>
}
