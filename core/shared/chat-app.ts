import type { PresencePort } from '../attendance/presence.port.ts'
import type { KeepUpload } from '../forms/keep-upload.ts'
import type { ChatAccount, ChatPlace, Platform } from './actor.ts'
import type { Picture } from './chart.ts'
import type { BoundCommand, Dispatch } from './dispatch.ts'
import type { Reply } from './reply.ts'
import type { Speak } from './speak.ts'
import type { LanguageOf } from './language-of.ts'
import type { Suggest } from './suggest.ts'
import type { Language } from './text.ts'

/** A command as surfaces see it: everything but how it runs. */
export type CommandDefinition = BoundCommand<unknown>['definition']

/** A question that was asked in a chat: the next plain message of the same member there is the value of `field`. */
export interface Prompt {
  readonly command: string
  readonly field: string
  readonly input: Readonly<Record<string, string>>
}

/** Questions that wait for an answer; they survive a restart and end after fifteen minutes, those for a patient field after thirty days. */
export interface Prompts {
  put(account: ChatAccount, place: ChatPlace, prompt: Prompt): Promise<void>
  /**
   * Gives the waiting question, if there is one; from then on it waits for nobody else. The same key, delivered again because what followed was cut off, gets
   * it again, until another question is put there.
   * @param key of the message that answers or drops it
   */
  take(account: ChatAccount, place: ChatPlace, key: string): Promise<Prompt | undefined>
}

/** A message that a bot sent and can edit later. */
export interface MessageReference {
  readonly platform: Platform
  readonly chatId: string
  readonly messageId: string
}

/** Where to post: a chat of a platform, or a thread or topic in it. Ids are the platform's, as text. */
export interface PostTarget {
  readonly platform: Platform
  readonly chatId: string
  readonly threadId?: string
}

/** How those who read a posted message read it. */
export interface Readers {
  readonly language: Language
  /** IANA name, for platforms that do not show local time by themselves. */
  readonly timeZone: string
}

/** One try to send one message. */
export interface Attempt {
  /** The same in every try of the same message, at most 25 characters (Discord, developers/resources/message, "Create Message"). */
  readonly nonce: string
  /** Called and awaited right before the message leaves; when it rejects, nothing is sent. */
  readonly sending: () => Promise<void>
}

/**
 * What a bot can do beyond answering. Given to the worker that delivers the outbox. Anything that may pass is a retryable Fault; one that left open whether
 * the message arrived says so.
 */
export interface Messenger {
  /** For how long the platform itself takes a second message with the same nonce for the first one, in milliseconds; 0 when it never does. */
  readonly remembersNonceMs: number
  /** `unreachable`: the account takes no direct messages or never started the bot; that is final. */
  sendPrivate(userId: string, reply: Reply, reader: Readers, attempt?: Attempt): Promise<'sent' | 'unreachable'>
  /**
   * Posts one message and gives where it stands. A chat that is gone or closed to the bot is a Fault that is not retryable. The picture of the reply's chart
   * is left out where the platform refuses it or it does not fit beside the words.
   */
  post(target: PostTarget, reply: Reply, readers: Readers, attempt: Attempt, picture?: Picture): Promise<MessageReference>
  /** `gone`: the message was deleted or may no longer be edited. `timeZone` as in {@link Readers}, UTC when not given. */
  edit(message: MessageReference, reply: Reply, language: Language, timeZone?: string): Promise<'edited' | 'gone'>
}

/** What a bot needs in a place to write there, named as the platform's settings name it. */
export type Right = 'view' | 'send' | 'send-in-threads' | 'history' | 'embed' | 'attach'

/** What a platform says of the bot in one of its servers or groups. */
export interface GuildReport {
  /** `missing` is `all` where the bot sees nothing: no such place, or hidden from it. */
  readonly channels: readonly { readonly name: string; readonly missing: 'all' | readonly Right[] }[]
  /** Whether the commands offered there are the present ones. */
  readonly commands: 'registered' | 'missing' | 'unknown'
  /** More than any bot needs. */
  readonly isAdministrator: boolean
}

/** A running bot. */
export interface Bot {
  readonly messenger: Messenger
  /** Whether it hears its platform just now, for readiness and `status`. */
  isConnected(): boolean
  /** What the bot may do in a server, for `diagnose`; undefined when it does not see the server. Of `also` only what is of this server is told. @throws Fault when the platform does not answer */
  inspect?(communityId: string, chatIds: readonly string[], also: readonly string[]): Promise<GuildReport | undefined>
  /** Stops hearing, lets running commands finish. */
  stop(): Promise<void>
}

/** Where bots are. */
export interface Membership {
  /** A server or group put the bot out, or is gone. Operators are told once, when it is one of the community's. */
  putOut(platform: Platform, communityId: string): Promise<void>
  /** The bot is in these. */
  isIn(platform: Platform, communityIds: readonly string[]): Promise<void>
}

/** Structured log lines; fields first, as pino has it. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** The composed product as a chat surface sees it (architecture, rule 6): no bot knows a database or a chain. */
export interface ChatApp {
  readonly dispatch: Dispatch
  /** Keeps a file that was sent as the answer to a question of a form, and gives the answer that names it. */
  readonly keepUpload: KeepUpload
  /** What may be meant by a value that is being typed. Reads only. */
  readonly suggest: Suggest
  readonly languageOf: LanguageOf
  readonly commands: readonly CommandDefinition[]
  readonly speak: Speak
  readonly prompts: Prompts
  /** Remembers where a reply with `card` was shown, so that it can be edited when its subject changes. */
  rememberCard(subject: string, message: MessageReference): Promise<void>
  /** Reports a bug of a surface; gives the id under which it can be found. */
  report(error: unknown, context: { command: string; key: string }): string
  readonly log: Log
  /** Public address of the pages, without a slash at the end. */
  readonly publicOrigin: string
  readonly membership: Membership
  /** For a platform that tells who is in which voice channel. */
  readonly presence?: PresencePort
}
