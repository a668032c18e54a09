import type { ChatPlace, Platform } from '../shared/actor.ts'
import type { PostTarget } from '../shared/chat-app.ts'
import type { Instant } from '../shared/instant.ts'
import { refuse, type Outcome } from '../shared/refusal.ts'
import type { Language } from '../shared/text.ts'
import { guildTexts } from './guild.texts.ts'
import type { MappableRole, RoleMapping } from './mapped-roles.rules.ts'

const { say } = guildTexts

/** A server or group, by the platform's own id. */
export interface GuildKey {
  readonly platform: Platform
  readonly communityId: string
}

/** A channel of a server, a group, or a topic in one. */
export type AnnounceChat = Pick<PostTarget, 'chatId' | 'threadId'>

/** What operators chose for a server. */
export interface GuildSettings {
  readonly language: Language | undefined
  readonly announceIn: AnnounceChat | undefined
  readonly mappings: readonly RoleMapping[]
}

/** What servers of the community need of the database; runs inside the command's transaction. */
export interface GuildPort {
  /** Servers that were added by a command, at most `limit`, in the order in which they were. */
  served(platform: Platform, limit: number): Promise<readonly { readonly communityId: string; readonly at: Instant }[]>
  /** False when it was so already. */
  serve(guild: GuildKey, served: boolean, by: string, at: Instant): Promise<boolean>
  settings(guild: GuildKey): Promise<GuildSettings>
  /** Changes of one server wait for each other until the transaction ends. */
  choose(guild: GuildKey, choice: { language?: Language; announceIn?: AnnounceChat }, by: string, at: Instant): Promise<void>
  /** Bounded under concurrency: never more than `limit` in a server. */
  map(guild: GuildKey, mapping: RoleMapping, by: string, at: Instant, limit: number): Promise<'mapped' | 'had-it' | 'too-many'>
  /** False when there was none. */
  unmap(guild: GuildKey, groupRoleId: string, role: MappableRole): Promise<boolean>
}

/** The server of a command, or the refusal of one that was given in a direct message. */
export function requireGuild(platform: Platform, place: ChatPlace): Outcome<GuildKey> {
  if (place.communityId !== undefined) return { ok: true, result: { platform, communityId: place.communityId } }
  return refuse({ code: 'guild.none', kind: 'invalid', reason: say('noGuild'), nextStep: say('noGuildNext') })
}
