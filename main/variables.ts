import { z } from 'zod'
import { Secret } from './secret.ts'

/** A variable of the environment: how its text is read, what a person should write (completes "set it to ..."), and whether its value may be shown. */
interface Variable<T> {
  schema: z.ZodType<T, string>
  expected: string
  isSecret?: true
}

export const ROLES = ['server', 'discord', 'telegram', 'jobs'] as const
export type Role = (typeof ROLES)[number]
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export const LANGUAGES = ['en', 'zh'] as const

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]', '::1'])
export const isLoopback = (host: string): boolean => LOOPBACK.has(host)

/** A mistyped number would otherwise become NaN or be cut short: digits only. */
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most))

const urlOf = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { abort: true })
const webUrl = urlOf('http:', 'https:').transform((text) => text.replace(/\/+$/, ''))
const listOf = <T>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1).max(100))
const secret = (schema: z.ZodType<string, string>) => schema.transform((text) => new Secret(text))
const operator = z
  .string()
  .regex(/^(discord:\d{17,20}|telegram:\d{1,16})$/)
  .transform((text) => {
    const [platform, id] = text.split(':')
    return { platform: platform === 'discord' ? ('discord' as const) : ('telegram' as const), id: id ?? '' }
  })
const origin = urlOf('http:', 'https:').refine((text) => {
  const { pathname, search, hash, username, protocol, hostname } = new URL(text)
  const isBare = pathname === '/' && search === '' && hash === '' && username === ''
  return isBare && (protocol === 'https:' || isLoopback(hostname))
})
/** More than the largest bots have. */
const MOST_SHARDS = 1_000
const shards = listOf(z.string().regex(/^\d{1,3}(-\d{1,3})?$/))
  .transform((parts) =>
    parts.flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
    }),
  )
  .pipe(z.array(z.number().int().nonnegative().lt(MOST_SHARDS)).min(1))
  .transform((list) => [...new Set(list)])
const path = z.string().refine((text) => !text.includes('\0'))
const filled = z.string().min(1)

/** Every variable that WePoS reads. `.env.example` says the same in words; a test keeps the two lists equal. */
export const VARIABLES = {
  HOST: { schema: z.string().regex(/^[\w.:-]+$/), expected: 'the address to listen on, such as 127.0.0.1 or 0.0.0.0' },
  PORT: { schema: whole(0, 65_535), expected: 'a port from 1 to 65535, or 0 for any free one' },
  PUBLIC_ORIGIN: {
    schema: origin.transform((text) => new URL(text).origin),
    expected: 'the address people open, without a path, and https unless it is this machine, such as https://pos.example.org',
  },
  DATA_DIR: { schema: path, expected: 'the folder for everything that must be kept, such as ./data' },
  ROLES: { schema: listOf(z.enum(ROLES)).transform((list) => new Set(list)), expected: `a list of ${ROLES.join(', ')}` },
  SANDBOX: { schema: z.enum(['auto', 'on', 'off']), expected: 'auto, on or off' },
  LINK_CHECKS: { schema: z.enum(['on', 'off']), expected: 'on or off' },
  LANGUAGE: { schema: z.enum(LANGUAGES), expected: `one of ${LANGUAGES.join(', ')}` },
  GENESIS: {
    schema: z.iso.datetime({ offset: true, precision: 0 }).transform((text) => Date.parse(text)),
    expected: 'the instant of the first release with its zone and no fraction of a second, such as 2027-01-01T00:00:00Z',
  },
  OPERATORS: { schema: listOf(operator), expected: 'a list of accounts such as discord:123456789012345678,telegram:12345678' },
  LOG_LEVEL: { schema: z.enum(LOG_LEVELS), expected: `one of ${LOG_LEVELS.join(', ')}` },
  DATABASE_URL: {
    schema: secret(urlOf('postgres:', 'postgresql:').refine((text) => /^\/[^/]+$/.test(new URL(text).pathname))),
    expected: 'the address of a PostgreSQL 18 database, such as postgresql://user:password@host:5432/wepos',
    isSecret: true,
  },
  RPC_URL: {
    schema: secret(urlOf('http:', 'https:', 'ws:', 'wss:')),
    expected: 'the address of an Ethereum node, such as https://rpc.example.org',
    isSecret: true,
  },
  CHAIN_ID: { schema: whole(1, 999_999_999), expected: 'the number of the chain, such as 8453' },
  CONFIRMATIONS: { schema: whole(1, 10_000), expected: 'after how many blocks a transaction counts, from 1 to 10000' },
  DEPLOYMENT_FILE: { schema: path, expected: 'the path of the file with the addresses of the contracts' },
  SIGNER_KEYSTORE: { schema: path, expected: 'the path of an encrypted keystore file (version 3)' },
  PAYER_KEYSTORE: { schema: path, expected: 'the path of an encrypted keystore file (version 3)' },
  RELAYER_KEYSTORE: { schema: path, expected: 'the path of an encrypted keystore file (version 3)' },
  KEYSTORE_PASSWORD: { schema: secret(filled), expected: 'the password of the keystores', isSecret: true },
  DISCORD_TOKEN: {
    schema: secret(z.string().regex(/^\S{20,}$/)),
    expected: 'the bot token from the Discord developer portal',
    isSecret: true,
  },
  DISCORD_GUILD_ID: {
    schema: listOf(z.string().regex(/^\d{17,20}$/)),
    expected: 'the id of the Discord server, 17 to 20 digits, or a list of such ids',
  },
  DISCORD_SHARDS: { schema: shards, expected: 'the shards of this process, such as 0-3 or 0,2,5' },
  DISCORD_SHARD_COUNT: { schema: whole(1, MOST_SHARDS), expected: `how many shards there are in all, from 1 to ${MOST_SHARDS}` },
  DISCORD_CLIENT_ID: {
    schema: z.string().regex(/^\d{17,20}$/),
    expected: 'the application id from the Discord developer portal, 17 to 20 digits',
  },
  DISCORD_CLIENT_SECRET: {
    schema: secret(z.string().regex(/^\S{16,200}$/)),
    expected: 'the OAuth2 client secret from the Discord developer portal',
    isSecret: true,
  },
  DISCORD_API_URL: { schema: webUrl, expected: 'an http address (tests only)' },
  TELEGRAM_TOKEN: {
    schema: secret(z.string().regex(/^\d+:\S{20,}$/)),
    expected: 'the bot token from @BotFather, such as 123456:ABC...',
    isSecret: true,
  },
  TELEGRAM_CHAT_ID: { schema: z.string().regex(/^-?\d{1,16}$/), expected: 'the id of the Telegram group, such as -1001234567890' },
  TELEGRAM_WEBHOOK: {
    schema: origin
      .refine((text) => new URL(text).protocol === 'https:' && ['', '80', '88', '8443'].includes(new URL(text).port))
      .transform((text) => new URL(text).origin),
    expected: 'the https address, on port 443, 80, 88 or 8443, at which Telegram reaches the server, such as https://pos.example.org',
  },
  TELEGRAM_API_URL: { schema: webUrl, expected: 'an http address (a local Bot API server, or tests)' },
  TRUSTED_PROXIES: {
    schema: listOf(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    expected: 'a list of addresses or ranges, such as 10.0.0.0/8',
  },
  METRICS_TOKEN: {
    schema: secret(z.string().regex(/^\S{16,}$/)),
    expected: 'at least 16 characters without spaces',
    isSecret: true,
  },
  SENTRY_DSN: {
    schema: secret(urlOf('http:', 'https:').refine((text) => new URL(text).username !== '' && /\/\d+$/.test(new URL(text).pathname))),
    expected: 'the DSN of a Sentry project, such as https://key@host/1',
    isSecret: true,
  },
} as const satisfies Record<string, Variable<unknown>>

export type VariableName = keyof typeof VARIABLES
/** Variables that are set and read; those left out, empty or wrong are missing. */
export type Values = { [Name in VariableName]?: z.output<(typeof VARIABLES)[Name]['schema']> }
