import type { ChatAccount, Platform } from '../shared/actor.ts'
import type { Answer } from '../shared/dispatch.ts'
import type { Instant } from '../shared/instant.ts'

/** An update of a platform as its record names it. */
export interface UpdateName {
  /** The same whenever the platform delivers the update again, and never that of another update. */
  readonly key: string
  /** The platform's own number; tells the order among updates that wait, and nothing else. */
  readonly updateId: number
  /** Updates of one lane are handled in order. */
  readonly lane: number
}

/** An update that was stored as it came, JSON text and all. */
export interface StoredUpdate extends UpdateName {
  readonly content: string
  readonly receivedAt: Instant
}

/** One that is to be handled now. `attempts`: how often it was taken, this time included. */
export interface TakenUpdate extends UpdateName {
  readonly content: string
  readonly attempts: number
}

/**
 * Which updates there were, known by a set of keys and not by their order: ids may begin anywhere after a quiet week. The set reaches back as far as its rows
 * are kept (30 days). What an update said is held until it is handled, no longer.
 */
export interface UpdateRecord {
  /** Those of `keys` that were handled before. */
  handledAmong(keys: readonly string[]): Promise<ReadonlySet<string>>
  /** Durable when it resolves. */
  settle(update: UpdateName, now: Instant): Promise<void>
}

/** The record as the door of a webhook sees it. */
export interface UpdateInlet {
  /** Durable when it resolves; `known`: it came before, and nothing was changed. */
  store(update: StoredUpdate): Promise<'stored' | 'known'>
}

/** The record as the process sees it that handles what came by webhook. Any number of processes may take from it at once. */
export interface UpdateInbox extends UpdateRecord {
  /** Waiting updates, at most one a lane, oldest first. Nobody else gets them until `until`. */
  take(limit: number, now: Instant, until: Instant): Promise<readonly TakenUpdate[]>
  /** Keeps what still runs for longer. */
  renew(keys: readonly string[], until: Instant): Promise<void>
}

/** Private answers that are opened again later: page by page, or by their member when the private chat is open. They end after three days. */
export interface KeptAnswers {
  /** Gives the id under which the account, and nobody else, gets it. */
  keep(account: AccountName, answer: Answer, now: Instant): Promise<string>
  find(id: string, account: AccountName, now: Instant): Promise<Answer | 'other' | undefined>
}

/** What a bot may do in a group, in the platform's words. */
export interface GroupState {
  readonly platform: Platform
  readonly chatId: string
  /** Undefined keeps the title that is known. */
  readonly title?: string
  readonly status: 'administrator' | 'member' | 'restricted' | 'left' | 'kicked'
}

type AccountName = Pick<ChatAccount, 'platform' | 'userId'>

/** What is remembered about chats themselves: whom messages reach, where a bot is, which group has a new id. */
export interface ChatMemory {
  /** Whether an account takes no messages; a message that is not sent for that reason is counted. */
  holdsBack(account: AccountName): Promise<boolean>
  /** The platform refused a private message, for good. */
  lost(account: AccountName, now: Instant): Promise<void>
  /** The account wrote in private, or let the bot in again. */
  found(account: AccountName): Promise<void>
  setGroup(group: GroupState, now: Instant): Promise<void>
  /**
   * A group has a new id: everything that names the old one is rewritten in one transaction, once. Its messages stay behind, out of reach: cards among them
   * are forgotten, since under the new id their numbers mean other messages. False when it was known.
   */
  moved(platform: Platform, from: string, to: string, now: Instant): Promise<boolean>
  /** Every group that has moved. */
  moves(platform: Platform): Promise<readonly { readonly from: string; readonly to: string }[]>
}
