import {
  type APIMessage,
  type APIPrivateThreadChannel,
  type APIPublicThreadChannel,
  ChannelType,
  GatewayDispatchEvents,
  MessageFlags,
  PermissionFlagsBits,
  type ThreadAutoArchiveDuration,
} from 'discord-api-types/v10'
import { type Answer, type Call, param, type Route } from './call.ts'
import { asObject, textOf } from './json.ts'
import { has } from './permissions.ts'
import { refuse } from './refuse.ts'
import { replaceMessage } from './routes-message.ts'
import { isThread, type Guild, type GuildChannel, type Thread } from './state.ts'
import { trusted } from './trusted.ts'

/** Threads of text channels: opened from a message or alone, renamed, archived and locked by the bot. */
export const threadRoutes: Route[] = [
  { method: 'POST', path: '/channels/:channel/messages/:message/threads', auth: 'bot', run: fromMessage },
  { method: 'POST', path: '/channels/:channel/threads', auth: 'bot', run: alone },
  { method: 'PATCH', path: '/channels/:channel', auth: 'bot', run: change },
  { method: 'PUT', path: '/channels/:channel/thread-members/:user', auth: 'bot', run: join },
]

const { CreatePublicThreads, CreatePrivateThreads, ManageThreads, ViewChannel } = PermissionFlagsBits

function parentOf(call: Call, wanted: bigint): { parent: GuildChannel; guild: Guild } {
  const parent = call.state.channels.get(param(call, 'channel'))
  const guild = parent && call.state.guildOf(parent)
  if (!parent) throw refuse.unknownChannel()
  if (!guild || parent.type === ChannelType.DM || isThread(parent)) throw refuse.wrongChannelType()
  const granted = call.state.permissionsOf(guild, call.state.applicationId, parent)
  if (!has(granted, ViewChannel)) throw refuse.missingAccess()
  if (!has(granted, wanted)) throw refuse.missingPermissions()
  return { parent, guild }
}

function fromMessage(call: Call): Answer {
  const { parent, guild } = parentOf(call, CreatePublicThreads)
  const stored = call.state.messages.get(param(call, 'message'))
  if (!stored || stored.message.channel_id !== parent.id || stored.visibleTo !== undefined) throw refuse.unknownMessage()
  // A thread from a message has the id of the message, so there can be but one.
  if (call.state.channels.has(stored.message.id)) throw refuse.threadExists()
  const thread = open(call, guild, parent, ChannelType.PublicThread, stored.message.id)
  const flags = trusted<MessageFlags>((stored.message.flags ?? 0) | MessageFlags.HasThread)
  const message: APIMessage = { ...stored.message, flags, thread: trusted<NonNullable<APIMessage['thread']>>(thread) }
  replaceMessage(call.state, call.gateway, parent, stored, message)
  return { status: 201, body: thread }
}

function alone(call: Call): Answer {
  const isPublic = call.body['type'] === ChannelType.PublicThread
  const { parent, guild } = parentOf(call, isPublic ? CreatePublicThreads : CreatePrivateThreads)
  // Without a type Discord makes a private thread.
  const thread = open(call, guild, parent, isPublic ? ChannelType.PublicThread : ChannelType.PrivateThread, call.state.nextId())
  return { status: 201, body: thread }
}

function open(
  call: Call,
  guild: Guild,
  parent: GuildChannel,
  type: ChannelType.PublicThread | ChannelType.PrivateThread,
  id: string,
): Thread {
  const { state, body } = call
  const now = state.timestamp()
  const minutes = typeof body['auto_archive_duration'] === 'number' ? body['auto_archive_duration'] : 4320
  const thread = trusted<APIPublicThreadChannel | APIPrivateThreadChannel>({
    id,
    type,
    guild_id: guild.id,
    parent_id: parent.id,
    name: textOf(body['name']),
    owner_id: state.applicationId,
    flags: 0,
    last_message_id: null,
    rate_limit_per_user: typeof body['rate_limit_per_user'] === 'number' ? body['rate_limit_per_user'] : 0,
    message_count: 0,
    member_count: 1,
    total_message_sent: 0,
    thread_metadata: {
      archived: false,
      archive_timestamp: now,
      create_timestamp: now,
      auto_archive_duration: trusted<ThreadAutoArchiveDuration>(minutes),
      locked: false,
      ...(type === ChannelType.PrivateThread ? { invitable: body['invitable'] !== false } : {}),
    },
    member: { id, user_id: state.applicationId, join_timestamp: now, flags: 0 },
  })
  state.channels.set(id, thread)
  call.gateway.dispatch(GatewayDispatchEvents.ThreadCreate, { ...thread, newly_created: true }, true)
  state.bell.ring()
  return thread
}

function threadOf(call: Call): { thread: Thread; granted: bigint } {
  const thread = call.state.channels.get(param(call, 'channel'))
  const guild = thread && call.state.guildOf(thread)
  if (!thread) throw refuse.unknownChannel()
  if (!guild || !isThread(thread)) throw refuse.wrongChannelType()
  return { thread, granted: call.state.permissionsOf(guild, call.state.applicationId, thread) }
}

function change(call: Call): Answer {
  const { thread, granted } = threadOf(call)
  const { name, archived, locked, auto_archive_duration: minutes, rate_limit_per_user: pause } = call.body
  const onlyArchives = Object.keys(call.body).every((key) => key === 'archived' || key === 'auto_archive_duration' || key === 'name')
  if (!has(granted, ManageThreads) && !(onlyArchives && thread.owner_id === call.state.applicationId)) throw refuse.missingPermissions()
  const changed = trusted<Thread>({
    ...thread,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof pause === 'number' ? { rate_limit_per_user: pause } : {}),
    thread_metadata: {
      ...thread.thread_metadata,
      ...(typeof archived === 'boolean' ? { archived, archive_timestamp: call.state.timestamp() } : {}),
      ...(typeof locked === 'boolean' ? { locked } : {}),
      ...(typeof minutes === 'number' ? { auto_archive_duration: minutes } : {}),
    },
  })
  call.state.channels.set(thread.id, changed)
  call.gateway.dispatch(GatewayDispatchEvents.ThreadUpdate, changed, true)
  call.state.bell.ring()
  return { status: 200, body: asObject(changed) }
}

/** The bot is in its threads from the start; another user must be a member of the guild. */
function join(call: Call): Answer {
  const { thread } = threadOf(call)
  const user = param(call, 'user')
  if (user !== '@me' && !call.state.guildOf(thread)?.members.has(user)) throw refuse.unknownMember()
  return { status: 204 }
}
