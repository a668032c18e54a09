import {
  type APIOverwrite,
  type APIBaseVoiceState,
  ChannelType,
  GatewayDispatchEvents,
  type GatewayGuildDeleteDispatchData,
  type LocaleString,
  OverwriteType,
} from 'discord-api-types/v10'
import type { Gateway } from './gateway.ts'
import { guildCreate, guildMember, memberEvent, role } from './payloads.ts'
import { ALL_PERMISSIONS, BOT_PERMISSIONS, EVERYONE_PERMISSIONS } from './permissions.ts'
import { type Guild, type GuildChannel, isThread, type Member, newUser, type State, type Thread } from './state.ts'
import { trusted } from './trusted.ts'

export interface GuildInput {
  readonly id: string
  readonly name?: string
  /** Default: a member of its own who is nobody else. */
  readonly ownerId?: string
  readonly locale?: LocaleString
  /** What the bot may do; default: no Administrator and no MentionEveryone. */
  readonly botPermissions?: bigint
  readonly everyonePermissions?: bigint
  readonly roles?: readonly RoleInput[]
}

export interface RoleInput {
  readonly id?: string
  readonly name: string
  readonly permissions?: bigint
}

export interface ChannelInput {
  readonly id?: string
  /** Default: the first guild. */
  readonly guild?: string
  readonly name?: string
  readonly type?: keyof typeof CHANNEL_TYPES
  /** What the bot may do here, when it is not what it may do in the guild. */
  readonly botPermissions?: bigint
}

export interface UserInput {
  readonly userId: string
  readonly name?: string
  readonly locale?: LocaleString
  readonly bot?: boolean
  /** False: direct messages are answered by 403/50007. */
  readonly acceptsDirectMessages?: boolean
}

export interface MemberInput extends UserInput {
  /** Default: the first guild. */
  readonly guild?: string
  readonly nick?: string
  /** Ids or names of roles of the guild. */
  readonly roles?: readonly string[]
  /** Permissions beyond @everyone's and the roles'; they come as a role of the member's own, as in a real guild. */
  readonly permissions?: bigint
}

/** How a member sits in a voice channel: by its own choice, or deafened by a moderator. */
export interface VoiceInput {
  readonly deafened?: boolean
  readonly muted?: boolean
  readonly deafenedByServer?: boolean
}

const CHANNEL_TYPES = {
  text: ChannelType.GuildText,
  voice: ChannelType.GuildVoice,
  stage: ChannelType.GuildStageVoice,
  forum: ChannelType.GuildForum,
} as const

const FORUM = { available_tags: [], default_reaction_emoji: null, default_sort_order: null, default_forum_layout: 0 }

/** Builds guilds, channels, roles and users, and tells a connected bot about each. */
export class World {
  readonly #state: State
  readonly #gateway: Gateway

  constructor(state: State, gateway: Gateway) {
    this.#state = state
    this.#gateway = gateway
  }

  /** A guild with the bot in it. @returns its id */
  addGuild(input: GuildInput): string {
    const state = this.#state
    if (state.guilds.has(input.id)) throw new Error(`guild ${input.id} is already there`)
    const ownerId = input.ownerId ?? state.nextId()
    if (!state.users.has(ownerId)) state.users.set(ownerId, newUser(ownerId, 'Owner'))
    const botRole = role(state.nextId(), state.botUser.username, input.botPermissions ?? BOT_PERMISSIONS, 1000, state.applicationId)
    const everyone = role(input.id, '@everyone', input.everyonePermissions ?? EVERYONE_PERMISSIONS, 0)
    const guild: Guild = {
      id: input.id,
      name: input.name ?? `Guild ${input.id}`,
      ownerId,
      locale: input.locale ?? 'en-US',
      joinedAt: state.timestamp(),
      roles: new Map([everyone, botRole].map((each) => [each.id, each])),
      members: new Map(),
      voice: new Map(),
      events: new Map(),
    }
    for (const each of input.roles ?? []) this.#newRole(guild, each)
    for (const userId of [ownerId, state.applicationId]) {
      const user = state.users.get(userId)
      if (user)
        guild.members.set(userId, {
          user,
          joinedAt: state.timestamp(),
          nick: null,
          roles: userId === state.applicationId ? [botRole.id] : [],
        })
    }
    state.guilds.set(guild.id, guild)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildCreate, guildCreate(state, guild, 50), true)
    return guild.id
  }

  /** A role below the bot's. @returns its id */
  addRole(guildId: string, input: RoleInput): string {
    const guild = this.guild(guildId)
    const added = this.#newRole(guild, input)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildRoleCreate, { guild_id: guild.id, role: added }, true)
    return added.id
  }

  /** A channel, by default a text channel. @returns its id */
  addChannel(input: ChannelInput = {}): string {
    const state = this.#state
    const guild = this.guild(input.guild)
    const id = input.id ?? state.nextId()
    const overwrites: APIOverwrite[] =
      input.botPermissions === undefined
        ? []
        : [
            {
              id: state.applicationId,
              type: OverwriteType.Member,
              allow: String(input.botPermissions),
              deny: String(ALL_PERMISSIONS & ~input.botPermissions),
            },
          ]
    const channel = trusted<GuildChannel & { guild_id: string }>({
      id,
      type: CHANNEL_TYPES[input.type ?? 'text'],
      guild_id: guild.id,
      name: input.name ?? `channel-${id}`,
      position: state.channels.size,
      flags: 0,
      topic: null,
      nsfw: false,
      parent_id: null,
      last_message_id: null,
      rate_limit_per_user: 0,
      permission_overwrites: overwrites,
      ...(input.type === 'voice' || input.type === 'stage' ? { bitrate: 64_000, user_limit: 0, rtc_region: null } : {}),
      ...(input.type === 'forum' ? FORUM : {}),
    })
    state.channels.set(id, channel)
    this.#gateway.dispatch(GatewayDispatchEvents.ChannelCreate, channel, true)
    return id
  }

  /** A member opens a thread in a text channel, or a post in a forum. @returns its id */
  addThread(parentId: string, name: string, ownerId: string): string {
    const state = this.#state
    const parent = state.channels.get(parentId)
    const guild = parent && state.guildOf(parent)
    if (!parent || !guild) throw new Error(`no channel ${parentId} of a guild`)
    const id = state.nextId()
    const now = state.timestamp()
    const thread = trusted<Thread>({
      id,
      type: ChannelType.PublicThread,
      guild_id: guild.id,
      parent_id: parentId,
      name,
      owner_id: ownerId,
      flags: 0,
      last_message_id: null,
      rate_limit_per_user: 0,
      message_count: 0,
      member_count: 1,
      total_message_sent: 0,
      thread_metadata: { archived: false, archive_timestamp: now, create_timestamp: now, auto_archive_duration: 4320, locked: false },
    })
    state.channels.set(id, thread)
    this.#gateway.dispatch(GatewayDispatchEvents.ThreadCreate, { ...thread, newly_created: true }, true)
    return id
  }

  removeChannel(id: string): void {
    const channel = this.#state.channels.get(id)
    if (!channel || channel.type === ChannelType.DM || isThread(channel)) throw new Error(`no channel ${id} of a guild`)
    this.#state.channels.delete(id)
    this.#gateway.dispatch(GatewayDispatchEvents.ChannelDelete, trusted<GuildChannel & { guild_id: string }>(channel), true)
  }

  /** The bot is removed from a guild: it hears so, and what it had registered there is forgotten. The guild may be added again. */
  removeGuild(id: string): void {
    const state = this.#state
    const guild = this.guild(id)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildDelete, trusted<GatewayGuildDeleteDispatchData>({ id: guild.id }), true)
    for (const channel of state.channels.values()) if (state.guildOf(channel) === guild) state.channels.delete(channel.id)
    state.guilds.delete(id)
    state.commands.delete(id)
  }

  /** Discord loses a guild for a while, and has it again when `over`: the bot was not removed. */
  outage(id: string, over: boolean): void {
    const guild = this.guild(id)
    if (over) this.#gateway.dispatch(GatewayDispatchEvents.GuildCreate, guildCreate(this.#state, guild, 50), true)
    else this.#gateway.dispatch(GatewayDispatchEvents.GuildDelete, { id: guild.id, unavailable: true }, true)
  }

  /** Someone who shares no guild with the bot but may write to it. @returns the user id */
  addUser(input: UserInput): string {
    const state = this.#state
    const user = { ...newUser(input.userId, input.name ?? `User ${input.userId}`), ...(input.bot === true ? { bot: true } : {}) }
    state.users.set(user.id, state.users.get(user.id) ?? user)
    if (input.locale !== undefined) state.locales.set(user.id, input.locale)
    if (input.acceptsDirectMessages === false) state.closedToDirectMessages.add(user.id)
    return user.id
  }

  /** @returns the user id */
  addMember(input: MemberInput): string {
    const state = this.#state
    const guild = this.guild(input.guild)
    const userId = this.addUser(input)
    const user = state.users.get(userId)
    if (!user || guild.members.has(userId)) throw new Error(`user ${userId} is already a member of guild ${guild.id}`)
    const roles = (input.roles ?? []).map((wanted) => this.#roleId(guild, wanted))
    if (input.permissions !== undefined) roles.push(this.addRole(guild.id, { name: `of ${user.username}`, permissions: input.permissions }))
    const member: Member = { user, joinedAt: state.timestamp(), nick: input.nick ?? null, roles }
    guild.members.set(userId, member)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildMemberAdd, memberEvent(guild, member), true)
    return userId
  }

  /** Gives a member exactly these roles, by id or name, as a moderator would. */
  setRoles(guildId: string, userId: string, roles: readonly string[]): void {
    const guild = this.guild(guildId)
    const member = this.#member(guild, userId)
    member.roles = roles.map((wanted) => this.#roleId(guild, wanted))
    this.#gateway.dispatch(GatewayDispatchEvents.GuildMemberUpdate, memberEvent(guild, member), true)
  }

  /** The member leaves or is kicked. */
  removeMember(guildId: string, userId: string): void {
    const guild = this.guild(guildId)
    const { user } = this.#member(guild, userId)
    if (guild.voice.has(userId)) this.voice(guildId, userId, null)
    guild.members.delete(userId)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildMemberRemove, { guild_id: guild.id, user }, true)
  }

  /** The member joins a voice channel, or leaves with null. */
  voice(
    guildId: string,
    userId: string,
    channelId: string | null,
    { deafened = false, muted = false, deafenedByServer = false }: VoiceInput = {},
  ): void {
    const guild = this.guild(guildId)
    const member = guildMember(this.#member(guild, userId))
    const kind = channelId === null ? undefined : this.#state.channels.get(channelId)?.type
    if (channelId !== null && kind !== ChannelType.GuildVoice && kind !== ChannelType.GuildStageVoice)
      throw new Error(`channel ${channelId} is no voice channel`)
    const voice: APIBaseVoiceState = {
      channel_id: channelId,
      user_id: userId,
      session_id: `voice-${userId}`,
      deaf: deafenedByServer,
      mute: false,
      self_deaf: deafened,
      self_mute: muted,
      self_video: false,
      suppress: false,
      request_to_speak_timestamp: null,
    }
    if (channelId === null) guild.voice.delete(userId)
    else guild.voice.set(userId, voice)
    this.#gateway.dispatch(GatewayDispatchEvents.VoiceStateUpdate, { ...voice, guild_id: guild.id, member }, true)
  }

  /** A guild by id, or the first one. */
  guild(id?: string): Guild {
    const guild = id === undefined ? this.#state.guilds.values().next().value : this.#state.guilds.get(id)
    if (!guild) throw new Error(`no guild ${id ?? '(add one first)'}`)
    return guild
  }

  #member(guild: Guild, userId: string): Member {
    const member = guild.members.get(userId)
    if (!member) throw new Error(`user ${userId} is no member of guild ${guild.id}`)
    return member
  }

  #newRole(guild: Guild, input: RoleInput) {
    const id = input.id ?? this.#state.nextId()
    const added = role(id, input.name, input.permissions ?? 0n, guild.roles.size)
    guild.roles.set(id, added)
    return added
  }

  #roleId(guild: Guild, wanted: string): string {
    const found = guild.roles.get(wanted) ?? [...guild.roles.values()].find((each) => each.name === wanted)
    if (!found) throw new Error(`guild ${guild.id} has no role ${wanted}`)
    return found.id
  }
}
