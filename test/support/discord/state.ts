import { createHash } from 'node:crypto'
import type {
  APIApplicationCommand,
  APIApplicationCommandOptionChoice,
  APIBaseVoiceState,
  APIDMChannel,
  APIGuildForumChannel,
  APIGuildScheduledEvent,
  APIGuildStageVoiceChannel,
  APIGuildVoiceChannel,
  APIInteraction,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIPrivateThreadChannel,
  APIPublicThreadChannel,
  APIRole,
  APITextChannel,
  APIUser,
  ChannelFlags,
  InteractionResponseType,
  LocaleString,
  UserFlags,
} from 'discord-api-types/v10'
import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10'
import { Bell } from './bell.ts'
import { ALL_PERMISSIONS, has } from './permissions.ts'
import { trusted } from './trusted.ts'

/** First second of 2015, the zero of Discord's ids (developers/reference "Snowflakes"). */
const DISCORD_EPOCH = 1_420_070_400_000n

const NO_FLAGS = trusted<ChannelFlags>(0)
const NO_USER_FLAGS = trusted<UserFlags>(0)

export interface Member {
  readonly user: APIUser
  readonly joinedAt: string
  nick: string | null
  roles: string[]
}

export interface Guild {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly locale: LocaleString
  readonly joinedAt: string
  readonly roles: Map<string, APIRole>
  readonly members: Map<string, Member>
  /** Who is in which voice or stage channel. */
  readonly voice: Map<string, APIBaseVoiceState>
  readonly events: Map<string, APIGuildScheduledEvent>
}

export type GuildChannel = APITextChannel | APIGuildVoiceChannel | APIGuildStageVoiceChannel | APIGuildForumChannel
export type Thread = APIPublicThreadChannel | APIPrivateThreadChannel
export type Channel = GuildChannel | Thread | APIDMChannel

export const isThread = (channel: Channel): channel is Thread =>
  channel.type === ChannelType.PublicThread || channel.type === ChannelType.PrivateThread

/** A file that a user chose in a command or form, before any message has it. */
export interface Upload {
  readonly name: string
  readonly contentType: string
  readonly data: Uint8Array
  /** What Discord claims of it; normally the length of `data`. */
  readonly size: number
  readonly url: string
  readonly gone: boolean
}

export interface StoredMessage {
  message: APIMessage
  /** The only user who sees it, when it is ephemeral. */
  readonly visibleTo?: string
  readonly files: Map<string, Uint8Array>
}

/** What the bot answered to an interaction, and what it may still do with its token. */
export interface Interaction {
  readonly payload: APIInteraction
  readonly userId: string
  readonly createdAt: number
  answer?: InteractionResponseType
  ephemeral: boolean
  /** True from a deferral until the answer is filled in or deleted. */
  loading: boolean
  originalId?: string
  readonly messageIds: string[]
  /** Grows at every edit, follow-up and deletion, so that a test can await the next one. */
  changes: number
  modal?: APIModalInteractionResponseCallbackData
  choices?: readonly APIApplicationCommandOptionChoice[]
}

/** Everything the fake platform remembers. Holds no sockets and decides no refusals. */
export class State {
  readonly bell = new Bell()
  readonly guilds = new Map<string, Guild>()
  readonly users = new Map<string, APIUser>()
  readonly locales = new Map<string, LocaleString>()
  readonly channels = new Map<string, Channel>()
  readonly messages = new Map<string, StoredMessage>()
  /** Users who do not accept direct messages (403/50007). */
  readonly closedToDirectMessages = new Set<string>()
  /** Registered commands by scope: `global` or a guild id. */
  readonly commands = new Map<string, APIApplicationCommand[]>()
  readonly uploads = new Map<string, Upload>()
  readonly interactions = new Map<string, Interaction>()
  readonly botUser: APIUser
  readonly applicationId: string
  readonly now: () => number
  #lastId = 0n

  constructor(now: () => number, applicationId: string, botName: string) {
    this.now = now
    this.applicationId = applicationId
    this.botUser = { ...newUser(applicationId, botName), bot: true }
    this.users.set(applicationId, this.botUser)
  }

  /** A fresh snowflake that carries the current time and grows always. */
  nextId(): string {
    const fromClock = (BigInt(this.now()) - DISCORD_EPOCH) << 22n
    this.#lastId = fromClock > this.#lastId ? fromClock : this.#lastId + 1n
    return String(this.#lastId)
  }

  /** The current time as Discord writes it. */
  timestamp(): string {
    return new Date(this.now()).toISOString().replace('Z', '000+00:00')
  }

  interactionToken(id: string): string {
    return Buffer.from(`interaction:${id}:${createHash('sha256').update(id).digest('hex')}`).toString('base64url')
  }

  interactionByToken(token: string): Interaction | undefined {
    // Tokens name their interaction, so that a crowd of them is not searched.
    const [, id = ''] = Buffer.from(token, 'base64url').toString('latin1').split(':')
    const interaction = this.interactions.get(id)
    return interaction?.payload.token === token ? interaction : undefined
  }

  guildOf(channel: Channel): Guild | undefined {
    return 'guild_id' in channel && channel.guild_id !== undefined ? this.guilds.get(channel.guild_id) : undefined
  }

  /** Permissions of a member in a guild or in one of its channels (developers/topics/permissions "Permission Hierarchy"). */
  permissionsOf(guild: Guild, userId: string, channel?: Channel): bigint {
    const member = guild.members.get(userId)
    if (!member) return 0n
    if (guild.ownerId === userId) return ALL_PERMISSIONS
    const base = [guild.id, ...member.roles].reduce((all, id) => all | BigInt(guild.roles.get(id)?.permissions ?? 0), 0n)
    if (has(base, PermissionFlagsBits.Administrator)) return ALL_PERMISSIONS
    // A thread has the overwrites of its channel.
    const source = channel && isThread(channel) ? this.channels.get(channel.parent_id ?? '') : channel
    const overwrites = source && 'permission_overwrites' in source ? (source.permission_overwrites ?? []) : []
    const apply = (granted: bigint, ids: readonly string[]): bigint => {
      const chosen = overwrites.filter((overwrite) => ids.includes(overwrite.id))
      const denied = chosen.reduce((all, overwrite) => all | BigInt(overwrite.deny), 0n)
      return chosen.reduce((all, overwrite) => all | BigInt(overwrite.allow), granted & ~denied)
    }
    return apply(apply(apply(base, [guild.id]), member.roles), [userId])
  }

  /** The direct conversation of the bot with a user, opened when it is not yet there. */
  directChannel(userId: string): APIDMChannel {
    for (const channel of this.channels.values()) {
      if (channel.type === ChannelType.DM && channel.recipients?.some((user) => user.id === userId)) return channel
    }
    const user = this.users.get(userId)
    if (!user) throw new Error(`no user ${userId}`)
    const channel: APIDMChannel = {
      id: this.nextId(),
      type: ChannelType.DM,
      flags: NO_FLAGS,
      name: null,
      last_message_id: null,
      recipients: [user],
    }
    this.channels.set(channel.id, channel)
    return channel
  }

  /** Messages of a channel that everybody there sees, oldest first. */
  publicMessages(channelId: string): APIMessage[] {
    return [...this.messages.values()]
      .filter((stored) => stored.message.channel_id === channelId && stored.visibleTo === undefined && !isLoading(stored.message))
      .map((stored) => stored.message)
  }
}

const LOADING = 128
const isLoading = (message: APIMessage): boolean => ((message.flags ?? 0) & LOADING) !== 0

/** A user as Discord shows it today (no discriminator). */
export function newUser(id: string, name: string): APIUser {
  return {
    id,
    username: name.toLowerCase().replaceAll(/[^a-z0-9_.]/gu, '_') || 'user',
    global_name: name,
    discriminator: '0',
    avatar: null,
    public_flags: NO_USER_FLAGS,
    flags: NO_USER_FLAGS,
    primary_guild: null,
  }
}
