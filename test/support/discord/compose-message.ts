import { type APIMessage, type APIUser, MessageFlags, MessageType, PermissionFlagsBits } from 'discord-api-types/v10'
import { isJson, type Json, listOf, textOf } from './json.ts'
import { type MessageUse, messageProblems } from './message-limits.ts'
import { has } from './permissions.ts'
import { refuse } from './refuse.ts'
import { type Attachment, renderAttachments, renderComponents, renderEmbeds, type UploadedFile } from './render.ts'
import type { Channel, State, StoredMessage } from './state.ts'
import { trusted } from './trusted.ts'

/** Who writes what where. */
export interface Draft {
  readonly channel: Channel
  readonly author: APIUser
  readonly body: Json
  readonly files: readonly UploadedFile[]
  readonly use: MessageUse
  /** Keys that belong to the place it came from: interaction metadata, webhook id, reference. */
  readonly extra?: Partial<APIMessage>
  /** The only user who sees it. */
  readonly visibleTo?: string
}

/** Refuses a body that breaks a limit, else makes the message Discord would show. It is not yet stored. */
export function composeMessage(state: State, draft: Draft): StoredMessage {
  const { body, channel, files } = draft
  refuseProblems(body, draft.use, false, files, [])
  const attachments = renderAttachments(body, files, [], channel.id, () => state.nextId())
  const flags = (typeof body['flags'] === 'number' ? body['flags'] : 0) | (draft.visibleTo === undefined ? 0 : MessageFlags.Ephemeral)
  const message = trusted<APIMessage>({
    id: state.nextId(),
    type: MessageType.Default,
    channel_id: channel.id,
    author: draft.author,
    content: textOf(body['content']),
    ...mentionsOf(state, channel, draft.author, textOf(body['content']), body['allowed_mentions']),
    attachments,
    embeds: renderEmbeds(body['embeds'], attachments),
    components: renderComponents(body['components'], attachments, () => state.nextId()),
    timestamp: state.timestamp(),
    edited_timestamp: null,
    flags,
    pinned: false,
    tts: body['tts'] === true,
    ...draft.extra,
    ...(body['nonce'] === undefined || body['nonce'] === null ? {} : { nonce: body['nonce'] }),
    ...(isJson(body['poll']) ? { poll: { ...body['poll'], expiry: null } } : {}),
  })
  refuseEmpty(message)
  const names = new Map(attachments.map((each, index) => [each.filename, files[index]?.data ?? new Uint8Array()]))
  return { message, files: names, ...(draft.visibleTo === undefined ? {} : { visibleTo: draft.visibleTo }) }
}

/** Refuses an edit that breaks a limit, else returns the edited message. Absent keys stay, null clears. */
export function editMessage(
  state: State,
  channel: Channel,
  stored: StoredMessage,
  body: Json,
  files: readonly UploadedFile[],
  use: MessageUse,
): APIMessage {
  const before = stored.message
  const wasV2 = ((before.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0
  const kept = trusted<Attachment[]>(before.attachments)
  refuseProblems(body, use, wasV2, files, kept)
  const attachments = renderAttachments(body, files, kept, channel.id, () => state.nextId())
  const content = 'content' in body ? textOf(body['content']) : before.content
  // An edit without allowed_mentions is parsed again with the defaults, whatever the message was sent with.
  const mentions = 'content' in body ? mentionsOf(state, channel, before.author, content, body['allowed_mentions']) : {}
  const sticky = (before.flags ?? 0) & ~MessageFlags.SuppressEmbeds & ~MessageFlags.Loading
  const message = trusted<APIMessage>({
    ...before,
    ...mentions,
    content,
    attachments,
    embeds: 'embeds' in body ? renderEmbeds(body['embeds'], attachments) : before.embeds,
    components: 'components' in body ? renderComponents(body['components'], attachments, () => state.nextId()) : before.components,
    flags: sticky | (typeof body['flags'] === 'number' ? body['flags'] : (before.flags ?? 0) & MessageFlags.SuppressEmbeds),
    edited_timestamp: ((before.flags ?? 0) & MessageFlags.Loading) === 0 ? state.timestamp() : null,
  })
  refuseEmpty(message)
  for (const [index, file] of files.entries()) {
    stored.files.set(attachments[attachments.length - files.length + index]?.filename ?? file.name, file.data)
  }
  return message
}

function refuseProblems(body: Json, use: MessageUse, wasV2: boolean, files: readonly UploadedFile[], kept: readonly Attachment[]): void {
  const described = listOf(body['attachments'])
  const renamed = files.map((file) => textOf(described.find((each) => String(each['id']) === file.id)?.['filename']) || file.name)
  const problems = messageProblems(body, use, wasV2, new Set([...renamed, ...kept.map((each) => each.filename)]))
  for (const [index, { id }] of described.entries()) {
    if (files.some((file) => file.id === String(id)) || kept.some((each) => each.id === id)) continue
    problems.push({
      path: ['attachments', String(index), 'id'],
      code: 'ATTACHMENT_NOT_FOUND',
      message: `No file ${String(id)} came with the request`,
    })
  }
  if (problems.length > 0) throw refuse.invalidForm(problems)
}

function refuseEmpty(message: APIMessage): void {
  const parts = [message.embeds, message.components, message.attachments, message.sticker_items, message.message_snapshots]
  const loading = ((message.flags ?? 0) & MessageFlags.Loading) !== 0
  if (!loading && message.content.trim() === '' && !message.poll && parts.every((part) => (part?.length ?? 0) === 0))
    throw refuse.emptyMessage()
}

/**
 * Whom a text pings (developers/resources/message "Allowed Mentions Object"): without `allowed_mentions` everyone it names,
 * with it only what it allows; @everyone and @here only for an author who may.
 */
function mentionsOf(state: State, channel: Channel, author: APIUser, content: string, allowed: unknown): Partial<APIMessage> {
  const guild = state.guildOf(channel)
  const rules = isJson(allowed) ? allowed : undefined
  const parses = (kind: string): boolean => !rules || (Array.isArray(rules['parse']) && rules['parse'].includes(kind))
  const lists = (kind: string, id: string): boolean => rules !== undefined && Array.isArray(rules[kind]) && rules[kind].includes(id)
  const ids = (pattern: RegExp): string[] => [...new Set([...content.matchAll(pattern)].flatMap((match) => match[1] ?? []))]
  const mayPingAll = guild !== undefined && has(state.permissionsOf(guild, author.id, channel), PermissionFlagsBits.MentionEveryone)
  const users = ids(/<@!?(\d+)>/g).filter((id) => parses('users') || lists('users', id))
  const roles = ids(/<@&(\d+)>/g).filter(
    (id) => (parses('roles') || lists('roles', id)) && (mayPingAll || guild?.roles.get(id)?.mentionable),
  )
  return {
    mentions: users.flatMap((id) => state.users.get(id) ?? []),
    mention_roles: roles,
    mention_everyone: /@(everyone|here)/.test(content) && parses('everyone') && mayPingAll,
  }
}
