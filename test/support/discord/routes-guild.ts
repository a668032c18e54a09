import { type APIRole, GatewayDispatchEvents, PermissionFlagsBits } from 'discord-api-types/v10'
import { type Answer, type Call, param, type Route } from './call.ts'
import { channelsOf, guildMember, memberEvent, restChannel, restGuild } from './payloads.ts'
import { has } from './permissions.ts'
import { refuse } from './refuse.ts'
import type { Guild, Member } from './state.ts'

/** Guilds, their channels, roles and members, as the bot may see and change them. */
export const guildRoutes: Route[] = [
  { method: 'GET', path: '/guilds/:guild', auth: 'bot', run: getGuild },
  {
    method: 'GET',
    path: '/guilds/:guild/channels',
    auth: 'bot',
    run: (call) => ({ status: 200, body: channelsOf(call.state, guildOf(call)) }),
  },
  { method: 'GET', path: '/guilds/:guild/roles', auth: 'bot', run: (call) => ({ status: 200, body: [...guildOf(call).roles.values()] }) },
  { method: 'GET', path: '/guilds/:guild/roles/:role', auth: 'bot', run: (call) => ({ status: 200, body: roleOf(call, guildOf(call)) }) },
  { method: 'GET', path: '/guilds/:guild/members', auth: 'bot', run: listMembers },
  {
    method: 'GET',
    path: '/guilds/:guild/members/:user',
    auth: 'bot',
    run: (call) => ({ status: 200, body: guildMember(memberOf(call, guildOf(call))) }),
  },
  { method: 'PUT', path: '/guilds/:guild/members/:user/roles/:role', auth: 'bot', run: (call) => changeRole(call, true) },
  { method: 'DELETE', path: '/guilds/:guild/members/:user/roles/:role', auth: 'bot', run: (call) => changeRole(call, false) },
  { method: 'GET', path: '/channels/:channel', auth: 'bot', run: getChannel },
]

/** A guild the bot is not in looks the same as one that does not exist. */
function guildOf(call: Call): Guild {
  const guild = call.state.guilds.get(param(call, 'guild'))
  if (!guild) throw refuse.unknownGuild()
  return guild
}

function memberOf(call: Call, guild: Guild): Member {
  const id = param(call, 'user')
  const member = guild.members.get(id)
  if (!member) throw call.state.users.has(id) ? refuse.unknownMember() : refuse.unknownUser()
  return member
}

function roleOf(call: Call, guild: Guild): APIRole {
  const role = guild.roles.get(param(call, 'role'))
  if (!role) throw refuse.unknownRole()
  return role
}

function getGuild(call: Call): Answer {
  const guild = guildOf(call)
  const counts =
    call.query.get('with_counts') === 'true' ? { approximate_member_count: guild.members.size, approximate_presence_count: 1 } : {}
  return { status: 200, body: { ...restGuild(guild), ...counts } }
}

function listMembers(call: Call): Answer {
  const limit = Number(call.query.get('limit') ?? 1)
  const after = BigInt(call.query.get('after') ?? 0)
  const members = [...guildOf(call).members.values()]
    .filter((member) => BigInt(member.user.id) > after)
    .sort((a, b) => (BigInt(a.user.id) < BigInt(b.user.id) ? -1 : 1))
  return { status: 200, body: members.slice(0, limit).map(guildMember) }
}

/** Needs MANAGE_ROLES and a role above the one given (developers/topics/permissions "Permission Hierarchy"). */
function changeRole(call: Call, give: boolean): Answer {
  const { state } = call
  const guild = guildOf(call)
  const member = memberOf(call, guild)
  const role = roleOf(call, guild)
  const bot = guild.members.get(state.applicationId)
  const highest = Math.max(0, ...(bot?.roles ?? []).map((id) => guild.roles.get(id)?.position ?? 0))
  const allowed = has(state.permissionsOf(guild, state.applicationId), PermissionFlagsBits.ManageRoles)
  if (!allowed || role.position >= highest || role.managed || role.id === guild.id) throw refuse.missingPermissions()
  const others = member.roles.filter((id) => id !== role.id)
  member.roles = give ? [...others, role.id] : others
  call.gateway.dispatch(GatewayDispatchEvents.GuildMemberUpdate, memberEvent(guild, member), true)
  state.bell.ring()
  return { status: 204 }
}

function getChannel(call: Call): Answer {
  const channel = call.state.channels.get(param(call, 'channel'))
  if (!channel) throw refuse.unknownChannel()
  const guild = call.state.guildOf(channel)
  if (guild && !has(call.state.permissionsOf(guild, call.state.applicationId, channel), PermissionFlagsBits.ViewChannel))
    throw refuse.missingAccess()
  return { status: 200, body: restChannel(channel) }
}
