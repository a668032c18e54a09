import { DRIVER_PATIENCE_MS } from '../driver-patience.ts'
import { createServer } from 'node:http'
import { type APIApplicationCommand, type APIInteraction, type APIMessage, GatewayIntentBits } from 'discord-api-types/v10'
import { guildRoutes } from './routes-guild.ts'
import { interactionRoutes } from './routes-interaction.ts'
import { messageRoutes } from './routes-message.ts'
import { accountRoutes } from './routes-account.ts'
import { Calendar, calendarRoutes, type ScheduledEventChange, type ScheduledEventInput, type ScheduledEventStatus } from './calendar.ts'
import { threadRoutes } from './routes-thread.ts'
import { isAnswered, type Conversation } from './conversation.ts'
import { discordDocument } from './discord-document.ts'
import {
  type AutocompleteInput,
  type ClickInput,
  Driver,
  type ForgedInput,
  type ModalInput,
  type SelectInput,
  type SlashInput,
} from './driver.ts'
import { Gateway } from './gateway.ts'
import type { Place } from './invoke.ts'
import { RateLimits } from './rate-limits.ts'
import { type RequestRecord, Rest, type Violation } from './rest.ts'
import { State } from './state.ts'
import { serveUpload, type UploadInput, uploadFile } from './uploads.ts'
import { type ChannelInput, type GuildInput, type MemberInput, type RoleInput, type UserInput, type VoiceInput, World } from './world.ts'

export interface DiscordFakeOptions {
  /** The bot token that is accepted; default `fake-token`. */
  readonly token?: string
  /** Default 100000000000000001. */
  readonly applicationId?: string
  readonly botName?: string
  /**
   * The platform's clock in milliseconds; default one that stands still, so that on a busy machine nobody is too late for the three seconds.
   * `advance` is added to it.
   */
  readonly now?: () => number
  /** Privileged intents granted to the application; default GuildMembers and MessageContent. */
  readonly privilegedIntents?: number
  readonly heartbeatIntervalMs?: number
  /** How many shards GET /gateway/bot recommends; default 1. */
  readonly shards?: number
  /** Bound of every wait of the driver, in real milliseconds; default `DRIVER_PATIENCE_MS`. */
  readonly timeoutMs?: number
  /** 429 by the platform's limits: 50 requests a second in all, 5 messages in 5 seconds in one channel. Default false. */
  readonly rateLimits?: boolean
}

/** Which request to wait for; only requests received after the call count. */
export interface RequestFilter {
  readonly method?: string
  readonly path?: RegExp
  readonly status?: number
  readonly code?: number
}

/**
 * Discord on one loopback port: REST v10 and the gateway, refusing what Discord refuses.
 * Point discord.js at it by `rest: { api: fake.apiUrl }` and log in with `fake.token`.
 */
export interface DiscordFake extends AsyncDisposable {
  /** For `rest.api` of discord.js, e.g. `http://127.0.0.1:1234/api`. */
  readonly apiUrl: string
  readonly gatewayUrl: string
  readonly token: string
  readonly applicationId: string
  /** False when the OpenAPI document is absent, so that only the hand-written limits hold. */
  readonly judgedByDocument: boolean

  addGuild(input: GuildInput): string
  addRole(guildId: string, input: RoleInput): string
  addChannel(input?: ChannelInput): string
  /** A thread of a text channel, or a post of a forum. */
  addThread(parentId: string, name: string, ownerId: string): string
  removeChannel(channelId: string): void
  /** The bot is removed from a guild, which may be added again. */
  removeGuild(guildId: string): void
  /** Discord loses a guild for a while (`over` is false), or has it again. */
  outage(guildId: string, over: boolean): void
  addMember(input: MemberInput): string
  addUser(input: UserInput): string
  setRoles(guildId: string, userId: string, roles: readonly string[]): void
  removeMember(guildId: string, userId: string): void
  /** The member joins a voice or stage channel, changes there, or leaves with null. */
  voice(guildId: string, userId: string, channelId: string | null, how?: VoiceInput): void
  /** Somebody schedules an event in a voice or stage channel. */
  scheduleEvent(input: ScheduledEventInput): string
  setScheduledEventStatus(eventId: string, status: ScheduledEventStatus): void
  /** One that recurs is over for this time, and scheduled for the next. */
  finishOccurrence(eventId: string): void
  /** Somebody gives it another name, time or channel. */
  changeScheduledEvent(eventId: string, change: ScheduledEventChange): void
  /** Somebody removes it. */
  deleteScheduledEvent(eventId: string): void

  /** Resolves when the bot has answered: at once, or after a deferral with its first edit or follow-up. */
  slash(input: SlashInput): Promise<Conversation>
  click(input: ClickInput): Promise<Conversation>
  select(input: SelectInput): Promise<Conversation>
  submitModal(input: ModalInput): Promise<Conversation>
  /** Resolves with the choices that the bot offered. */
  autocomplete(input: AutocompleteInput): ReturnType<Driver['autocomplete']>
  /** An interaction that no honest client sends: any type, any data. Resolves like the others. */
  forge(input: ForgedInput): Promise<Conversation>
  /** What a user did last, sent before this is asked. */
  readonly lastInteraction: APIInteraction | undefined
  /** Whether the bot has said its last expected word to it. */
  isAnswered(interaction: APIInteraction): boolean
  /** Sends the same INTERACTION_CREATE again. */
  redeliver(interaction: APIInteraction): void
  say(input: Place & { readonly text: string }): APIMessage
  /** A user chooses a file. @returns its id, for an attachment option or the file field of a form */
  upload(input: UploadInput): string

  /** Closes every gateway socket; default 4000, after which a bot RESUMEs. 1006 cuts the line. */
  dropGateway(code?: number): void
  /** The lines are cut and nobody gets in until the function that it gives is called; what happens meanwhile is replayed at RESUME. */
  cutLines(): () => void
  /** Everything that the gateway sends is stuck until the function that it gives is called. */
  stallGateway(): () => void
  /** Resolves when every connected bot has handled all that was sent to it. */
  heard(): Promise<void>
  /** Sends op 7. */
  requestReconnect(): void
  /** The next RESUME is answered by op 9. */
  forgetSession(): void
  /** The next `count` requests get 429 with `retry_after` seconds. */
  rateLimitNext(count: number, seconds: number, options?: { readonly global?: boolean }): void
  /** From now on the token is refused: 401 in REST, 4004 at the gateway. */
  revokeToken(): void
  /** Moves the platform's clock forward. */
  advance(ms: number): void

  /** Messages of a channel that everybody sees, oldest first. */
  messages(channelId: string): APIMessage[]
  /** The direct conversation with a user, as a channel id for `messages`. */
  directChannel(userId: string): string
  registeredCommands(guildId?: string): readonly APIApplicationCommand[]
  /** True while some bot has a living session. */
  readonly connected: boolean
  readonly connections: number
  readonly identifies: number
  readonly resumes: number
  readonly heartbeats: number
  readonly requests: readonly RequestRecord[]
  /** Malformed requests, and mistakes of the fake itself. A test run must leave it empty. */
  readonly violations: Violation[]

  waitForRequest(filter: RequestFilter): Promise<RequestRecord>
  /** Resolves when the condition holds; looked at after every request and gateway frame. */
  until(what: string, holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** Starts a fake on a free loopback port. It keeps nothing outside the process; close it after the test. */
export async function startDiscordFake(options: DiscordFakeOptions = {}): Promise<DiscordFake> {
  const startedAt = Date.now()
  const clock = options.now ?? (() => startedAt)
  let offset = 0
  let revoked = false
  const token = options.token ?? 'fake-token'
  const timeoutMs = options.timeoutMs ?? DRIVER_PATIENCE_MS
  const accepts = (given: string): boolean => !revoked && given === token
  const state = new State(() => clock() + offset, options.applicationId ?? '100000000000000001', options.botName ?? 'WePoS')
  const document = discordDocument()
  const server = createServer((request, response) => void (serveUpload(state, request, response) || rest.handle(request, response)))
  const gatewayUrl = (): string => {
    const address = server.address()
    return `ws://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
  }
  const routes = [
    ...accountRoutes(gatewayUrl, options.shards ?? 1),
    ...guildRoutes,
    ...messageRoutes,
    ...threadRoutes,
    ...calendarRoutes,
    ...interactionRoutes,
  ]
  const gateway = new Gateway(server, {
    state,
    accepts,
    privilegedIntents: options.privilegedIntents ?? GatewayIntentBits.GuildMembers | GatewayIntentBits.MessageContent,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    address: gatewayUrl,
  })
  const rest = new Rest({
    state,
    gateway,
    routes,
    document,
    accepts,
    rateLimits: options.rateLimits === true ? new RateLimits() : undefined,
  })
  const driver = new Driver(state, gateway, timeoutMs, rest.requests)
  const world = new World(state, gateway)
  const calendar = new Calendar(state, gateway)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  const close = async (): Promise<void> => {
    state.bell.close()
    await gateway.close()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  const waitForRequest = (filter: RequestFilter): Promise<RequestRecord> => {
    const from = rest.received
    const fits = (each: RequestRecord): boolean =>
      (filter.method === undefined || filter.method === each.method) &&
      (filter.path === undefined || filter.path.test(each.path)) &&
      (filter.status === undefined || filter.status === each.status) &&
      (filter.code === undefined || filter.code === each.code)
    const fresh = (): readonly RequestRecord[] => rest.requests.filter((each) => each.number > from)
    const what = `a request ${filter.method ?? ''} ${String(filter.path ?? '')} ${filter.status ?? ''} ${filter.code ?? ''}`
    const seen = (): string =>
      fresh()
        .map((each) => `${each.method} ${each.path} -> ${each.status} ${each.code ?? ''}`)
        .join('\n')
    return state.bell.until(what, timeoutMs, () => fresh().find(fits), seen)
  }
  return {
    get apiUrl() {
      return `${gatewayUrl().replace('ws:', 'http:')}/api`
    },
    get gatewayUrl() {
      return gatewayUrl()
    },
    token,
    applicationId: state.applicationId,
    judgedByDocument: document !== undefined,
    addGuild: (input) => world.addGuild(input),
    addRole: (guildId, input) => world.addRole(guildId, input),
    addChannel: (input) => world.addChannel(input),
    addThread: (parentId, name, ownerId) => world.addThread(parentId, name, ownerId),
    removeChannel: (channelId) => world.removeChannel(channelId),
    removeGuild: (guildId) => world.removeGuild(guildId),
    outage: (guildId, over) => world.outage(guildId, over),
    addMember: (input) => world.addMember(input),
    addUser: (input) => world.addUser(input),
    setRoles: (guildId, userId, roles) => world.setRoles(guildId, userId, roles),
    removeMember: (guildId, userId) => world.removeMember(guildId, userId),
    voice: (guildId, userId, channelId, how) => world.voice(guildId, userId, channelId, how),
    scheduleEvent: (input) => calendar.schedule(input),
    finishOccurrence: (eventId) => calendar.finishOccurrence(eventId),
    setScheduledEventStatus: (eventId, status) => calendar.setStatus(eventId, status),
    changeScheduledEvent: (eventId, change) => calendar.change(eventId, change),
    deleteScheduledEvent: (eventId) => calendar.remove(eventId),
    slash: async (input) => driver.slash(input),
    click: async (input) => driver.click(input),
    select: async (input) => driver.select(input),
    submitModal: async (input) => driver.submitModal(input),
    autocomplete: (input) => driver.autocomplete(input),
    forge: (input) => driver.forge(input),
    get lastInteraction() {
      return [...state.interactions.values()].at(-1)?.payload
    },
    isAnswered(interaction) {
      const sent = state.interactions.get(interaction.id)
      return sent !== undefined && isAnswered(sent)
    },
    redeliver: (interaction) => driver.redeliver(interaction),
    say: (input) => driver.say(input),
    upload: (input) => uploadFile(state, gatewayUrl().replace('ws:', 'http:'), input),
    dropGateway: (code = 4000) => gateway.drop(code),
    cutLines: () => gateway.cutLines(),
    stallGateway: () => gateway.stall(),
    heard: () => gateway.heard(),
    requestReconnect: () => gateway.requestReconnect(),
    forgetSession: () => gateway.forgetSessions(),
    rateLimitNext: (count, seconds, { global = false } = {}) => rest.limitNext(count, seconds, global),
    revokeToken: () => {
      revoked = true
    },
    advance: (ms) => {
      offset += ms
    },
    messages: (channelId) => state.publicMessages(channelId),
    directChannel: (userId) => state.directChannel(userId).id,
    registeredCommands: (guildId) => state.commands.get(guildId ?? 'global') ?? [],
    get connected() {
      return gateway.connected
    },
    get connections() {
      return gateway.connections
    },
    get identifies() {
      return gateway.identifies
    },
    get resumes() {
      return gateway.resumes
    },
    get heartbeats() {
      return gateway.heartbeats
    },
    requests: rest.requests,
    violations: rest.violations,
    waitForRequest,
    until: async (what, holds) => void (await state.bell.until(what, timeoutMs, () => (holds() ? true : undefined))),
    close,
    [Symbol.asyncDispose]: close,
  }
}
