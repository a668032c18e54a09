/** The Bot API objects the fake builds itself; the official document checks their shape at run time. */
export interface ApiUser {
  id: number
  is_bot: boolean
  first_name: string
  username?: string
  language_code?: string
}

export type ChatType = 'private' | 'group' | 'supergroup' | 'channel'

export interface ApiChat {
  id: number
  type: ChatType
  title?: string
  username?: string
  first_name?: string
  is_forum?: boolean
}

export interface ApiEntity {
  type: string
  /** UTF-16 code units from the start of the text. */
  offset: number
  /** UTF-16 code units. */
  length: number
  url?: string
  language?: string
  user?: ApiUser
  custom_emoji_id?: string
  unix_time?: number
  date_time_format?: string
}

export interface ApiButton {
  text: string
  callback_data?: string
  url?: string
  [other: string]: unknown
}

export interface ApiMessage {
  message_id: number
  /** Seconds since 1970. */
  date: number
  chat: ApiChat
  from?: ApiUser
  sender_chat?: ApiChat
  message_thread_id?: number
  is_topic_message?: boolean
  edit_date?: number
  text?: string
  entities?: ApiEntity[]
  caption?: string
  caption_entities?: ApiEntity[]
  photo?: object[]
  document?: object
  reply_markup?: { inline_keyboard: ApiButton[][] }
  reply_to_message?: ApiMessage
  migrate_to_chat_id?: number
  migrate_from_chat_id?: number
  new_chat_members?: ApiUser[]
  left_chat_member?: ApiUser
}

export interface ApiUpdate {
  update_id: number
  [kind: string]: unknown
}

export type MemberStatus = 'creator' | 'administrator' | 'member' | 'restricted' | 'left' | 'kicked'

/** Parameters of one call, decoded from JSON, a form or a query. */
export type Payload = Record<string, unknown>

/** A file part of a multipart call. */
export interface UploadedFile {
  field: string
  fileName: string
  bytes: Buffer
}
