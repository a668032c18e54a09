import {
  type APIApplicationCommandInteractionDataBasicOption,
  type APIInteraction,
  type APIInteractionDataResolved,
  type APIInteractionDataResolvedChannel,
  ApplicationCommandOptionType as Kind,
  ChannelType,
  GatewayDispatchEvents,
  type InteractionType,
  type LocaleString,
} from 'discord-api-types/v10'
import { ImpossibleAction } from './command-tree.ts'
import type { Gateway } from './gateway.ts'
import type { Json } from './json.ts'
import { interactionMember } from './payloads.ts'
import { DM_PERMISSIONS } from './permissions.ts'
import type { Channel, Guild, Interaction, State } from './state.ts'
import { trusted } from './trusted.ts'

/** Who acts and where. Without `guild` and `dm`: the first guild; without `channel`: its first channel. */
export interface Place {
  readonly user: string
  readonly guild?: string
  readonly dm?: boolean
  readonly channel?: string
  /** Language of the user's client; default: the one given to addMember, else en-US. */
  readonly locale?: LocaleString
}

/** A place that exists, with the user in it. */
export interface Spot {
  readonly userId: string
  readonly guild: Guild | undefined
  readonly channel: Channel
  readonly locale: LocaleString
}

/** Bytes a user may upload in a server without boosts. */
const ATTACHMENT_LIMIT = 10 * 1024 * 1024

export function findSpot(state: State, place: Place): Spot {
  const locale = place.locale ?? state.locales.get(place.user) ?? 'en-US'
  if (!state.users.has(place.user)) throw new ImpossibleAction(`no user ${place.user}: add it by addMember or addUser`)
  if (place.dm === true) return { userId: place.user, guild: undefined, channel: state.directChannel(place.user), locale }
  const named = place.channel === undefined ? undefined : state.channels.get(place.channel)
  if (place.channel !== undefined && !named) throw new ImpossibleAction(`no channel ${place.channel}`)
  const guild = named ? state.guildOf(named) : state.guilds.get(place.guild ?? state.guilds.keys().next().value ?? '')
  if (named && !guild) return { userId: place.user, guild: undefined, channel: named, locale }
  if (!guild) throw new ImpossibleAction(`no guild ${place.guild ?? '(none was added)'}`)
  if (!guild.members.has(place.user)) throw new ImpossibleAction(`user ${place.user} is no member of guild ${guild.id}`)
  const channel = named ?? [...state.channels.values()].find((each) => each.type === ChannelType.GuildText && each.guild_id === guild.id)
  if (!channel) throw new ImpossibleAction(`guild ${guild.id} has no text channel`)
  return { userId: place.user, guild, channel, locale }
}

/** Everything of an interaction but its type, data and message (receiving-and-responding "Interaction Structure"). */
function envelope(state: State, spot: Spot, id: string): Json {
  const { guild, channel, userId } = spot
  const shared = {
    id,
    application_id: state.applicationId,
    token: state.interactionToken(id),
    version: 1,
    locale: spot.locale,
    entitlements: [],
    channel_id: channel.id,
    attachment_size_limit: ATTACHMENT_LIMIT,
  }
  if (!guild) {
    return {
      ...shared,
      channel: { ...channel, permissions: String(DM_PERMISSIONS) },
      user: state.users.get(userId),
      app_permissions: String(DM_PERMISSIONS),
      authorizing_integration_owners: { '0': '0' },
      context: 1,
    }
  }
  const member = guild.members.get(userId)
  if (!member) throw new ImpossibleAction(`user ${userId} is no member of guild ${guild.id}`)
  return {
    ...shared,
    guild_id: guild.id,
    guild: { id: guild.id, features: [], locale: guild.locale },
    guild_locale: guild.locale,
    channel: { ...channel, permissions: String(state.permissionsOf(guild, userId, channel)) },
    member: interactionMember(state, guild, member, channel),
    app_permissions: String(state.permissionsOf(guild, state.applicationId, channel)),
    authorizing_integration_owners: { '0': guild.id },
    context: 0,
  }
}

/** Sends INTERACTION_CREATE and keeps the interaction. @throws ImpossibleAction when no bot has a session */
export function invoke(
  state: State,
  gateway: Gateway,
  spot: Spot,
  type: InteractionType,
  data: unknown,
  message?: unknown,
  change: Json = {},
): Interaction {
  if (!gateway.hasSession) throw new ImpossibleAction('no bot is connected: nobody would get the interaction')
  const id = state.nextId()
  const extra = message === undefined ? {} : { message }
  const payload = trusted<APIInteraction>({ ...envelope(state, spot, id), type, data, ...extra, ...change })
  const interaction: Interaction = {
    payload,
    userId: spot.userId,
    createdAt: state.now(),
    ephemeral: false,
    loading: false,
    messageIds: [],
    changes: 0,
  }
  state.interactions.set(id, interaction)
  gateway.dispatch(GatewayDispatchEvents.InteractionCreate, payload, spot.guild !== undefined)
  return interaction
}

/** What an id of an option or a value may name. */
export type ResolvedKind = 'user' | 'role' | 'channel' | 'mentionable' | 'attachment'

/** `data.resolved` for the options and values that name users, roles or channels. */
export function resolve(
  state: State,
  spot: Spot,
  ids: readonly { id: string; kind: ResolvedKind }[],
): APIInteractionDataResolved | undefined {
  const resolved: Required<Pick<APIInteractionDataResolved, 'users' | 'members' | 'roles' | 'channels' | 'attachments'>> = {
    users: {},
    members: {},
    roles: {},
    channels: {},
    attachments: {},
  }
  for (const { id, kind } of ids) {
    const role = spot.guild?.roles.get(id)
    const user = state.users.get(id)
    const channel = state.channels.get(id)
    const upload = state.uploads.get(id)
    if ((kind === 'role' || kind === 'mentionable') && role) resolved.roles[id] = role
    else if ((kind === 'user' || kind === 'mentionable') && user) {
      resolved.users[id] = user
      const member = spot.guild?.members.get(id)
      if (member && spot.guild) {
        const { user: _user, deaf: _deaf, mute: _mute, ...partial } = interactionMember(state, spot.guild, member, spot.channel)
        resolved.members[id] = partial
      }
    } else if (kind === 'channel' && channel && spot.guild && state.guildOf(channel) === spot.guild) {
      const permissions = String(state.permissionsOf(spot.guild, spot.userId, channel))
      resolved.channels[id] = trusted<APIInteractionDataResolvedChannel>({ ...channel, permissions })
    } else if (kind === 'attachment' && upload) {
      const { name, contentType, size, url } = upload
      resolved.attachments[id] = { id, filename: name, size, url, proxy_url: url, content_type: contentType, ephemeral: true }
    } else throw new ImpossibleAction(`${id} is no ${kind} that the user could choose`)
  }
  const filled = Object.entries(resolved).filter(([, map]) => Object.keys(map).length > 0)
  return filled.length > 0 ? Object.fromEntries(filled) : undefined
}

const KINDS: Partial<Record<Kind, ResolvedKind>> = {
  [Kind.User]: 'user',
  [Kind.Role]: 'role',
  [Kind.Channel]: 'channel',
  [Kind.Mentionable]: 'mentionable',
  [Kind.Attachment]: 'attachment',
}

/** The options whose value is an id, with what it names. */
export const named = (options: readonly APIApplicationCommandInteractionDataBasicOption[]) =>
  options.flatMap((option) => {
    const kind = KINDS[option.type]
    return kind ? [{ id: String(option.value), kind }] : []
  })
