import type { ApiButton, ApiEntity, ApiMessage, UploadedFile } from './api-types.ts'

/** One button under a message. */
export interface Button {
  text: string
  /** callback_data, when it is that kind of button. */
  data?: string
  url?: string
  /** The whole button as sent. */
  raw: ApiButton
}

/** A message as it stood at one moment; later edits give a new one. */
export interface SentMessage {
  chatId: number
  messageId: number
  fromBot: boolean
  fromId: number | undefined
  /** What the reader sees: text or caption without markup. */
  text: string
  /** What the bot wrote, with its tags; equal to `text` without a parse mode and for users. */
  source: string
  parseMode: string | undefined
  entities: readonly ApiEntity[]
  rows: readonly (readonly Button[])[]
  buttons: readonly Button[]
  topicId: number | undefined
  replyTo: number | undefined
  file: UploadedFile | undefined
  /** reply_markup as sent: also reply keyboards, removal and forced replies, which a Message does not show. */
  replyMarkup: unknown
  edits: number
  /** The Bot API object. */
  raw: ApiMessage
}

/** The mutable record behind the views. */
export interface StoredMessage {
  api: ApiMessage
  source: string
  parseMode: string | undefined
  file: UploadedFile | undefined
  replyMarkup: unknown
  fromBot: boolean
  edits: number
  deleted: boolean
}

/** A message inside another shows no message inside itself. */
export function withoutReply({ reply_to_message: _deeper, ...message }: ApiMessage): ApiMessage {
  return message
}

export function viewOf(stored: StoredMessage): SentMessage {
  const raw = structuredClone(stored.api)
  const rows = (raw.reply_markup?.inline_keyboard ?? []).map((row) => row.map(buttonOf))
  return {
    chatId: raw.chat.id,
    messageId: raw.message_id,
    fromBot: stored.fromBot,
    fromId: raw.from?.id,
    text: raw.text ?? raw.caption ?? '',
    source: stored.source,
    parseMode: stored.parseMode,
    entities: raw.entities ?? raw.caption_entities ?? [],
    rows,
    buttons: rows.flat(),
    topicId: raw.message_thread_id,
    replyTo: raw.reply_to_message?.message_id,
    file: stored.file,
    replyMarkup: structuredClone(stored.replyMarkup),
    edits: stored.edits,
    raw,
  }
}

function buttonOf(raw: ApiButton): Button {
  return {
    text: raw.text,
    ...(raw.callback_data === undefined ? {} : { data: raw.callback_data }),
    ...(raw.url === undefined ? {} : { url: raw.url }),
    raw,
  }
}
