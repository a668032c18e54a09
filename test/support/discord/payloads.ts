import type {
  APIGuild,
  APIGuildMember,
  APIInteractionGuildMember,
  APIRole,
  GatewayGuildCreateDispatchData,
  GatewayGuildMemberAddDispatchData,
  GuildMemberFlags,
  GuildSystemChannelFlags,
  RoleFlags,
} from 'discord-api-types/v10'
import {
  ChannelType,
  GuildDefaultMessageNotifications,
  GuildExplicitContentFilter,
  GuildMFALevel,
  GuildNSFWLevel,
  GuildPremiumTier,
  GuildVerificationLevel,
} from 'discord-api-types/v10'
import { type Channel, type Guild, type GuildChannel, isThread, type Member, type State, type Thread } from './state.ts'
import { trusted } from './trusted.ts'

/** A role with its permission bits. */
export function role(id: string, name: string, permissions: bigint, position: number, managedByBot?: string): APIRole {
  return {
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position,
    permissions: String(permissions),
    managed: managedByBot !== undefined,
    mentionable: false,
    flags: trusted<RoleFlags>(0),
    ...(managedByBot === undefined ? {} : { tags: { bot_id: managedByBot } }),
  }
}

/** A member as the REST API and GUILD_CREATE show it. */
export function guildMember(member: Member): APIGuildMember {
  return {
    user: member.user,
    nick: member.nick,
    avatar: null,
    banner: null,
    roles: [...member.roles],
    joined_at: member.joinedAt,
    premium_since: null,
    deaf: false,
    mute: false,
    flags: trusted<GuildMemberFlags>(0),
    pending: false,
    communication_disabled_until: null,
  }
}

/** The invoking member of an interaction: with the permissions it has in that channel. */
export function interactionMember(state: State, guild: Guild, member: Member, channel: Channel): APIInteractionGuildMember {
  return { ...guildMember(member), permissions: String(state.permissionsOf(guild, member.user.id, channel)) }
}

/** The data of GUILD_MEMBER_ADD and GUILD_MEMBER_UPDATE. */
export function memberEvent(guild: Guild, member: Member): GatewayGuildMemberAddDispatchData & { avatar: null; banner: null } {
  return { ...guildMember(member), avatar: null, banner: null, guild_id: guild.id }
}

/** A channel as the REST API shows it: a direct conversation has no name there, though the client types give it one. */
export function restChannel(channel: Channel): Omit<Channel, 'name'> {
  if (channel.type !== ChannelType.DM) return channel
  const { name: _name, ...rest } = channel
  return rest
}

export const channelsOf = (state: State, guild: Guild): GuildChannel[] =>
  [...state.channels.values()].filter(
    (channel): channel is GuildChannel => channel.type !== ChannelType.DM && !isThread(channel) && channel.guild_id === guild.id,
  )

/** A guild as GET /guilds/{id} shows it. The document wants more keys than the client types know. */
export function restGuild(guild: Guild): Omit<APIGuild, 'hub_type'> & { home_header: null; nsfw: boolean } {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: 'us-west',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: trusted<GuildSystemChannelFlags>(0),
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: GuildVerificationLevel.None,
    roles: [...guild.roles.values()],
    default_message_notifications: GuildDefaultMessageNotifications.AllMessages,
    mfa_level: GuildMFALevel.None,
    explicit_content_filter: GuildExplicitContentFilter.Disabled,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: GuildPremiumTier.None,
    premium_subscription_count: 0,
    preferred_locale: trusted<APIGuild['preferred_locale']>(guild.locale),
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: GuildNSFWLevel.Default,
    emojis: [],
    stickers: [],
    incidents_data: null,
  }
}

/**
 * Members are sent whole up to `large_threshold`; beyond it only the bot and those in voice channels, the others must be asked for (REQUEST_GUILD_MEMBERS;
 * developers/events/gateway-events, "Guild Create").
 */
export function guildCreate(state: State, guild: Guild, largeThreshold: number): GatewayGuildCreateDispatchData {
  const { home_header: _home, nsfw: _nsfw, ...shared } = restGuild(guild)
  const members = [...guild.members.values()]
  const large = members.length > largeThreshold
  return {
    ...shared,
    hub_type: null,
    joined_at: guild.joinedAt,
    large,
    unavailable: false,
    member_count: members.length,
    voice_states: [...guild.voice.values()],
    members: members
      .filter((member) => !large || member.user.id === state.applicationId || guild.voice.has(member.user.id))
      .map(guildMember),
    channels: channelsOf(state, guild),
    threads: [...state.channels.values()].filter(
      (each): each is Thread => isThread(each) && each.guild_id === guild.id && each.thread_metadata?.archived !== true,
    ),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [...guild.events.values()],
    soundboard_sounds: [],
  }
}
