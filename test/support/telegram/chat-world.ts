import { badRequest, forbidden } from './api-refusal.ts'
import type { ApiChat, ApiMessage, ApiUser, MemberStatus, UploadedFile } from './api-types.ts'
import type { StoredMessage } from './sent-message.ts'
import type { NewChannel, NewGroup, NewUser } from './telegram-fake.types.ts'

export interface ChatRecord {
  chat: ApiChat
  /** By message_thread_id; empty unless a forum. */
  topics: Map<number, { name: string; closed: boolean }>
  members: Map<number, MemberStatus>
  /** In a private chat: 'member' once the person pressed Start, 'kicked' while they block the bot. */
  botStatus: MemberStatus | 'never-started'
  /** Whether the bot may send photos (ChatPermissions `can_send_photos`). */
  takesPhotos: boolean
  messages: Map<number, StoredMessage>
  migratedTo: number | undefined
  lastBotToSpeak: number | undefined
}

const MAX_MESSAGES_IN_CHAT = 50_000
const PRESENT: ReadonlySet<string> = new Set(['creator', 'administrator', 'member', 'restricted'])

/** The people and chats around the bot and what was written there. */
export class ChatWorld {
  readonly bot: ApiUser
  readonly users = new Map<number, ApiUser>()
  readonly chats = new Map<number, ChatRecord>()
  private readonly lastMessageId = new Map<number, number>()

  constructor(bot: ApiUser) {
    this.bot = bot
    this.users.set(bot.id, bot)
  }

  addUser(user: NewUser): ApiUser {
    if (user.id <= 0) throw new Error(`a user id is positive, not ${user.id}`)
    const api: ApiUser = {
      id: user.id,
      is_bot: false,
      first_name: user.firstName,
      ...(user.username === undefined ? {} : { username: user.username }),
      ...(user.languageCode === undefined ? {} : { language_code: user.languageCode }),
    }
    this.users.set(user.id, api)
    const chat: ApiChat = {
      id: user.id,
      type: 'private',
      first_name: user.firstName,
      ...(user.username === undefined ? {} : { username: user.username }),
    }
    this.chats.set(user.id, { ...emptyRecord(chat), botStatus: user.started ? 'member' : 'never-started' })
    return api
  }

  addGroup(group: NewGroup): ApiChat {
    const type = group.type ?? 'supergroup'
    if (group.id >= 0 || (type === 'supergroup') !== group.id <= -1_000_000_000_000) {
      throw new Error(`${group.id} is no id of a ${type}: groups are negative, supergroups start with -100`)
    }
    if (group.topics && type !== 'supergroup') throw new Error('only a supergroup has topics')
    const chat: ApiChat = {
      id: group.id,
      type,
      title: group.title,
      ...(group.username === undefined ? {} : { username: group.username }),
      ...(group.topics ? { is_forum: true } : {}),
    }
    const topics = new Map((group.topics ?? []).map((topic) => [topic.id, { name: topic.name, closed: false }]))
    this.chats.set(group.id, { ...emptyRecord(chat), topics, botStatus: group.botStatus ?? 'member' })
    return chat
  }

  addChannel(channel: NewChannel): ApiChat {
    if (channel.id > -1_000_000_000_000) throw new Error(`${channel.id} is no id of a channel: they start with -100`)
    const chat: ApiChat = {
      id: channel.id,
      type: 'channel',
      title: channel.title,
      ...(channel.username === undefined ? {} : { username: channel.username }),
    }
    this.chats.set(channel.id, { ...emptyRecord(chat), botStatus: channel.botStatus ?? 'administrator' })
    return chat
  }

  user(id: number): ApiUser {
    const user = this.users.get(id)
    if (!user) throw new Error(`no user ${id}: call addUser first`)
    return user
  }

  record(id: number): ChatRecord {
    const record = this.chats.get(id)
    if (!record) throw new Error(`no chat ${id}: call addUser, addGroup or addChannel first`)
    return record
  }

  /** The chat a call names, when the bot may act there. @throws ApiRefusal as the platform */
  reach(chatId: number | string): ChatRecord {
    const record = this.find(chatId)
    const { type } = record.chat
    if (record.migratedTo !== undefined) {
      throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: record.migratedTo })
    }
    if (type === 'private') {
      if (record.botStatus === 'never-started') throw forbidden("bot can't initiate conversation with a user")
      if (record.botStatus === 'kicked') throw forbidden('bot was blocked by the user')
      return record
    }
    if (record.botStatus === 'kicked') throw forbidden(`bot was kicked from the ${type} chat`)
    if (!PRESENT.has(record.botStatus)) throw forbidden(`bot is not a member of the ${type} chat`)
    return record
  }

  /** As `reach`, for writing: a channel takes posts only from administrators, a closed or unknown topic none. */
  reachForWriting(chatId: number | string, topicId: number | undefined): ChatRecord {
    const record = this.reach(chatId)
    if (record.chat.type === 'channel' && record.botStatus !== 'administrator') {
      throw badRequest('need administrator rights in the channel chat')
    }
    if (record.botStatus === 'restricted') throw badRequest('not enough rights to send text messages to the chat')
    if (topicId !== undefined) {
      const topic = record.topics.get(topicId)
      if (!topic) throw badRequest('message thread not found')
      if (topic.closed && record.botStatus !== 'administrator') throw badRequest('TOPIC_CLOSED')
    }
    return record
  }

  private find(chatId: number | string): ChatRecord {
    const record =
      typeof chatId === 'number'
        ? this.chats.get(chatId)
        : [...this.chats.values()].find(
            ({ chat }) => chat.type !== 'private' && chat.username !== undefined && `@${chat.username}` === chatId,
          )
    if (!record) throw badRequest('chat not found')
    return record
  }

  /** Private chats and groups share one count of messages, as in Telegram; supergroups and channels have their own. */
  nextMessageId(record: ChatRecord): number {
    const counter = record.chat.type === 'private' || record.chat.type === 'group' ? 0 : record.chat.id
    const id = (this.lastMessageId.get(counter) ?? 0) + 1
    this.lastMessageId.set(counter, id)
    return id
  }

  store(record: ChatRecord, api: ApiMessage, shown: Pick<StoredMessage, 'source' | 'parseMode' | 'file' | 'replyMarkup'>): StoredMessage {
    if (record.messages.size >= MAX_MESSAGES_IN_CHAT) throw new Error(`${MAX_MESSAGES_IN_CHAT} messages in chat ${record.chat.id}: a loop?`)
    const stored: StoredMessage = { ...shown, api, fromBot: api.from?.id === this.bot.id, edits: 0, deleted: false }
    record.messages.set(api.message_id, stored)
    if (api.from?.is_bot) record.lastBotToSpeak = api.from.id
    return stored
  }

  message(record: ChatRecord, messageId: number, otherwise: string): StoredMessage {
    const stored = record.messages.get(messageId)
    if (!stored || stored.deleted) throw badRequest(otherwise)
    return stored
  }
}

/** A message a person or service wrote: shown as it is. */
export const plainMessage = (
  source: string,
): { source: string; parseMode: undefined; file: UploadedFile | undefined; replyMarkup: unknown } => ({
  source,
  parseMode: undefined,
  file: undefined,
  replyMarkup: undefined,
})

function emptyRecord(chat: ApiChat): ChatRecord {
  return {
    chat,
    topics: new Map(),
    members: new Map(),
    botStatus: 'member',
    takesPhotos: true,
    messages: new Map(),
    migratedTo: undefined,
    lastBotToSpeak: undefined,
  }
}
