import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { constants } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { encryptKeystore } from '../../adapters/chain/keystore.ts'
import { freePort } from '../../adapters/process/local-process.ts'
import { startTestNode, type TestNode } from '../support/chain.ts'
import { startDiscordFake } from '../support/discord/discord-fake.ts'
import { freshDatabase } from '../support/postgres.ts'
import { newDataFolder, removeDataFolder, runToEnd, startProduct, type Ending, type Settings } from '../support/product.ts'
import { startTelegramFake } from '../support/telegram/telegram-fake.ts'

/** sysexits.h, as StartFault documents them. */
const [UNAVAILABLE, TRY_AGAIN, CONFIGURATION] = [69, 75, 78]
const SECRET = 'hunter2-hunter2-hunter2'
/** Much longer than any of them needs, on a machine that does ten things at once. */
const BOUND_MS = 60_000

let folder: string
beforeEach(() => {
  folder = newDataFolder()
})
afterEach(() => removeDataFolder(folder))

/** A start that must fail: with one sentence and one next step for a person, its code, nothing of the program's inside, no secret, and nothing left running. */
async function failing(settings: Settings, code: string, exitCode: number): Promise<string> {
  const ending = await runToEnd(folder, { PORT: '0', ...settings }, { limitMs: BOUND_MS })
  expectSentence(ending, code, exitCode)
  expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(false)
  expect(existsSync(join(folder, 'chain', 'state.json.pid'))).toBe(false)
  return ending.stderr
}

function expectSentence({ code: exit, stdout, stderr }: Ending, code: string, exitCode: number): void {
  expect([exit, stderr]).toEqual([exitCode, expect.stringContaining(`(${code})`)])
  const lines = stderr.trim().split('\n')
  expect(lines.at(-1)).toBe(`(${code})`)
  expect(lines.at(-2)).toMatch(/^[A-Z].{20,}[^.,]$|\.$/)
  expect(lines.at(-3)).toMatch(/^[A-Z].{15,}/)
  expect(stderr).not.toMatch(/^\s+at .*[:(]|node:internal|\.ts:\d|\[object|undefined/m)
  expect(stdout).not.toContain('WePoS runs')
  expect(`${stdout}${stderr}`).not.toContain(SECRET)
}

describe('a start that cannot succeed ends with a sentence and a next step', () => {
  let node: TestNode
  beforeAll(async () => {
    node = await startTestNode({ chainId: 4_242 })
  })
  afterAll(() => node?.stop())

  const onChain = (url: string, chainId = '4242'): Settings => ({
    RPC_URL: url,
    CHAIN_ID: chainId,
    SIGNER_KEYSTORE: join(folder, 'signer.json'),
    PAYER_KEYSTORE: join(folder, 'payer.json'),
    KEYSTORE_PASSWORD: SECRET,
    DEPLOYMENT_FILE: join(folder, 'deployment.json'),
  })

  test('settings that are wrong, all of them at once and without what is secret', async () => {
    const ending = await runToEnd(folder, { PORT: '80a', LANGUAGE: 'fr', OPERATORS: 'hana', TELEGRAM_TOKEN: SECRET }, { limitMs: BOUND_MS })
    expect(ending.code).toBe(CONFIGURATION)
    for (const name of ['PORT', 'LANGUAGE', 'OPERATORS', 'TELEGRAM_TOKEN'])
      expect(ending.stderr).toMatch(new RegExp(`^  ${name}: .+\\n    Set it`, 'm'))
    expect(ending.stderr).not.toContain(SECRET)
    expect(ending.stderr).not.toMatch(/^\s+at /m)
  })

  test('a port that another program has', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    onTestFinished(() => void other.close())
    const said = await failing({ PORT: String(port), DATABASE_URL: await freshDatabase() }, 'port_unavailable', UNAVAILABLE)
    expect(said).toContain(`Port ${port} of 127.0.0.1 is in use by another program.`)
  })

  test('a data folder of an older PostgreSQL', async () => {
    mkdirSync(join(folder, 'postgres'))
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '16\n')
    const said = await failing({}, 'data_of_other_version', CONFIGURATION)
    expect(said).toContain('was made by PostgreSQL 16; this program brings PostgreSQL 18')
  })

  test('a data folder that cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '')
    expect(await failing({ DATA_DIR: join(folder, 'file', 'data') }, 'data_not_writable', CONFIGURATION)).toContain('set DATA_DIR')
  })

  test('a data folder that another product uses', { timeout: 180_000 }, async () => {
    const first = await startProduct()
    onTestFinished(() => first.remove())
    const second = await runToEnd(first.dataFolder, { PORT: String(await freePort()) }, { limitMs: BOUND_MS })
    expectSentence(second, 'data_in_use', TRY_AGAIN)
    expect((await fetch(`${first.origin}/health/ready`)).status).toBe(200)
    const { code, stderr } = await first.stop()
    expect([code, stderr.split('\n').filter((line) => /"level":[456]0/.test(line))]).toEqual([0, []])
  })

  test('a start that is broken off by Ctrl-C leaves nothing running', async () => {
    const pidFile = join(folder, 'postgres', 'postmaster.pid')
    const { code, stdout } = await runToEnd(folder, { PORT: '0' }, { limitMs: BOUND_MS, interruptWhen: () => existsSync(pidFile) })
    expect([code, stdout.includes('WePoS runs')]).toEqual([128 + constants.signals.SIGINT, false])
    await vi.waitUntil(() => !existsSync(pidFile), { timeout: BOUND_MS })
  })

  test('a database that does not answer', async () => {
    const url = `postgresql://wepos:${SECRET}@127.0.0.1:${await freePort()}/wepos`
    expect(await failing({ DATABASE_URL: url }, 'database_unreachable', UNAVAILABLE)).toContain('Check DATABASE_URL')
  })

  test('a database that does not let us in', async () => {
    const url = new URL(await freshDatabase())
    url.password = SECRET
    expect(await failing({ DATABASE_URL: url.href }, 'database_unreachable', UNAVAILABLE)).toContain('password authentication failed')
  })

  test('a node that does not answer', async () => {
    const settings = { DATABASE_URL: await freshDatabase(), ...onChain(`http://127.0.0.1:${await freePort()}/${SECRET}`) }
    expect(await failing(settings, 'chain_unreachable', UNAVAILABLE)).toContain('Check RPC_URL')
  })

  test('a node of another chain', async () => {
    const said = await failing({ DATABASE_URL: await freshDatabase(), ...onChain(node.url, '8453') }, 'wrong_chain', CONFIGURATION)
    expect(said).toContain('is on chain 4242, but CHAIN_ID is 8453')
  })

  test('a chain without our contracts', async () => {
    const said = await failing({ DATABASE_URL: await freshDatabase(), ...onChain(node.url) }, 'no_deployment', CONFIGURATION)
    expect(said).toContain('There is no deployment for chain 4242')
  })

  test('a relayer with the key of the payer', async () => {
    const names = ['token', 'emission', 'vault', 'pool', 'ecoFund', 'anchors', 'timelock']
    const contracts = Object.fromEntries(names.map((name, index) => [name, `0x${String(index + 1).repeat(40)}`]))
    writeFileSync(join(folder, 'deployment.json'), JSON.stringify({ chainId: 4_242, block: 1, genesis: 0, ...contracts }))
    for (const [name, key] of Object.entries({ signer: '11', payer: '22', relayer: '22' }))
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(await encryptKeystore(`0x${key.repeat(32)}`, SECRET, 1_024)))
    const settings = { ...onChain(node.url), RELAYER_KEYSTORE: join(folder, 'relayer.json') }
    const said = await failing({ DATABASE_URL: await freshDatabase(), ...settings }, 'relayer_not_separate', CONFIGURATION)
    expect(said).toContain('an account of its own')
  })

  test('a Discord token that is refused', async () => {
    const fake = await startDiscordFake({ token: 'the-token-of-somebody-else' })
    onTestFinished(() => fake.close())
    const settings = { DATABASE_URL: await freshDatabase(), DISCORD_TOKEN: SECRET, DISCORD_API_URL: fake.apiUrl }
    expect(await failing(settings, 'discord_refused', CONFIGURATION)).toContain('Check DISCORD_TOKEN')
  })

  test('a Telegram token that is refused', async () => {
    const fake = await startTelegramFake()
    onTestFinished(() => fake.close())
    const settings = { DATABASE_URL: await freshDatabase(), TELEGRAM_TOKEN: `1:${SECRET}`, TELEGRAM_API_URL: fake.apiRoot }
    expect(await failing(settings, 'telegram_refused', CONFIGURATION)).toContain('Check TELEGRAM_TOKEN')
  })
})
