import { Client, DefaultRestOptions, DiscordjsError, DiscordjsErrorCodes, Events, GatewayIntentBits, Options, REST } from 'discord.js'
import { Fault } from '../../core/shared/fault.ts'
import { asFault } from './api-trouble.ts'
import { knowingLostAnswers } from './lost-answers.ts'
import { createWindow } from './pace.ts'

const REQUEST_TIMEOUT_MS = 10_000
const READY_TIMEOUT_MS = 60_000
/** Of the 50 that Discord takes in a second (developers/topics/rate-limits, "Global Rate Limit"); the rest is for what the gateway's own client asks. */
const REQUESTS_A_SECOND = 45

/** Why Discord closes the gateway for good (developers/topics/opcodes-and-status-codes, "Gateway Close Event Codes"), and what to do about it. */
const REFUSED: Readonly<Record<number, string>> = {
  4004: 'Discord refused the bot token. Copy the token from the Bot page of the application in the developer portal, and set it again.',
  4010: 'Discord refused the shard number of this process.',
  4011: 'The bot is in too many servers for one shard.',
  4012: 'Discord no longer serves this version of its gateway; discord.js must be updated.',
  4013: 'Discord refused the intents of the bot as invalid.',
  4014: 'Discord refused the intents of the bot: switch them on at the Bot page of the application in the developer portal.',
}

const restOptions = (apiUrl: string | undefined) => ({
  ...(apiUrl === undefined ? {} : { api: apiUrl }),
  timeout: REQUEST_TIMEOUT_MS,
  retries: 2,
})

/** For what the bot does by itself, within the 50 requests a second of the global rate limit: counted when they really leave, those that are tried again too. */
export function createRest(apiUrl: string | undefined, token: string): REST {
  const inWindow = createWindow(REQUESTS_A_SECOND, 1_000)
  const { makeRequest } = DefaultRestOptions
  return new REST({ ...restOptions(apiUrl), makeRequest: (url, init) => inWindow(() => makeRequest(url, init)) }).setToken(token)
}

/** The part of the gateway that one process takes: every process divides the servers by the same `count`. */
export interface Shards {
  readonly own: readonly number[]
  readonly count: number
}

/** A client that hears interactions, voice channels and calendars of servers; it asks for nothing privileged and reads no messages. */
export function createClient(apiUrl: string | undefined, shards?: Shards): Client {
  return new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildVoiceStates, GatewayIntentBits.GuildScheduledEvents],
    allowedMentions: { parse: [], repliedUser: false },
    // Answers to interactions do not count towards the global rate limit (developers/topics/rate-limits); held to it, a crowd of
    // members pressing a button would wait longer than Discord's three seconds.
    rest: {
      ...restOptions(apiUrl),
      globalRequestsPerSecond: Number.POSITIVE_INFINITY,
      makeRequest: knowingLostAnswers(DefaultRestOptions.makeRequest),
    },
    ...(shards === undefined ? { shards: 'auto' as const } : { shards: [...shards.own], shardCount: shards.count }),
    // Nothing is looked up here later: bounded, so that memory does not grow with the servers' activity.
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 10,
      ReactionManager: 0,
      PresenceManager: 0,
      VoiceStateManager: 0,
      GuildScheduledEventManager: 0,
      GuildMemberManager: { maxSize: 100, keepOverLimit: (member) => member.id === member.client.user.id },
      UserManager: { maxSize: 1_000, keepOverLimit: (user) => user.id === user.client.user.id },
    }),
  })
}

/**
 * Logs in and waits until every shard is ready.
 * @throws Fault that is not retryable when Discord refuses the token or the intents, retryable when it cannot be reached; the client is then to be destroyed
 */
export async function connect(client: Client, token: string): Promise<Client<true>> {
  const { promise, resolve, reject } = Promise.withResolvers<Client<true>>()
  const onDisconnect = ({ code }: { code: number }): void =>
    reject(new Fault('discord', REFUSED[code] ?? `Discord closed the gateway for good (${code}).`, { retryable: false }))
  const timer = setTimeout(
    () => reject(new Fault('discord', `Discord was not ready within ${READY_TIMEOUT_MS / 1000} seconds.`, { retryable: true })),
    READY_TIMEOUT_MS,
  )
  client.once(Events.ClientReady, resolve)
  client.once(Events.ShardDisconnect, onDisconnect)
  try {
    // `login` may still wait for a gateway that was closed for good, so that it is not awaited alone.
    client.login(token).catch((error: unknown) => reject(loginFault(error)))
    return await promise
  } finally {
    clearTimeout(timer)
    client.off(Events.ClientReady, resolve)
    client.off(Events.ShardDisconnect, onDisconnect)
  }
}

function loginFault(error: unknown): Fault {
  const isToken =
    error instanceof DiscordjsError && (error.code === DiscordjsErrorCodes.TokenInvalid || error.code === DiscordjsErrorCodes.TokenMissing)
  return isToken ? new Fault('discord', REFUSED[4004] ?? '', { retryable: false, cause: error }) : asFault(error)
}
