import type { CallbackQuery, ChatMember, Message, Update, User } from '@grammyjs/types'
import type { UpdateName } from '../../core/chats/chats.port.ts'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import { cleanLine } from '../../core/shared/clean-line.ts'

/** The kinds of updates that we ask for; all others are none of our business. */
export const ALLOWED_UPDATES = ['message', 'edited_message', 'callback_query', 'my_chat_member'] as const

/** The account that speaks for anonymous administrators of groups. */
const GROUP_ANONYMOUS_BOT = 1_087_968_824

/** Where something came from, as the platform names it and as the rest of the house does. */
export interface Origin {
  /** Of the update: see `nameOf`. */
  readonly key: string
  readonly userId: number
  readonly chatId: number
  readonly isPrivate: boolean
  /** Of a topic; replies in other supergroups have thread ids too, which lead nowhere. */
  readonly threadId?: number
  /** The message to answer, if it is still there. */
  readonly messageId?: number
  readonly account: ChatAccount
}

export interface IncomingFile {
  readonly id: string
  readonly name: string
  /** Bytes, when the platform tells. */
  readonly size: number | undefined
}

/** What an update means for us. */
export type Incoming =
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'anonymous'; readonly chatId: number; readonly messageId: number; readonly threadId?: number }
  | { readonly kind: 'forwarded' | 'edited'; readonly origin: Origin }
  /** Without words that could be read; a picture may answer a question all the same. */
  | { readonly kind: 'strange'; readonly origin: Origin; readonly photo?: IncomingFile }
  | { readonly kind: 'start'; readonly origin: Origin; readonly payload: string }
  /** `addressed`: `/word` or `/word@us`, against plain words in private. `named`: with our name. */
  | {
      readonly kind: 'line'
      readonly origin: Origin
      readonly line: string
      readonly addressed: boolean
      readonly named: boolean
      readonly file?: IncomingFile
      /** A picture whose caption is the line. */
      readonly photo?: IncomingFile
    }
  | { readonly kind: 'press'; readonly origin: Origin; readonly queryId: string; readonly token: string; readonly message?: Message }
  | { readonly kind: 'moved'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'membership'
      readonly chatId: number
      readonly status: ChatMember['status']
      readonly isPrivate: boolean
      readonly title?: string
    }

const nothing = (why: string): Incoming => ({ kind: 'nothing', why })

/**
 * How an update is known for ever. Its number alone is not enough: after a week without updates the numbers begin anywhere, also where they were before
 * (https://core.telegram.org/bots/api#update). So the day is part of the key, or for a press its own id, which no other press ever has.
 * Updates of one lane are handled in order: those of one person.
 */
export function nameOf(update: Update): UpdateName {
  const { update_id: updateId, callback_query: press, my_chat_member: membership } = update
  const message = update.message ?? update.edited_message
  const mark = press?.id ?? Math.floor(((message ?? membership)?.date ?? 0) / 86_400).toString(36)
  return { key: `${updateId}.${mark}`, updateId, lane: message?.from?.id ?? press?.from.id ?? membership?.from.id ?? 0 }
}

/**
 * Reads an update. Whatever was not freshly typed by a person runs no command: edits, channel posts, messages of bots, through bots, forwarded or in the
 * name of a chat. @param username our own, without `@`
 */
export function readUpdate(update: Update, username: string): Incoming {
  const { key } = nameOf(update)
  if (update.callback_query !== undefined) return readPress(key, update.callback_query)
  if (update.my_chat_member !== undefined) {
    const { chat, new_chat_member: member } = update.my_chat_member
    const title = chat.title === undefined ? {} : { title: chat.title }
    return { kind: 'membership', chatId: chat.id, status: member.status, isPrivate: chat.type === 'private', ...title }
  }
  if (update.edited_message !== undefined) return readEdit(readMessage(key, update.edited_message, username))
  return update.message === undefined ? nothing('an update that was not asked for') : readMessage(key, update.message, username)
}

function readMessage(key: string, message: Message, username: string): Incoming {
  const { from, chat } = message
  if (message.migrate_to_chat_id !== undefined) return { kind: 'moved', from: chat.id, to: message.migrate_to_chat_id }
  if (message.migrate_from_chat_id !== undefined) return { kind: 'moved', from: message.migrate_from_chat_id, to: chat.id }
  const text = message.text ?? message.caption
  const slash = /^\/([a-z0-9_]{1,64})(?:@([a-z0-9_]{3,32}))?(?=\s|$)/i.exec(text ?? '')
  if (slash?.[2] !== undefined && slash[2].toLowerCase() !== username.toLowerCase()) return nothing('for another bot')
  const named = slash?.[2] !== undefined
  if (message.sender_chat !== undefined || from === undefined) {
    const isAnonymousAdmin = from?.id === GROUP_ANONYMOUS_BOT && message.sender_chat?.id === chat.id && message.forward_origin === undefined
    if (!isAnonymousAdmin || slash === null) return nothing('in the name of a chat')
    return { kind: 'anonymous', chatId: chat.id, messageId: message.message_id, ...threadOf(message) }
  }
  if (from.is_bot || message.via_bot !== undefined) return nothing('by a bot')
  if (chat.type === 'channel') return nothing('a channel post')
  const origin: Origin = {
    key,
    userId: from.id,
    chatId: chat.id,
    isPrivate: chat.type === 'private',
    ...threadOf(message),
    messageId: message.message_id,
    account: accountOf(from),
  }
  if (!origin.isPrivate && slash === null) return nothing('talk of the group')
  if (message.forward_origin !== undefined) return origin.isPrivate ? { kind: 'forwarded', origin } : nothing('forwarded')
  const file = fileOf(message)
  const photo = photoOf(message)
  if (text === undefined && file === undefined)
    return isService(message) ? nothing('a service message') : { kind: 'strange', origin, ...photo }
  const line = slash === null ? (text ?? '') : `${slash[1] ?? ''}${(text ?? '').slice(slash[0].length)}`
  if (slash?.[1]?.toLowerCase() === 'start' && origin.isPrivate)
    return { kind: 'start', origin, payload: line.slice('start'.length).trim() }
  return { kind: 'line', origin, line, addressed: slash !== null, named, ...(file === undefined ? photo : { file }) }
}

/** What was done when a message came is not done again when it is corrected: its author is told, since they may wait for an answer. A group is not bothered. */
function readEdit(read: Incoming): Incoming {
  const isTold = (read.kind === 'line' || read.kind === 'start') && read.origin.isPrivate
  return isTold ? { kind: 'edited', origin: read.origin } : nothing('an edit')
}

function readPress(key: string, query: CallbackQuery): Incoming {
  const { message, from, data } = query
  if (data === undefined || from.is_bot) return nothing('a press that carries nothing')
  // A message older than 48 hours comes without its content, one of inline mode not at all.
  const isAccessible = message !== undefined && message.date !== 0
  const origin: Origin = {
    key,
    userId: from.id,
    chatId: message?.chat.id ?? from.id,
    isPrivate: message === undefined || message.chat.type === 'private',
    ...(isAccessible ? { ...threadOf(message), messageId: message.message_id } : {}),
    account: accountOf(from),
  }
  return { kind: 'press', origin, queryId: query.id, token: data, ...(isAccessible ? { message } : {}) }
}

const threadOf = (message: Pick<Message, 'is_topic_message' | 'message_thread_id'>): { threadId?: number } =>
  message.is_topic_message === true && message.message_thread_id !== undefined ? { threadId: message.message_thread_id } : {}

const fileOf = ({ document }: Message): IncomingFile | undefined =>
  document && { id: document.file_id, name: document.file_name ?? '', size: document.file_size }

/** The largest of the sizes in which Telegram has a picture. It has no name. */
function photoOf({ photo }: Message): { readonly photo?: IncomingFile } {
  const largest = photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0]
  return largest === undefined ? {} : { photo: { id: largest.file_id, name: 'photo.jpg', size: largest.file_size } }
}

/** Members who come and go, pinned messages and the like: nobody said anything. */
function isService(message: Message): boolean {
  const said = [
    'photo',
    'video',
    'audio',
    'voice',
    'video_note',
    'animation',
    'sticker',
    'contact',
    'location',
    'venue',
    'poll',
    'dice',
    'story',
  ] as const
  return said.every((kind) => message[kind] === undefined)
}

function accountOf(user: User): ChatAccount {
  const name = cleanLine([user.first_name, user.last_name].filter((part) => part !== undefined).join(' '))
  return {
    platform: 'telegram',
    userId: String(user.id),
    name: name === '' ? (user.username ?? String(user.id)) : name,
    ...(user.username === undefined ? {} : { handle: user.username }),
    ...(user.language_code === undefined ? {} : { locale: user.language_code }),
  }
}

/** @param communityId by which our database knows the group */
export function placeOf(origin: Origin, communityId: number): ChatPlace {
  if (origin.isPrivate) return { kind: 'private', chatId: String(origin.chatId) }
  return {
    kind: 'group',
    chatId: String(origin.chatId),
    ...(origin.threadId === undefined ? {} : { threadId: String(origin.threadId) }),
    communityId: String(communityId),
  }
}

/** The key under which the command of an update runs. */
export const keyOf = (key: string): string => `telegram:${key}`
