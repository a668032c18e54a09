import type { PresencePort } from '../attendance/presence.port.ts'
import type { ChatAccount, ChatPlace, Platform } from './actor.ts'
import type { BoundCommand, Dispatch } from './dispatch.ts'
import type { Reply } from './reply.ts'
import type { Speak } from './speak.ts'
import type { Language } from './text.ts'

/** A command as surfaces see it: everything but how it runs. */
export type CommandDefinition = BoundCommand<unknown>['definition']

/** A question that was asked in a chat: the next plain message of the same member there is the value of `field`. */
export interface Prompt {
  readonly command: string
  readonly field: string
  readonly input: Readonly<Record<string, string>>
}

/** Questions that wait for an answer; they survive a restart and end after fifteen minutes. */
export interface Prompts {
  put(account: ChatAccount, place: ChatPlace, prompt: Prompt): Promise<void>
  /** Removes and gives the waiting question, if there is one. */
  take(account: ChatAccount, place: ChatPlace): Promise<Prompt | undefined>
}

/** A message that a bot sent and can edit later. */
export interface MessageReference {
  readonly platform: Platform
  readonly chatId: string
  readonly messageId: string
}

/** What a bot can do beyond answering. Given to the worker that delivers the outbox. */
export interface Messenger {
  /** `unreachable`: the account takes no direct messages or never started the bot; that is final. Anything that may pass is a retryable Fault. */
  sendPrivate(userId: string, reply: Reply, language: Language): Promise<'sent' | 'unreachable'>
  /** `gone`: the message was deleted or may no longer be edited. */
  edit(message: MessageReference, reply: Reply, language: Language): Promise<'edited' | 'gone'>
}

/** A running bot. */
export interface Bot {
  readonly messenger: Messenger
  /** Whether it hears its platform just now, for readiness and `status`. */
  isConnected(): boolean
  /** Stops hearing, lets running commands finish. */
  stop(): Promise<void>
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
  /** For a platform that tells who is in which voice channel. */
  readonly presence?: PresencePort
}
