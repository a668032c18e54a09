import { DRIVER_PATIENCE_MS } from '../driver-patience.ts'
import { randomInt } from 'node:crypto'
import type { ApiCalls } from './api-calls.ts'
import { conflict } from './api-refusal.ts'
import type { ApiChat, ApiUpdate, ApiUser, MemberStatus } from './api-types.ts'
import { assembleFake, type AssembledFake } from './assemble-fake.ts'
import type { BotMethods, CommandScope } from './bot-methods.ts'
import { deliver, seconds, type FakeState } from './fake-state.ts'
import { listen, type HttpApi } from './http-api.ts'
import { Incoming } from './incoming.ts'
import { Reactions } from './reactions.ts'
import { viewOf, type SentMessage } from './sent-message.ts'
import type {
  Answer,
  Fault,
  MenuCommand,
  NewChannel,
  NewGroup,
  NewUser,
  PressInput,
  PressResult,
  RequestRecord,
  SendInput,
  TelegramFakeOptions,
  Violation,
} from './telegram-fake.types.ts'

/** The account that speaks for anonymous administrators of groups. */
const GROUP_ANONYMOUS_BOT: ApiUser = { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }

/**
 * A Bot API server on loopback with people to drive it. It refuses what the platform refuses, in its words; calls
 * and its own answers are held against the official document, and what breaks it is kept in `violations`.
 * Driver calls wait for what the bot does, never for time.
 */
export class TelegramFake {
  /** For telegraf: `telegram: { apiRoot }`. */
  readonly apiRoot: string
  readonly token: string
  readonly bot: ApiUser
  /** A test should end with none. */
  readonly violations: readonly Violation[]
  /** Every call of the bot but successful long polls, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** Whether the official document was there to check against. */
  readonly hasContract: boolean
  private readonly state: FakeState
  private readonly calls: ApiCalls
  private readonly http: HttpApi
  private readonly incoming: Incoming
  private readonly reactions: Reactions
  private readonly menus: BotMethods
  private readonly timeoutMs: number

  constructor({ state, calls, menus }: AssembledFake, http: HttpApi, timeoutMs: number) {
    this.apiRoot = http.url
    this.token = state.token
    this.bot = state.bot
    this.violations = state.violations
    this.requests = state.requests
    this.hasContract = state.contract !== undefined
    this.state = state
    this.calls = calls
    this.http = http
    this.incoming = new Incoming(state)
    this.reactions = new Reactions(state.journal)
    this.menus = menus
    this.timeoutMs = timeoutMs
  }

  addUser(user: NewUser): ApiUser {
    return this.state.world.addUser(user)
  }

  addGroup(group: NewGroup): ApiChat {
    return this.state.world.addGroup(group)
  }

  addChannel(channel: NewChannel): ApiChat {
    return this.state.world.addChannel(channel)
  }

  /** Sets a person's place in a chat; a bot that administers it and asked for `chat_member` is told. */
  addMember(chat: number, user: number, status: MemberStatus = 'member'): void {
    this.incoming.changeMember(this.state.world.record(chat), this.state.world.user(user), status)
  }

  /** Changes the bot's own place in a chat: 'kicked', 'left', 'administrator'… The bot gets my_chat_member. */
  setBotStatus(chat: number, status: MemberStatus, by: number): number | undefined {
    return this.incoming.changeBot(this.state.world.record(chat), this.state.world.user(by), status)
  }

  /** Whether the bot may send photos there; as a new group, it may. */
  allowPhotos(chat: number, allowed: boolean): void {
    this.state.world.record(chat).takesPhotos = allowed
  }

  closeTopic(chat: number, topicId: number, closed = true): void {
    const topic = this.state.world.record(chat).topics.get(topicId)
    if (!topic) throw new Error(`no topic ${topicId} in chat ${chat}`)
    topic.closed = closed
  }

  /** Resolves once a long poll of the bot waits at the fake. */
  async untilPolling(timeoutMs = this.timeoutMs): Promise<void> {
    await this.state.journal.until(() => (this.state.queue.hasPoller ? true : undefined), 'a waiting getUpdates call', timeoutMs)
  }

  /** Waits until `probe` gives something; it is asked after everything that happens. */
  until<T>(probe: () => T | undefined, awaited: string, timeoutMs = this.timeoutMs): Promise<T> {
    return this.state.journal.until(probe, awaited, timeoutMs)
  }

  /**
   * A person writes; resolves when the bot has shown something in that chat or to that person, and has confirmed the
   * update (next getUpdates offset, or 2xx of the webhook).
   * @throws Error naming what was awaited, or when privacy mode hides the message from the bot
   */
  async send(input: SendInput): Promise<Answer> {
    const mark = this.state.journal.mark
    const { updateId, chatId } = this.write(input)
    if (updateId === undefined) throw new Error(`privacy mode hides ${JSON.stringify(input.text)} from the bot`)
    const awaited = `an answer to ${JSON.stringify(input.text)} in chat ${chatId}`
    return this.reactions.answer(
      { mark, updateId, chats: [chatId, input.user] },
      input.atLeast ?? 1,
      awaited,
      input.timeoutMs ?? this.timeoutMs,
    )
  }

  /** A person writes and the bot confirms the update without showing anything. @throws Error when it answered */
  async sendNoAnswer(input: SendInput): Promise<void> {
    const mark = this.state.journal.mark
    const { updateId, chatId } = this.write(input)
    if (updateId === undefined) return
    const awaited = `confirmation of ${JSON.stringify(input.text)}`
    await this.silence({ mark, updateId, chats: [chatId, input.user] }, awaited, input.timeoutMs)
  }

  /** `/start payload` in private, as by a t.me link. */
  async startWith(input: { user: number; payload?: string; timeoutMs?: number }): Promise<Answer> {
    if (input.payload !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(input.payload)) {
      throw new Error(`${JSON.stringify(input.payload)} is no payload of a deep link: 1-64 of A-Z a-z 0-9 _ -`)
    }
    const text = input.payload === undefined ? '/start' : `/start ${input.payload}`
    return this.send({ user: input.user, text, ...(input.timeoutMs === undefined ? {} : { timeoutMs: input.timeoutMs }) })
  }

  /** A person presses a button; resolves when the query is answered and the update confirmed. */
  async press(input: PressInput): Promise<PressResult> {
    const { world, journal, callbackQueries } = this.state
    const record = world.record(input.message.chatId)
    const stored = record.messages.get(input.message.messageId)
    if (!stored) throw new Error(`no message ${input.message.messageId} in chat ${input.message.chatId}`)
    const view = viewOf(stored)
    if (!input.forged && (stored.deleted || view.buttons.every((button) => button.data !== input.data))) {
      const present = stored.deleted ? 'it was deleted' : `it has ${JSON.stringify(view.buttons.map((button) => button.data))}`
      throw new Error(`message ${view.messageId} has no button ${JSON.stringify(input.data)}: ${present}`)
    }
    const mark = journal.mark
    const id = String(randomInt(2 ** 40, 2 ** 47))
    callbackQueries.set(id, { id, createdAt: this.state.now(), answered: false, expired: input.expired ?? false })
    const updateId = this.incoming.push('callback_query', {
      id,
      from: world.user(input.user),
      message: stored.deleted ? { chat: record.chat, message_id: view.messageId, date: 0 } : stored.api,
      chat_instance: String(record.chat.id),
      data: input.data,
    })
    const watched = { mark, updateId, chats: [record.chat.id, input.user] }
    const timeoutMs = input.timeoutMs ?? this.timeoutMs
    return this.reactions.press(
      watched,
      id,
      input.expired ?? false,
      `an answer to the pressed button ${JSON.stringify(input.data)}`,
      timeoutMs,
    )
  }

  /** A person changes their own message; resolves when the bot has confirmed the update. */
  async edit(input: { user: number; message: SentMessage; text: string; timeoutMs?: number }): Promise<Answer> {
    const { world, journal } = this.state
    const record = world.record(input.message.chatId)
    const stored = record.messages.get(input.message.messageId)
    if (!stored || stored.api.from?.id !== input.user)
      throw new Error(`message ${input.message.messageId} is not one of user ${input.user}`)
    const mark = journal.mark
    stored.api = { ...stored.api, text: input.text, edit_date: seconds(this.state.now()) }
    stored.source = input.text
    stored.edits++
    const updateId = this.incoming.push('edited_message', stored.api)
    return this.reactions.settled(
      { mark, updateId, chats: [record.chat.id, input.user] },
      'confirmation of the edit',
      input.timeoutMs ?? this.timeoutMs,
    )
  }

  /** A post of the channel itself; resolves when the bot has confirmed the update. */
  async channelPost(input: { chat: number; text: string; timeoutMs?: number }): Promise<Answer> {
    const mark = this.state.journal.mark
    const record = this.state.world.record(input.chat)
    const { updateId = 0 } = this.incoming.write(record, 'channel_post', { text: input.text, senderChat: true })
    return this.reactions.settled(
      { mark, updateId, chats: [input.chat] },
      'confirmation of the channel post',
      input.timeoutMs ?? this.timeoutMs,
    )
  }

  /**
   * A message of a bot account in a group; by default the one of anonymous administrators, which the platform does
   * deliver. Other bots it mostly hides; here they are delivered too, so that the bot's own guard is proved.
   */
  async fromBot(input: { chat: number; text: string; bot?: Omit<ApiUser, 'is_bot'>; timeoutMs?: number }): Promise<Answer> {
    const mark = this.state.journal.mark
    const record = this.state.world.record(input.chat)
    const from = input.bot ? { ...input.bot, is_bot: true } : GROUP_ANONYMOUS_BOT
    this.state.world.users.set(from.id, from)
    const { updateId = 0 } = this.incoming.write(record, 'message', { text: input.text, from, senderChat: !input.bot }, true)
    return this.reactions.settled(
      { mark, updateId, chats: [input.chat] },
      "confirmation of a bot's message",
      input.timeoutMs ?? this.timeoutMs,
    )
  }

  /** The person stops the bot: every message to them is 403 from now on. */
  block(user: number): number | undefined {
    return this.incoming.changeBot(this.state.world.record(user), this.state.world.user(user), 'kicked')
  }

  unblock(user: number): number | undefined {
    return this.incoming.changeBot(this.state.world.record(user), this.state.world.user(user), 'member')
  }

  /** A group becomes a supergroup with a new id; the old one is refused with migrate_to_chat_id. */
  migrate(group: number, supergroup: number, by: number): ApiChat {
    const { world } = this.state
    const record = world.record(group)
    const { botStatus } = record
    if (record.chat.type !== 'group' || botStatus === 'never-started') throw new Error(`${group} is no group`)
    const chat = world.addGroup({ id: supergroup, title: record.chat.title ?? '', botStatus })
    for (const [user, status] of record.members) world.record(supergroup).members.set(user, status)
    this.incoming.serve(record, world.user(by), { migrate_to_chat_id: supergroup })
    this.incoming.serve(world.record(supergroup), GROUP_ANONYMOUS_BOT, { migrate_from_chat_id: group, sender_chat: chat })
    record.migratedTo = supergroup
    return chat
  }

  /** The next `times` calls (of `method`, or of any but getUpdates) get 429 with retry_after. */
  rateLimitNext(times: number, retryAfterSeconds: number, method?: string): void {
    this.failNext({ times, kind: 'rate-limit', seconds: retryAfterSeconds, ...(method === undefined ? {} : { method }) })
  }

  failNext(fault: Fault): void {
    this.calls.plan(fault)
  }

  /** From now on no press made so far can be answered. */
  expireCallbackQueries(): void {
    for (const query of this.state.callbackQueries.values()) query.expired = true
  }

  /** Delivers an update once more; resolves when the bot has confirmed it again, with what it showed meanwhile. */
  async redeliver(updateId: number, timeoutMs = this.timeoutMs): Promise<Answer> {
    const update = this.incoming.byId.get(updateId)
    if (!update) throw new Error(`no update ${updateId} was delivered`)
    const mark = this.state.journal.mark
    deliver(this.state, update, true)
    return this.reactions.settled({ mark, updateId, chats: undefined }, `second confirmation of update ${updateId}`, timeoutMs)
  }

  /** Delivers updates as they are, in this order, one that stands twice twice; resolves when the bot has confirmed each. */
  async deliverRaw(updates: readonly ApiUpdate[]): Promise<void> {
    const { journal } = this.state
    const mark = journal.mark
    const seen = new Set<number>()
    for (const update of updates) {
      deliver(this.state, structuredClone(update), seen.has(update.update_id))
      seen.add(update.update_id)
    }
    const isConfirmed = () => {
      for (const entry of journal.since(mark)) if (entry.kind === 'confirmed') seen.delete(entry.updateId)
      return seen.size === 0 ? true : undefined
    }
    await journal.until(isConfirmed, `confirmation of ${seen.size} updates`, this.timeoutMs)
  }

  /** Says where the bot's public address leads: routeWebhook('https://pos.example', 'http://127.0.0.1:3000'). */
  routeWebhook(publicOrigin: string, realOrigin: string): void {
    this.state.webhook.routes.set(new URL(publicOrigin).origin, new URL(realOrigin).origin)
  }

  /** Somebody else who has the token sets a webhook: pollers get 409 and getWebhookInfo shows the strange address. */
  stealWebhook(url: string): void {
    this.state.webhook.set({ url })
    this.state.queue.stop(conflict('terminated by setWebhook request'))
  }

  /** The bot's messages that are still there, oldest first, as they stand now. */
  messages(chatId: number): readonly SentMessage[] {
    return this.history(chatId).filter((message) => message.fromBot)
  }

  /** Everybody's messages that are still there. */
  history(chatId: number): readonly SentMessage[] {
    return [...this.state.world.record(chatId).messages.values()].filter((stored) => !stored.deleted).map(viewOf)
  }

  /** Calls of one method. */
  requestsOf(method: string): readonly RequestRecord[] {
    return this.requests.filter((request) => request.method === method)
  }

  /** The menu set for exactly this scope and language; without arguments the default one. */
  commands(scope?: CommandScope, language?: string): readonly MenuCommand[] {
    return this.menus.commands(scope, language)
  }

  /** The menu this person sees there when they type `/`, by the platform's rules of precedence. */
  menuFor(input: { user: number; chat?: number }): readonly MenuCommand[] {
    const { world } = this.state
    const record = world.record(input.chat ?? input.user)
    const status = record.members.get(input.user)
    return this.menus.menuFor(world.user(input.user), record.chat, status === 'creator' || status === 'administrator')
  }

  async close(): Promise<void> {
    this.state.webhook.close()
    this.state.journal.close()
    await this.http.close()
  }

  private async silence(
    watched: { mark: number; updateId: number; chats: number[] },
    awaited: string,
    timeoutMs = this.timeoutMs,
  ): Promise<void> {
    const { text, messages, edited } = await this.reactions.settled(watched, awaited, timeoutMs)
    if (messages.length + edited.length > 0)
      throw new Error(`${awaited}: the bot should have said nothing, but said ${JSON.stringify(text)}`)
  }

  private write(input: SendInput): { updateId: number | undefined; chatId: number } {
    const { world } = this.state
    const chatId = input.chat ?? input.user
    const record = world.record(chatId)
    const from = world.user(input.user)
    if (record.chat.type === 'private') {
      if (record.botStatus === 'kicked') throw new Error(`user ${input.user} blocked the bot: call unblock before they write`)
      record.botStatus = 'member'
    }
    if (record.chat.type !== 'private' && !record.members.has(input.user)) record.members.set(input.user, 'member')
    const replyTo = typeof input.replyTo === 'object' ? input.replyTo.messageId : input.replyTo
    const { text, topicId, document, photo, fields } = input
    const { updateId } = this.incoming.write(record, 'message', { text, from, topicId, replyTo, document, photo, fields })
    return { updateId, chatId }
  }
}

/** Starts the fake on a free loopback port. The caller closes it. */
export async function startTelegramFake(options: TelegramFakeOptions = {}): Promise<TelegramFake> {
  const assembled = assembleFake(options)
  return new TelegramFake(assembled, await listen(assembled.state, assembled.calls), options.timeoutMs ?? DRIVER_PATIENCE_MS)
}
