import {
  type APIMessage,
  GatewayDispatchEvents,
  type GuildMemberFlags,
  MessageReferenceType,
  MessageType,
  PermissionFlagsBits,
} from 'discord-api-types/v10'
import { type Answer, type Call, isInGuild, param, type Route } from './call.ts'
import { composeMessage, editMessage } from './compose-message.ts'
import type { Gateway } from './gateway.ts'
import { isJson, textOf } from './json.ts'
import { DM_PERMISSIONS, has } from './permissions.ts'
import { refuse } from './refuse.ts'
import { type Channel, isThread, type State, type StoredMessage } from './state.ts'
import { trusted } from './trusted.ts'

/** Messages that the bot itself writes, reads, edits and deletes in channels. */
export const messageRoutes: Route[] = [
  { method: 'POST', path: '/channels/:channel/messages', auth: 'bot', run: createMessage },
  { method: 'GET', path: '/channels/:channel/messages', auth: 'bot', run: listMessages },
  { method: 'GET', path: '/channels/:channel/messages/:message', auth: 'bot', run: getMessage },
  { method: 'PATCH', path: '/channels/:channel/messages/:message', auth: 'bot', run: patchMessage },
  { method: 'DELETE', path: '/channels/:channel/messages/:message', auth: 'bot', run: deleteMessage },
  { method: 'POST', path: '/channels/:channel/typing', auth: 'bot', run: typing },
]

const { ViewChannel, SendMessages, ReadMessageHistory, EmbedLinks, AttachFiles, ManageMessages, ManageThreads, SendMessagesInThreads } =
  PermissionFlagsBits

/** “Past few minutes” (developers/resources/message, "Create Message"): the least that can be meant. */
const NONCE_LIFETIME_MS = 3 * 60_000

/** The channel of the path, if the bot sees it. */
function channelOf(call: Call): { channel: Channel; granted: bigint } {
  const { state } = call
  const channel = state.channels.get(param(call, 'channel'))
  if (!channel) throw refuse.unknownChannel()
  const guild = state.guildOf(channel)
  const granted = guild ? state.permissionsOf(guild, state.applicationId, channel) : DM_PERMISSIONS
  if (!has(granted, ViewChannel)) throw refuse.missingAccess()
  return { channel, granted }
}

/** A message of the path's channel. Ephemeral ones are reachable only by their interaction's token. */
function messageOf(call: Call, channel: Channel): StoredMessage {
  const stored = call.state.messages.get(param(call, 'message'))
  if (!stored || stored.message.channel_id !== channel.id || stored.visibleTo !== undefined) throw refuse.unknownMessage()
  return stored
}

function typing(call: Call): Answer {
  const { granted } = channelOf(call)
  if (!has(granted, SendMessages)) throw refuse.missingPermissions()
  return { status: 204 }
}

function createMessage(call: Call): Answer {
  const { state, gateway, body, files } = call
  const { channel, granted } = channelOf(call)
  if (!has(granted, isThread(channel) ? SendMessagesInThreads : SendMessages)) throw refuse.missingPermissions()
  if (isThread(channel) && channel.thread_metadata?.locked === true && !has(granted, ManageThreads)) throw refuse.threadLocked()
  if (files.length > 0 && !has(granted, AttachFiles)) throw refuse.missingPermissions()
  if ('recipients' in channel && channel.recipients?.some((user) => state.closedToDirectMessages.has(user.id)))
    throw refuse.cannotMessageUser()
  const nonce = body['nonce']
  if (body['enforce_nonce'] === true && typeof nonce === 'string') {
    // Same nonce and author within the past few minutes: the first message is the answer, nothing new is written.
    const since = state.now() - NONCE_LIFETIME_MS
    const first = [...state.messages.values()].find(
      ({ message }) =>
        message.nonce === nonce &&
        message.channel_id === channel.id &&
        message.author.id === state.applicationId &&
        Date.parse(message.timestamp) > since,
    )
    if (first) return { status: 200, body: first.message }
  }
  // Without EMBED_LINKS Discord takes the message and leaves the embeds out.
  const seen = has(granted, EmbedLinks) ? body : { ...body, embeds: [] }
  const extra = referenceOf(state, channel, body['message_reference'])
  const stored = composeMessage(state, { channel, author: state.botUser, body: seen, files, use: 'create', extra })
  storeMessage(state, gateway, channel, stored)
  return { status: 200, body: stored.message }
}

function referenceOf(state: State, channel: Channel, reference: unknown): Partial<APIMessage> {
  if (!isJson(reference)) return {}
  const id = textOf(reference['message_id'])
  const target = state.messages.get(id)?.message
  if (!target || target.channel_id !== channel.id) {
    if (reference['fail_if_not_exists'] === false) return {}
    const message = 'Unknown message'
    throw refuse.invalidForm([{ path: ['message_reference'], code: 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', message }])
  }
  const guild = 'guild_id' in channel && channel.guild_id !== undefined ? { guild_id: channel.guild_id } : {}
  return {
    type: MessageType.Reply,
    message_reference: { type: MessageReferenceType.Default, channel_id: channel.id, message_id: id, ...guild },
  }
}

/** Keeps a message and tells the gateway, unless only one user sees it. */
export function storeMessage(state: State, gateway: Gateway, channel: Channel, stored: StoredMessage): void {
  state.messages.set(stored.message.id, stored)
  // A message opens an archived thread again.
  if (isThread(channel) && channel.thread_metadata) channel.thread_metadata.archived = false
  if (stored.visibleTo === undefined) {
    channel.last_message_id = stored.message.id
    gateway.dispatch(GatewayDispatchEvents.MessageCreate, gatewayMessage(state, channel, stored.message), isInGuild(channel))
  }
  state.bell.ring()
}

/** A message as MESSAGE_CREATE carries it: with its guild and the author's member. */
export function gatewayMessage(state: State, channel: Channel, message: APIMessage) {
  const guild = state.guildOf(channel)
  const member = guild?.members.get(message.author.id)
  const partial = member && {
    roles: [...member.roles],
    nick: member.nick,
    avatar: null,
    joined_at: member.joinedAt,
    premium_since: null,
    deaf: false,
    mute: false,
    flags: trusted<GuildMemberFlags>(0),
    pending: false,
    communication_disabled_until: null,
  }
  return { ...message, ...(guild ? { guild_id: guild.id } : {}), ...(partial ? { member: partial } : {}) }
}

/** Replaces a message and tells the gateway. */
export function replaceMessage(state: State, gateway: Gateway, channel: Channel, stored: StoredMessage, message: APIMessage): void {
  stored.message = message
  if (stored.visibleTo === undefined) {
    gateway.dispatch(GatewayDispatchEvents.MessageUpdate, gatewayMessage(state, channel, message), isInGuild(channel))
  }
  state.bell.ring()
}

/** Removes a message and tells the gateway. */
export function removeMessage(state: State, gateway: Gateway, channel: Channel, stored: StoredMessage): void {
  state.messages.delete(stored.message.id)
  if (stored.visibleTo === undefined) {
    const guild = state.guildOf(channel)
    const data = { id: stored.message.id, channel_id: channel.id, ...(guild ? { guild_id: guild.id } : {}) }
    gateway.dispatch(GatewayDispatchEvents.MessageDelete, data, guild !== undefined)
  }
  state.bell.ring()
}

function listMessages(call: Call): Answer {
  const { channel, granted } = channelOf(call)
  const limit = Number(call.query.get('limit') ?? 50)
  const bound = (name: string): bigint | undefined => (call.query.has(name) ? BigInt(call.query.get(name) ?? 0) : undefined)
  const [before, after] = [bound('before'), bound('after')]
  const all = has(granted, ReadMessageHistory) ? call.state.publicMessages(channel.id) : []
  const chosen = all.filter(({ id }) => (before === undefined || BigInt(id) < before) && (after === undefined || BigInt(id) > after))
  return { status: 200, body: (after === undefined ? chosen.slice(-limit) : chosen.slice(0, limit)).reverse() }
}

function getMessage(call: Call): Answer {
  const { channel, granted } = channelOf(call)
  if (!has(granted, ReadMessageHistory)) throw refuse.missingAccess()
  return { status: 200, body: messageOf(call, channel).message }
}

function patchMessage(call: Call): Answer {
  const { state, gateway } = call
  const { channel } = channelOf(call)
  const stored = messageOf(call, channel)
  if (stored.message.author.id !== state.applicationId) throw refuse.notTheAuthor()
  replaceMessage(state, gateway, channel, stored, editMessage(state, channel, stored, call.body, call.files, 'edit'))
  return { status: 200, body: stored.message }
}

function deleteMessage(call: Call): Answer {
  const { channel, granted } = channelOf(call)
  const stored = messageOf(call, channel)
  if (stored.message.author.id !== call.state.applicationId && !has(granted, ManageMessages)) throw refuse.missingPermissions()
  removeMessage(call.state, call.gateway, channel, stored)
  return { status: 204 }
}
