import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { type Config, describeProblems, type Environment, readConfig, readEnvironment } from './config.ts'
import { VARIABLES } from './variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'wepos-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const DISCORD_TOKEN = 'MTIzNDU2.hidden-discord.token'
const TELEGRAM_TOKEN = '123456:hidden-telegram-token'
const realChain = {
  RPC_URL: 'https://user:hidden-rpc@rpc.example.org',
  CHAIN_ID: '8453',
  SIGNER_KEYSTORE: 'keys/signer.json',
  PAYER_KEYSTORE: '/keys/payer.json',
  KEYSTORE_PASSWORD: 'hidden-password',
}

function good(environment: Environment): Config {
  const read = readConfig(environment)
  if (!read.ok) throw new Error(describeProblems(read.problems))
  return read.config
}
function wrong(environment: Environment): string[] {
  const read = readConfig(environment)
  return read.ok ? [] : read.problems.map((problem) => problem.variable)
}

describe('an empty environment', () => {
  test('gives a community on this machine, with the sandbox', () => {
    expect(good({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicOrigin: 'http://localhost:8080',
      dataFolder: resolve(import.meta.dirname, '../data'),
      isSandbox: true,
      language: 'en',
      database: { kind: 'embedded' },
      chain: { kind: 'embedded', chainId: 31_337, confirmations: 2 },
      discord: undefined,
      telegram: undefined,
      genesis: undefined,
      operators: [],
    })
    expect([...good({}).roles]).toEqual(['server', 'jobs'])
  })

  test('empty values count as left out', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, ' ']))
    expect(good(empty)).toEqual(good({}))
  })
})

test('the servers of a community and the shards of a process may be lists', () => {
  const discord = (settings: Environment) => good({ DISCORD_TOKEN, ...settings }).discord
  expect(discord({})).toMatchObject({ guildIds: undefined, shards: undefined })
  expect(discord({ DISCORD_GUILD_ID: '123456789012345678, 223456789012345678' })?.guildIds).toEqual([
    '123456789012345678',
    '223456789012345678',
  ])
  expect(discord({ DISCORD_SHARD_COUNT: '3' })?.shards).toEqual({ own: [0, 1, 2], count: 3 })
  expect(discord({ DISCORD_SHARD_COUNT: '8', DISCORD_SHARDS: '0-2, 5,2' })?.shards).toEqual({ own: [0, 1, 2, 5], count: 8 })
})

test('signing in with Discord needs an id and a secret, and no bot', () => {
  const DISCORD_CLIENT_SECRET = 'client-secret-of-32-characters-01'
  const both = { DISCORD_CLIENT_ID: '123456789012345678', DISCORD_CLIENT_SECRET }
  expect(good({}).discordSignIn).toBeUndefined()
  const { discordSignIn, discord, isSandbox } = good(both)
  expect([discordSignIn?.clientId, discordSignIn?.apiUrl, discord, isSandbox]).toEqual([
    '123456789012345678',
    'https://discord.com/api',
    undefined,
    true,
  ])
  expect(discordSignIn?.clientSecret.reveal()).toBe(DISCORD_CLIENT_SECRET)
  expect(JSON.stringify(good(both))).not.toContain(DISCORD_CLIENT_SECRET)
  expect(good({ ...both, DISCORD_API_URL: 'http://127.0.0.1:9' }).discordSignIn?.apiUrl).toBe('http://127.0.0.1:9')
})

test('each variable switches its part to the real thing', () => {
  const config = good({
    ...realChain,
    DISCORD_TOKEN,
    TELEGRAM_TOKEN,
    DATABASE_URL: 'postgresql://u:p@db:5432/wepos',
    GENESIS: '2027-01-01T08:00:00+08:00',
    OPERATORS: 'discord:123456789012345678, telegram:42',
    PUBLIC_ORIGIN: 'https://pos.example.org/',
    TELEGRAM_API_URL: 'http://127.0.0.1:81/',
    HOST: '0.0.0.0',
  })
  expect(config).toMatchObject({
    publicOrigin: 'https://pos.example.org',
    isSandbox: false,
    genesis: Date.UTC(2027, 0, 1),
    operators: [
      { platform: 'discord', id: '123456789012345678' },
      { platform: 'telegram', id: '42' },
    ],
    chain: {
      kind: 'node',
      chainId: 8453,
      confirmations: 12,
      payerKeystore: '/keys/payer.json',
      signerKeystore: resolve(import.meta.dirname, '../keys/signer.json'),
      deploymentFile: resolve(import.meta.dirname, '../contracts/deployments/8453.json'),
    },
    telegram: { apiUrl: 'http://127.0.0.1:81' },
    discord: { apiUrl: 'https://discord.com/api' },
  })
  expect([...config.roles]).toEqual(['server', 'discord', 'telegram', 'jobs'])
  expect(config.database.kind === 'server' && config.database.url.reveal()).toBe('postgresql://u:p@db:5432/wepos')
})

test('a real chain has a relayer only when one is given', () => {
  expect(good(realChain).chain).toMatchObject({ relayerKeystore: undefined })
  expect(good({ ...realChain, RELAYER_KEYSTORE: 'keys/relayer.json' }).chain).toMatchObject({
    relayerKeystore: resolve(import.meta.dirname, '../keys/relayer.json'),
  })
})

test.each<[string, Environment, boolean]>([
  ['a bot token', { DISCORD_TOKEN }, false],
  ['a real chain', realChain, false],
  ['an open address', { HOST: '0.0.0.0' }, false],
  ['an open address behind which people open this machine', { HOST: '0.0.0.0', PUBLIC_ORIGIN: 'http://localhost:9000' }, true],
  ['a public name', { PUBLIC_ORIGIN: 'https://pos.example.org' }, false],
  ['a bot token, but asked for', { DISCORD_TOKEN, SANDBOX: 'on' }, true],
  ['nothing else, but refused', { SANDBOX: 'off' }, false],
])('the sandbox with %s', (_what, environment, isOpen) => {
  expect(good(environment).isSandbox).toBe(isOpen)
})

describe('problems', () => {
  test('all of them are reported at once, each with its variable, a reason and a next step', () => {
    const read = readConfig({
      PORT: 'eighty',
      HOST: 'not a host',
      DATABASE_URL: 'mysql://x/y',
      RPC_URL: 'https://rpc.example.org',
      GENESIS: 'tomorrow',
      ROLES: 'server,cook',
      OPERATORS: 'discord:me',
      TELEGRAM_CHAT_ID: '-1',
    })
    const problems = read.ok ? [] : read.problems
    expect(problems.map((problem) => problem.variable).sort()).toEqual([
      'CHAIN_ID',
      'DATABASE_URL',
      'GENESIS',
      'HOST',
      'KEYSTORE_PASSWORD',
      'OPERATORS',
      'PAYER_KEYSTORE',
      'PORT',
      'ROLES',
      'SIGNER_KEYSTORE',
      'TELEGRAM_TOKEN',
    ])
    for (const problem of problems) {
      expect(problem.reason).not.toBe('')
      expect(problem.nextStep).toMatch(/^(Set|Remove|Correct) .*\.$/)
    }
    expect(describeProblems(problems)).toContain('11 things to correct')
  })

  test.each<[string, Environment, string[]]>([
    ['a port with a sign', { PORT: '-1' }, ['PORT']],
    ['a port above the last', { PORT: '65536' }, ['PORT']],
    ['a number with more behind it', { CONFIRMATIONS: '12x' }, ['CONFIRMATIONS']],
    ['an instant without its zone', { GENESIS: '2027-01-01T00:00:00' }, ['GENESIS']],
    ['an instant with a fraction of a second', { GENESIS: '2027-01-01T00:00:00.5Z' }, ['GENESIS']],
    ['a public address without https', { PUBLIC_ORIGIN: 'http://pos.example.org' }, ['PUBLIC_ORIGIN']],
    ['a public address with a path', { PUBLIC_ORIGIN: 'https://example.org/pos' }, ['PUBLIC_ORIGIN']],
    ['a database address without a database', { DATABASE_URL: 'postgresql://u:p@db:5432' }, ['DATABASE_URL']],
    ['a role whose token is missing', { ROLES: 'discord' }, ['DISCORD_TOKEN']],
    ['a role whose token is wrong: told once', { ROLES: 'discord', DISCORD_TOKEN: 'short' }, ['DISCORD_TOKEN']],
    ['a server id that is none', { DISCORD_TOKEN, DISCORD_GUILD_ID: '123456789012345678,12' }, ['DISCORD_GUILD_ID']],
    ['half of a sign-in', { DISCORD_CLIENT_ID: '123456789012345678' }, ['DISCORD_CLIENT_SECRET']],
    ['the other half', { DISCORD_CLIENT_SECRET: 'client-secret-of-32-characters-01' }, ['DISCORD_CLIENT_ID']],
    ['shards of an unknown whole', { DISCORD_TOKEN, DISCORD_SHARDS: '0' }, ['DISCORD_SHARD_COUNT']],
    ['a shard that there is not', { DISCORD_TOKEN, DISCORD_SHARDS: '0,4', DISCORD_SHARD_COUNT: '4' }, ['DISCORD_SHARDS']],
    ['shards backwards', { DISCORD_TOKEN, DISCORD_SHARDS: '3-1', DISCORD_SHARD_COUNT: '4' }, ['DISCORD_SHARDS']],
    ['no shard at all', { DISCORD_TOKEN, DISCORD_SHARD_COUNT: '0' }, ['DISCORD_SHARD_COUNT']],
    ['keys that the local chain would not use', { SIGNER_KEYSTORE: 'a.json' }, ['RPC_URL']],
    ['a relayer that the local chain would not use', { RELAYER_KEYSTORE: 'a.json' }, ['RPC_URL']],
    [
      'a node address that is wrong: what it needs is told too',
      { RPC_URL: 'rpc' },
      ['RPC_URL', 'CHAIN_ID', 'SIGNER_KEYSTORE', 'PAYER_KEYSTORE', 'KEYSTORE_PASSWORD'],
    ],
    ['a secret file that is not there', { TELEGRAM_TOKEN_FILE: '/nowhere/token' }, ['TELEGRAM_TOKEN_FILE']],
    ['a secret given twice', { TELEGRAM_TOKEN, TELEGRAM_TOKEN_FILE: '/nowhere/token' }, ['TELEGRAM_TOKEN']],
  ])('%s', (_what, environment, variables) => {
    expect(wrong(environment)).toEqual(variables)
  })
})

test('a secret may be given by file', () => {
  writeFileSync(join(folder, 'token'), `${TELEGRAM_TOKEN}\n`)
  expect(good({ TELEGRAM_TOKEN_FILE: join(folder, 'token') }).telegram?.token.reveal()).toBe(TELEGRAM_TOKEN)
})

describe('secrets', () => {
  test('never print, in text, JSON, the inspector or a spread', () => {
    const config = good({
      ...realChain,
      DISCORD_TOKEN,
      TELEGRAM_TOKEN,
      SENTRY_DSN: 'https://hidden-key@host/1',
      DATABASE_URL: 'postgresql://u:hidden@db/w',
    })
    const token = config.discord!.token
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(token),
      JSON.stringify(Object.assign({}, token)),
    ]
    for (const text of shown) expect(text).not.toContain('hidden')
    expect(String(token)).toBe('[secret]')
    expect(JSON.stringify(token)).toBe('"[secret]"')
    expect(inspect(token)).toBe('[secret]')
  })

  test('are not shown when they are wrong, nor is a password in an address', () => {
    const bad = {
      DATABASE_URL: 'mysql://hidden@x/y',
      RPC_URL: 'hidden',
      DISCORD_TOKEN: 'hidden',
      TELEGRAM_TOKEN: 'hidden',
      SENTRY_DSN: 'hidden',
      PUBLIC_ORIGIN: 'https://hidden:hidden@host/x',
    }
    const read = readConfig(bad)
    const text = read.ok ? '' : describeProblems(read.problems)
    expect(text).toContain('DATABASE_URL')
    expect(text).not.toContain('hidden')
  })
})

test('.env.example explains every variable, and no other', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../.env.example'), 'utf8')
  const named = [...text.matchAll(/^# ([A-Z_]+)=/gm)].map((match) => match[1])
  expect(new Set(named)).toEqual(new Set([...Object.keys(VARIABLES), 'KEYSTORE_PASSWORD_FILE']))
  expect(named).toHaveLength(Object.keys(VARIABLES).length + 1)
  // Each has a line of words right above it, but for the second of a pair that is explained together.
  const lines = text.split('\n')
  const isVariable = (line: string | undefined) => /^# [A-Z_]+=/.test(line ?? '')
  const unexplained = lines.filter((line, at) => isVariable(line) && (isVariable(lines[at - 1]) || !/^# \S/.test(lines[at - 1] ?? '')))
  expect(unexplained.map((line) => line.slice(2).split('=')[0])).toEqual(['PAYER_KEYSTORE', 'KEYSTORE_PASSWORD_FILE'])
  // What stands there can be used as it stands.
  const uncommented = Object.fromEntries([...text.matchAll(/^# ([A-Z_]+)=(.+)$/gm)].map((match) => [match[1], match[2]]))
  const { KEYSTORE_PASSWORD_FILE: _file, ...example } = uncommented
  expect(wrong({ ...example, DISCORD_TOKEN, TELEGRAM_TOKEN, KEYSTORE_PASSWORD: 'x' })).toEqual([])
})

test('the environment wins over the file .env', () => {
  writeFileSync(join(folder, '.env'), 'PORT=1234\nPATH=/from/file\nLANGUAGE="zh"\n')
  const environment = readEnvironment(join(folder, '.env'))
  expect(environment).toMatchObject({ PORT: '1234', LANGUAGE: 'zh' })
  expect(environment['PATH']).not.toBe('/from/file')
  expect(() => readEnvironment(join(folder, 'none'))).not.toThrow()
})
