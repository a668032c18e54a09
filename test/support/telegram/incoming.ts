import { randomInt } from 'node:crypto'
import type { ApiEntity, ApiMessage, ApiUser, MemberStatus } from './api-types.ts'
import { memberOf } from './chat-methods.ts'
import { plainMessage, type ChatRecord } from './chat-world.ts'
import { deliver, isWanted, seconds, type FakeState } from './fake-state.ts'
import { entitiesOfPlainText } from './formatted-text.ts'
import { viewOf, withoutReply, type SentMessage } from './sent-message.ts'

export interface Written {
  /** Undefined when the platform would not tell the bot about it (privacy mode). */
  updateId: number | undefined
  message: SentMessage
}

interface Draft {
  text: string
  from?: ApiUser
  senderChat?: boolean
  topicId?: number | undefined
  replyTo?: number | undefined
  document?: { name: string; bytes: Buffer } | undefined
  photo?: Buffer | undefined
  fields?: Readonly<Record<string, unknown>> | undefined
}

/** What people and the service do in the chats, turned into updates for the bot. */
export class Incoming {
  readonly byId = new Map<number, Record<string, unknown> & { update_id: number }>()
  private readonly state: FakeState
  private lastUpdateId = randomInt(100_000_000, 900_000_000)

  constructor(state: FakeState) {
    this.state = state
  }

  /** @throws Error when the bot did not ask for this kind of update */
  push(kind: string, object: object): number {
    if (!isWanted(this.state, kind))
      throw new Error(`the bot does not listen to ${kind}: allowed_updates is ${JSON.stringify(this.state.allowedUpdates)}`)
    this.lastUpdateId++
    const update = { update_id: this.lastUpdateId, [kind]: structuredClone(object) }
    this.byId.set(update.update_id, update)
    deliver(this.state, update)
    return update.update_id
  }

  /** As `push`, but only when the bot wants to know. */
  tell(kind: string, object: object): number | undefined {
    return isWanted(this.state, kind) ? this.push(kind, object) : undefined
  }

  write(record: ChatRecord, kind: 'message' | 'channel_post', draft: Draft, alwaysShown = false): Written {
    const replied = draft.replyTo === undefined ? undefined : record.messages.get(draft.replyTo)
    if (draft.replyTo !== undefined && !replied) throw new Error(`no message ${draft.replyTo} in chat ${record.chat.id} to reply to`)
    if (draft.topicId !== undefined && !record.topics.has(draft.topicId))
      throw new Error(`no topic ${draft.topicId} in chat ${record.chat.id}`)
    const entities = entitiesOfPlainText(draft.text)
    const api: ApiMessage = {
      message_id: this.state.world.nextMessageId(record),
      date: seconds(this.state.now()),
      chat: record.chat,
      ...(draft.from ? { from: draft.from } : {}),
      ...(draft.senderChat ? { sender_chat: record.chat } : {}),
      ...(draft.topicId === undefined ? {} : { message_thread_id: draft.topicId, is_topic_message: true }),
      ...(replied ? { reply_to_message: withoutReply(replied.api) } : {}),
      ...this.content(draft, entities),
      ...draft.fields,
    }
    const shown = alwaysShown || kind === 'channel_post' || this.isShown(record, api)
    const stored = this.state.world.store(record, api, plainMessage(draft.text))
    return { updateId: shown ? this.push(kind, api) : undefined, message: viewOf(stored) }
  }

  private content({ document, photo, text }: Draft, entities: ApiEntity[]): Partial<ApiMessage> {
    if (document !== undefined) {
      const kept = this.keep('document', document.name, document.bytes)
      return this.captioned({ document: { ...kept, file_name: document.name } }, text, entities)
    }
    if (photo === undefined) return spoken(text, entities)
    // The smaller one is another file, and comes first.
    const small = { ...this.keep('photo', 'small.jpg', Buffer.from('a smaller picture')), width: 90, height: 60 }
    const large = { ...this.keep('photo', 'large.jpg', photo), width: 1_280, height: 853 }
    return this.captioned({ photo: [small, large] }, text, entities)
  }

  private keep(field: string, fileName: string, bytes: Buffer): { file_id: string; file_unique_id: string; file_size: number } {
    const id = `file-${this.state.files.size + 1}`
    this.state.files.set(id, { field, fileName, bytes })
    return { file_id: id, file_unique_id: `unique-${id}`, file_size: bytes.length }
  }

  private captioned(media: Partial<ApiMessage>, text: string, entities: ApiEntity[]): Partial<ApiMessage> {
    return {
      ...media,
      ...(text === '' ? {} : { caption: text }),
      ...(entities.length > 0 ? { caption_entities: entities } : {}),
    }
  }

  /** A change of the bot's own membership: also a person who blocks it or comes back. */
  changeBot(record: ChatRecord, by: ApiUser, status: MemberStatus): number | undefined {
    const { world } = this.state
    const before: MemberStatus = record.botStatus === 'never-started' ? 'left' : record.botStatus
    record.botStatus = status
    return this.tell('my_chat_member', {
      chat: record.chat,
      from: by,
      date: seconds(this.state.now()),
      old_chat_member: memberOf(world.bot, before),
      new_chat_member: memberOf(world.bot, status),
    })
  }

  changeMember(record: ChatRecord, user: ApiUser, status: MemberStatus): number | undefined {
    const before = record.members.get(user.id) ?? 'left'
    record.members.set(user.id, status)
    if (before === status || record.botStatus !== 'administrator') return undefined
    return this.tell('chat_member', {
      chat: record.chat,
      from: user,
      date: seconds(this.state.now()),
      old_chat_member: memberOf(user, before),
      new_chat_member: memberOf(user, status),
    })
  }

  /** A service message: members who come, the move to a supergroup. */
  serve(record: ChatRecord, from: ApiUser, what: Partial<ApiMessage>): number | undefined {
    const { world } = this.state
    const api: ApiMessage = { message_id: world.nextMessageId(record), date: seconds(this.state.now()), chat: record.chat, from, ...what }
    world.store(record, api, plainMessage(''))
    return this.tell('message', api)
  }

  /** Privacy mode (https://core.telegram.org/bots/features#privacy-mode); administrators see everything. */
  private isShown(record: ChatRecord, message: ApiMessage): boolean {
    const { bot, privacyMode } = this.state
    if (record.chat.type === 'private' || !privacyMode || record.botStatus === 'administrator') return true
    if (message.reply_to_message?.from?.id === bot.id) return true
    const text = message.text ?? message.caption ?? ''
    const pieces = (message.entities ?? message.caption_entities ?? []).map(
      (entity) => [entity.type, text.slice(entity.offset, entity.offset + entity.length)] as const,
    )
    const me = `@${String(bot.username)}`.toLowerCase()
    return pieces.some(([type, piece]) => {
      if (type === 'mention') return piece.toLowerCase() === me
      if (type !== 'bot_command') return false
      const at = piece.indexOf('@')
      if (at >= 0) return piece.slice(at).toLowerCase() === me
      return record.lastBotToSpeak === undefined || record.lastBotToSpeak === bot.id
    })
  }
}

const spoken = (text: string, entities: ApiEntity[]): Partial<ApiMessage> => ({ text, ...(entities.length > 0 ? { entities } : {}) })
