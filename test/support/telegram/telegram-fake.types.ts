import type { MemberStatus, Payload } from './api-types.ts'
import type { Button, SentMessage } from './sent-message.ts'

export interface TelegramFakeOptions {
  /** Default '123456:TEST-token'. */
  token?: string
  /** Without @. Default 'pos_test_bot'. */
  username?: string
  /** Milliseconds since 1970, for dates of messages and the age of callback queries. Default: the machine's clock. */
  now?: () => number
  /** How long a driver call waits for the bot, in milliseconds. Default `DRIVER_PATIENCE_MS`. */
  timeoutMs?: number
  /** As in BotFather: in groups the bot gets only commands, mentions and replies. Default true. */
  privacyMode?: boolean
  /** Age at which a callback query can no longer be answered, in milliseconds. Default 30 000. */
  callbackQueryTtlMs?: number
  /** 429 by the platform's published limits: 30 messages a second in all, 20 a minute in one group. Default false. */
  floodLimits?: boolean
  /**
   * With a webhook 200 says only that an update was stored: driver calls then go on when this has resolved for it, which somebody who knows the bot from
   * inside must tell. Default: at once.
   */
  untilHandled?: (updateId: number) => Promise<void>
  /** Pause before a failed webhook delivery is tried again, in milliseconds. Default 20. */
  webhookRetryMs?: number
}

export interface RequestRecord {
  method: string
  payload: Payload
  files: readonly { field: string; fileName: string; size: number }[]
  /** HTTP status given. */
  code: number
  /** The refusal, when refused. */
  description?: string
}

/** Something that the official document does not allow. A test should end with none. */
export interface Violation {
  where: 'request' | 'result' | 'update' | 'method'
  method: string
  problem: string
  payload: unknown
}

export interface NewUser {
  id: number
  firstName: string
  username?: string
  languageCode?: string
  /** Whether this person has pressed Start, so that the bot may write to them. Default false; writing to the bot sets it. */
  started?: boolean
}

export interface NewGroup {
  /** Negative; -100… for supergroups and channels. */
  id: number
  title: string
  type?: 'group' | 'supergroup'
  username?: string
  /** Makes the supergroup a forum. */
  topics?: readonly { id: number; name: string }[]
  botStatus?: MemberStatus
}

export interface NewChannel {
  id: number
  title: string
  username?: string
  /** Default 'administrator'. */
  botStatus?: MemberStatus
}

export interface SendInput {
  user: number
  /** Default: the private chat with the bot. */
  chat?: number
  text: string
  topicId?: number
  replyTo?: number | SentMessage
  /** A file of the message; `text` is then its caption and may be empty. */
  document?: { name: string; bytes: Buffer }
  /** A picture of the message, which the platform has in two sizes, both without a name; `text` is then its caption and may be empty. */
  photo?: Buffer
  /** Further fields of the Bot API Message, such as `forward_origin` or `via_bot`. */
  fields?: Readonly<Record<string, unknown>>
  /** Wait for at least this many messages or edits. Default 1. */
  atLeast?: number
  timeoutMs?: number
}

/** What the bot showed after one update, in the chat of the update and in private to its author. */
export interface Answer {
  updateId: number
  /** New messages, oldest first. */
  messages: readonly SentMessage[]
  edited: readonly SentMessage[]
  /** The texts of messages and edits in order, joined by a line break. */
  text: string
  /** All inline buttons of them in order. */
  buttons: readonly Button[]
  parseMode: string | undefined
  /** The last message or edit. */
  last: SentMessage | undefined
}

export interface PressInput {
  user: number
  message: SentMessage
  /** callback_data; it must be on the message as it now stands, unless `forged`. */
  data: string
  /** A client that sends data which no button of the message has. */
  forged?: boolean
  /** The query is already too old when the bot gets it. */
  expired?: boolean
  timeoutMs?: number
}

/** What the bot answered to a pressed button. */
export interface CallbackAnswer {
  text?: string
  showAlert: boolean
  url?: string
  /** Seconds. */
  cacheTime: number
}

export interface PressResult extends Answer {
  /** Undefined when the bot never answered (only possible for an expired query). */
  callbackAnswer: CallbackAnswer | undefined
  /** Messages removed meanwhile. */
  deleted: readonly { chatId: number; messageId: number }[]
}

export interface Fault {
  /** Default: every method but getUpdates. */
  method?: string
  /** How many calls. */
  times: number
  /**
   * 'rate-limit': 429 with retry_after; 'server-error': 502 before anything is done; 'drop-before': the connection
   * breaks and nothing was done; 'drop-after': it was done and the connection breaks, so the outcome is unknown.
   */
  kind: 'rate-limit' | 'server-error' | 'drop-before' | 'drop-after'
  /** For 'rate-limit'. */
  seconds?: number
}

/** A command of one menu, as the bot set it. */
export interface MenuCommand {
  command: string
  description: string
}
