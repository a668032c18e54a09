import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { Secret } from './secret.ts'
import { isLoopback, type LANGUAGES, type LOG_LEVELS, type Role, ROLES, type VariableName, VARIABLES, type Values } from './variables.ts'

export interface Config {
  host: string
  /** 0 lets the system choose. */
  port: number
  /** Address that people open, without a slash at the end; used in links, cookies and sign-in. */
  publicOrigin: string
  /** Absolute. */
  dataFolder: string
  /** What this process does: the roles asked for, without the bots that have no token. */
  roles: ReadonlySet<Role>
  /** Whether the pages and the chat in which a visitor may play any member are open. */
  isSandbox: boolean
  language: (typeof LANGUAGES)[number]
  /** Whether pages behind links of submissions are looked at for reviewers, which opens connections to addresses that members give. */
  looksAtLinks: boolean
  /** First release; undefined keeps what the database has, or begins at the first start. Milliseconds since 1970 UTC. */
  genesis: number | undefined
  operators: readonly { platform: 'discord' | 'telegram'; id: string }[]
  logLevel: (typeof LOG_LEVELS)[number]
  sentryDsn: Secret | undefined
  /** Proxies whose word about the visitor's address is believed. */
  trustedProxies: readonly string[]
  /** Bearer token for /metrics; without one it is answered on this machine only. */
  metricsToken: Secret | undefined
  database: { kind: 'embedded' } | { kind: 'server'; url: Secret }
  chain: EmbeddedChain | RemoteChain
  discord: DiscordConfig | undefined
  /** Signing in on the web with Discord; undefined: this way is not offered. */
  discordSignIn: { clientId: string; clientSecret: Secret; apiUrl: string } | undefined
  telegram: { token: Secret; apiUrl: string; chatId: string | undefined } | undefined
  /** Where Telegram is to deliver, without a slash at the end; undefined: the bot asks for its updates. The server needs it too, which may have no token. */
  telegramWebhook: string | undefined
}

export interface DiscordConfig {
  token: Secret
  apiUrl: string
  /** Servers of the community; undefined: the first that uses a command. */
  guildIds: readonly string[] | undefined
  /** The part of the gateway that this process takes; undefined: all of it. */
  shards: { own: readonly number[]; count: number } | undefined
}

export interface EmbeddedChain {
  kind: 'embedded'
  chainId: number
  confirmations: number
}

export interface RemoteChain {
  kind: 'node'
  url: Secret
  chainId: number
  confirmations: number
  /** Absolute path of the file with the addresses of the contracts. */
  deploymentFile: string
  /** Absolute paths of encrypted keystores. The signer signs statements and relays votes, the payer sends payouts, the relayer deposits that members have signed. */
  signerKeystore: string
  payerKeystore: string
  /** Undefined: deposits without gas are not offered. */
  relayerKeystore: string | undefined
  keystorePassword: Secret
}

/** What is wrong with one variable, in words for a person: `reason` says what is wrong, `nextStep` what to do. */
export interface Problem {
  variable: string
  reason: string
  nextStep: string
}

export type Environment = Readonly<Record<string, string | undefined>>
export type ReadConfig = { ok: true; config: Config } | { ok: false; problems: Problem[] }

const ROOT = resolve(import.meta.dirname, '..')
const DISCORD_API = 'https://discord.com/api'
const EMBEDDED_CHAIN_ID = 31_337
const NAMES = Object.keys(VARIABLES).filter((name): name is VariableName => name in VARIABLES)

/** The environment of this process; what it does not set is taken from the file `.env` in the project's folder, if there is one. The only place that reads it. */
export function readEnvironment(envFile = join(ROOT, '.env')): Environment {
  let text = ''
  try {
    text = readFileSync(envFile, 'utf8')
  } catch {
    // Most have none: everything has a default.
  }
  return { ...parseEnv(text), ...process.env }
}

/**
 * Reads the whole configuration and reports everything that is wrong with it at once. An empty value counts as left out. A secret may be given by file: `NAME_FILE` holds the path
 * (Docker secrets). Reads no other file and connects to nothing.
 */
export function readConfig(environment: Environment): ReadConfig {
  const problems: Problem[] = []
  const values = readValues(environment, problems)
  // A wrong value counts as given: it is reported once, and what goes with it is checked all the same.
  const given = new Set([...Object.keys(values), ...problems.map((problem) => problem.variable.replace(/_FILE$/, ''))])
  const isGiven = (name: VariableName) => given.has(name)
  checkTogether(isGiven, values, problems)
  const chain = readChain(values, isGiven, problems)
  if (problems.length > 0 || chain === undefined) return { ok: false, problems }
  const port = values.PORT ?? 8_080
  const host = values.HOST ?? '127.0.0.1'
  const isLocal = values.PUBLIC_ORIGIN === undefined ? isLoopback(host) : isLoopback(new URL(values.PUBLIC_ORIGIN).hostname)
  const isPlay = values.DISCORD_TOKEN === undefined && values.TELEGRAM_TOKEN === undefined && chain.kind === 'embedded'
  return {
    ok: true,
    config: {
      host,
      port,
      publicOrigin: values.PUBLIC_ORIGIN ?? `http://localhost:${port}`,
      dataFolder: resolve(ROOT, values.DATA_DIR ?? 'data'),
      roles: new Set(ROLES.filter((role) => hasRole(role, values))),
      isSandbox: values.SANDBOX === 'on' || (values.SANDBOX !== 'off' && isLocal && isPlay),
      language: values.LANGUAGE ?? 'en',
      looksAtLinks: values.LINK_CHECKS !== 'off',
      genesis: values.GENESIS,
      operators: values.OPERATORS ?? [],
      logLevel: values.LOG_LEVEL ?? 'info',
      sentryDsn: values.SENTRY_DSN,
      trustedProxies: values.TRUSTED_PROXIES ?? [],
      metricsToken: values.METRICS_TOKEN,
      database: values.DATABASE_URL === undefined ? { kind: 'embedded' } : { kind: 'server', url: values.DATABASE_URL },
      chain,
      discord: values.DISCORD_TOKEN && {
        token: values.DISCORD_TOKEN,
        apiUrl: values.DISCORD_API_URL ?? DISCORD_API,
        guildIds: values.DISCORD_GUILD_ID,
        shards: readShards(values),
      },
      discordSignIn: readDiscordSignIn(values),
      telegram: values.TELEGRAM_TOKEN && {
        token: values.TELEGRAM_TOKEN,
        apiUrl: values.TELEGRAM_API_URL ?? 'https://api.telegram.org',
        chatId: values.TELEGRAM_CHAT_ID,
      },
      telegramWebhook: values.TELEGRAM_WEBHOOK,
    },
  }
}

/** The problems as a page of text for a terminal. Holds no secret. */
export function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ variable, reason, nextStep }) => `  ${variable}: ${reason}\n    ${nextStep}`)
  const many = problems.length === 1 ? 'one thing' : `${problems.length} things`
  return `The configuration has ${many} to correct (every variable is explained in .env.example):\n\n${lines.join('\n')}\n`
}

function readValues(environment: Environment, problems: Problem[]): Values {
  const values: Record<string, unknown> = {}
  for (const name of NAMES) {
    const { schema, expected, ...rest } = VARIABLES[name]
    const isSecret = 'isSecret' in rest
    const text = isSecret ? readSecret(environment, name, problems) : (environment[name] ?? '').trim()
    if (text === '') continue
    const parsed = schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else {
      const reason = isSecret
        ? 'its value (not shown) does not have the right form'
        : `${JSON.stringify(text.replace(/\/\/[^/@]*@/, '//...@').slice(0, 80))} cannot be used`
      problems.push({ variable: name, reason, nextStep: `Set it to ${expected}.` })
    }
  }
  return values
}

function readSecret(environment: Environment, name: VariableName, problems: Problem[]): string {
  const direct = (environment[name] ?? '').trim()
  const file = (environment[`${name}_FILE`] ?? '').trim()
  if (file === '') return direct
  if (direct !== '') {
    problems.push({ variable: name, reason: `both ${name} and ${name}_FILE are set`, nextStep: 'Remove one of the two.' })
    return ''
  }
  try {
    return readFileSync(resolve(ROOT, file), 'utf8').trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const reason = `the file ${file} cannot be read (${code})`
    problems.push({ variable: `${name}_FILE`, reason, nextStep: 'Correct the path, or let the account that runs WePoS read it.' })
    return ''
  }
}

function checkTogether(isGiven: (name: VariableName) => boolean, values: Values, problems: Problem[]): void {
  const needs = (variable: VariableName, other: VariableName, why: string) => {
    if (isGiven(variable) && !isGiven(other)) {
      problems.push({
        variable: other,
        reason: `${variable} is set, but ${other} is not: ${why}`,
        nextStep: `Set it to ${VARIABLES[other].expected}, or remove ${variable}.`,
      })
    }
  }
  needs('DISCORD_GUILD_ID', 'DISCORD_TOKEN', 'there is no bot to use it')
  needs('DISCORD_CLIENT_ID', 'DISCORD_CLIENT_SECRET', 'signing in with Discord needs both')
  needs('DISCORD_CLIENT_SECRET', 'DISCORD_CLIENT_ID', 'signing in with Discord needs both')
  needs('TELEGRAM_CHAT_ID', 'TELEGRAM_TOKEN', 'there is no bot to use it')
  needs('DISCORD_SHARDS', 'DISCORD_SHARD_COUNT', 'every process must divide the servers by the same number')
  needs('DISCORD_SHARD_COUNT', 'DISCORD_TOKEN', 'there is no bot to use it')
  const { DISCORD_SHARDS: own, DISCORD_SHARD_COUNT: count } = values
  if (own !== undefined && count !== undefined && own.some((shard) => shard >= count))
    problems.push({
      variable: 'DISCORD_SHARDS',
      reason: `it names shard ${Math.max(...own)}, and DISCORD_SHARD_COUNT says that there are ${count}, numbered from 0`,
      nextStep: `Name shards from 0 to ${count - 1}, or raise DISCORD_SHARD_COUNT for every process.`,
    })
  for (const name of ['SIGNER_KEYSTORE', 'PAYER_KEYSTORE', 'RELAYER_KEYSTORE', 'KEYSTORE_PASSWORD', 'DEPLOYMENT_FILE'] as const) {
    needs(name, 'RPC_URL', 'the local chain has keys and contracts of its own')
  }
  const tokens = { discord: 'DISCORD_TOKEN', telegram: 'TELEGRAM_TOKEN' } as const
  for (const [role, token] of Object.entries(tokens)) {
    if (values.ROLES?.has(role === 'discord' ? 'discord' : 'telegram') === true && !isGiven(token)) {
      problems.push({
        variable: token,
        reason: `ROLES asks for ${role}, and there is no token for it`,
        nextStep: `Set it to ${VARIABLES[token].expected}, or take ${role} out of ROLES.`,
      })
    }
  }
}

function readChain(values: Values, isGiven: (name: VariableName) => boolean, problems: Problem[]): Config['chain'] | undefined {
  if (!isGiven('RPC_URL'))
    return { kind: 'embedded', chainId: values.CHAIN_ID ?? EMBEDDED_CHAIN_ID, confirmations: values.CONFIRMATIONS ?? 2 }
  for (const name of ['CHAIN_ID', 'SIGNER_KEYSTORE', 'PAYER_KEYSTORE', 'KEYSTORE_PASSWORD'] as const) {
    if (isGiven(name)) continue
    problems.push({
      variable: name,
      reason: 'RPC_URL is set, and a real chain needs this as well',
      nextStep: `Set it to ${VARIABLES[name].expected}, or remove RPC_URL.`,
    })
  }
  const { RPC_URL, CHAIN_ID, SIGNER_KEYSTORE, PAYER_KEYSTORE, RELAYER_KEYSTORE, KEYSTORE_PASSWORD } = values
  if (RPC_URL === undefined || CHAIN_ID === undefined || SIGNER_KEYSTORE === undefined) return undefined
  if (PAYER_KEYSTORE === undefined || KEYSTORE_PASSWORD === undefined) return undefined
  return {
    kind: 'node',
    url: RPC_URL,
    chainId: CHAIN_ID,
    confirmations: values.CONFIRMATIONS ?? 12,
    deploymentFile: resolve(ROOT, values.DEPLOYMENT_FILE ?? `contracts/deployments/${CHAIN_ID}.json`),
    signerKeystore: resolve(ROOT, SIGNER_KEYSTORE),
    payerKeystore: resolve(ROOT, PAYER_KEYSTORE),
    relayerKeystore: RELAYER_KEYSTORE === undefined ? undefined : resolve(ROOT, RELAYER_KEYSTORE),
    keystorePassword: KEYSTORE_PASSWORD,
  }
}

/** Without a list of its own a process takes every shard. */
function readShards({ DISCORD_SHARDS, DISCORD_SHARD_COUNT: count }: Values): DiscordConfig['shards'] {
  if (count === undefined) return undefined
  return { own: DISCORD_SHARDS ?? Array.from({ length: count }, (_, shard) => shard), count }
}

/** One of the two without the other was reported already. */
function readDiscordSignIn({
  DISCORD_CLIENT_ID: clientId,
  DISCORD_CLIENT_SECRET: clientSecret,
  DISCORD_API_URL,
}: Values): Config['discordSignIn'] {
  if (clientId === undefined || clientSecret === undefined) return undefined
  return { clientId, clientSecret, apiUrl: DISCORD_API_URL ?? DISCORD_API }
}

function hasRole(role: Role, values: Values): boolean {
  if (values.ROLES?.has(role) === false) return false
  if (role === 'discord') return values.DISCORD_TOKEN !== undefined
  return role !== 'telegram' || values.TELEGRAM_TOKEN !== undefined
}
