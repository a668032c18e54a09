import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAddress, type Address } from 'viem'
import { z } from 'zod'
import { endProcess, processFacts, readIfThere } from '../../adapters/process/local-process.ts'
import { VARIABLES } from '../../main/variables.ts'
import type { SkipTarget } from '../../server/server-app.ts'
import { stablePort } from './stable-port.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** As package.json starts it. */
const COMMAND = ['--disable-warning=ExperimentalWarning', '--import', './main/instrument.ts', 'main/main.ts']
/** Bounds for a busy machine; none of them is waited for when all is well (ms). */
const START_MS = 120_000
const STOP_MS = 60_000
const KEPT_OUTPUT = 100_000
/** A story starts the product a dozen times: what Node made of its modules is kept between them. */
const COMPILED = join(tmpdir(), `wepos-test-compiled-${process.getuid?.() ?? 0}`)

const Note = z.object({ databaseUrl: z.string(), chainUrl: z.string() })
const address = z.custom<Address>((value) => typeof value === 'string' && isAddress(value))
const Contracts = z.object({ token: address, vault: address })

/** Settings of the environment by name. What is not named here is empty for the product, whatever the machine or an `.env` file says. */
export type Settings = Readonly<Record<string, string>>

export interface Ending {
  /** Null when it was ended by a signal. */
  readonly code: number | null
  /** Both streams, at most the last 100,000 characters of each. */
  readonly stdout: string
  readonly stderr: string
}

/** Runs `npm start`'s process to its own end; one that does not end within `limitMs` is killed, and fails. `interruptWhen`: Ctrl-C is pressed as soon as it holds. */
export async function runToEnd(
  dataFolder: string,
  settings: Settings,
  { limitMs = START_MS, interruptWhen = () => false }: { limitMs?: number; interruptWhen?: () => boolean } = {},
): Promise<Ending> {
  const started = launch(dataFolder, settings)
  const timer = setTimeout(() => started.child.kill('SIGKILL'), limitMs)
  const look = setInterval(() => {
    if (!interruptWhen()) return
    clearInterval(look)
    started.child.kill('SIGINT')
  }, 5)
  try {
    const ending = await started.ended
    if (ending.code === null) throw new Error(`the product did not end by itself within ${limitMs} ms:\n${started.output()}`)
    return ending
  } finally {
    clearTimeout(timer)
    clearInterval(look)
  }
}

/** The product in a process of its own over a data folder of its own, on a port that stays the same over restarts. */
export interface Product {
  readonly origin: string
  readonly dataFolder: string
  /** Of the database and of the chain that it uses now, and of its contracts. */
  readonly databaseUrl: () => string
  readonly chainUrl: () => string
  readonly contracts: () => z.output<typeof Contracts>
  /** Everything that the running process wrote. */
  output(): string
  /** SIGKILL, as by a machine's out-of-memory killer: PostgreSQL and the chain of its own are left behind. */
  kill(): Promise<void>
  /** Starts it again over the same folder; resolves when it says that it runs. */
  start(): Promise<void>
  /** Sandbox only: sets its clock forward. */
  skip(target: SkipTarget): Promise<void>
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<Ending>
  /** Ends what is left of it and removes its folder; safe at any time. */
  remove(): Promise<void>
}

/** A folder for a product's data that PostgreSQL's account can reach too. */
export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-e2e-'))
  chmodSync(folder, 0o755)
  return folder
}

/** Starts the product with these settings. Rejects with what it wrote when it ends instead of running. */
export async function startProduct(settings: Settings = {}): Promise<Product> {
  const dataFolder = newDataFolder()
  const port = await stablePort()
  const origin = `http://localhost:${port}`
  let running: ReturnType<typeof launch> | undefined
  let keys = 0

  async function start(): Promise<void> {
    const started = launch(dataFolder, { PORT: String(port), LINK_CHECKS: 'off', ...settings })
    running = started
    const late = new AbortController()
    const outcome = await Promise.race([
      started.says('WePoS runs. Open'),
      started.ended,
      sleep(START_MS, 'late' as const, { signal: late.signal }),
    ])
    late.abort()
    if (outcome === 'said') return
    started.child.kill('SIGKILL')
    throw new Error(`the product does not run:\n${started.output()}`)
  }
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    const ending = running
    if (ending === undefined) throw new Error('the product is not running')
    running = undefined
    ending.child.kill(signal)
    const timer = setTimeout(() => ending.child.kill('SIGKILL'), STOP_MS)
    return ending.ended.finally(() => clearTimeout(timer))
  }
  const note = () => Note.parse(JSON.parse(readFileSync(join(dataFolder, 'running.json'), 'utf8')))
  const product: Product = {
    origin,
    dataFolder,
    databaseUrl: () => note().databaseUrl,
    chainUrl: () => note().chainUrl,
    contracts: () => Contracts.parse(JSON.parse(readFileSync(join(dataFolder, 'chain', 'deployment.json'), 'utf8'))),
    output: () => running?.output() ?? '',
    kill: async () => void (await end('SIGKILL')),
    start,
    async skip(target) {
      keys += 1
      const headers = { 'content-type': 'application/json', 'idempotency-key': `skip-${process.pid}-${keys}` }
      const response = await fetch(`${origin}/api/v1/sandbox/time`, { method: 'POST', headers, body: JSON.stringify({ target }) })
      if (!response.ok) throw new Error(`the time could not be skipped: ${response.status} ${await response.text()}\n${product.output()}`)
    },
    stop: () => end('SIGTERM'),
    async remove() {
      if (running !== undefined) await end('SIGKILL')
      await removeDataFolder(dataFolder)
    },
  }
  try {
    await start()
  } catch (error) {
    await product.remove()
    throw error
  }
  return product
}

/** Ends the PostgreSQL and the chain that a killed product left behind over this folder, and removes it. */
export async function removeDataFolder(dataFolder: string): Promise<void> {
  const database = Number(readIfThere(join(dataFolder, 'postgres', 'postmaster.pid'))?.split('\n')[0] ?? 0)
  if (database > 1 && processFacts(database)?.commandLine.includes(dataFolder) === true)
    await endProcess(database, [{ signal: 'SIGQUIT', waitMs: 20_000 }])
  const identity = /"identity":"([^"]+)"/.exec(readIfThere(join(dataFolder, 'chain', 'state.json.pid')) ?? '')?.[1] ?? ''
  const chain = Number(identity.split(' ')[0])
  if (identity !== '' && processFacts(chain)?.identity === identity) await endProcess(chain, [{ signal: 'SIGKILL', waitMs: 5_000 }])
  rmSync(dataFolder, { recursive: true, force: true })
}

function launch(dataFolder: string, settings: Settings) {
  const empty = Object.keys(VARIABLES).flatMap((name) => [
    [name, ''],
    [`${name}_FILE`, ''],
  ])
  const child = spawn(process.execPath, COMMAND, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...Object.fromEntries(empty), DATA_DIR: dataFolder, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] = (written[name] + text).slice(-KEPT_OUTPUT)
      for (const look of listeners) look()
    })
  // 'close', not 'exit': only then has everything it wrote arrived.
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...written }))
  })
  return {
    child,
    ended,
    output: () => `${written.stdout}${written.stderr}`,
    says: (sentence: string) =>
      new Promise<'said'>((resolve) => {
        const look = () => {
          if (!written.stdout.includes(sentence)) return
          listeners.delete(look)
          resolve('said')
        }
        listeners.add(look)
      }),
  }
}
