import assert from 'node:assert'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../adapters/process/local-process.ts'
import { VARIABLES } from '../main/variables.ts'
import { below, loadNow, median, type Figure } from './measure.ts'

const ROOT = resolve(import.meta.dirname, '..')
const RUNS = 3
const WARM_SECONDS = 5
/** Nothing is promised of a first start with the packages there; it makes a database and deploys the contracts. */
const FIRST_SECONDS = 20
const COLD_SECONDS = 90
const LIMIT_MS = 300_000
const STOP_LIMIT_MS = 40_000
const LOOK_MS = 10

/** `npm start` until /health/ready says ok: with packages and data there, and with packages alone. */
export async function measureStart(): Promise<readonly Figure[]> {
  return inFolder(async (folder) => {
    const first: number[] = []
    for (let run = 0; run < RUNS; run += 1) first.push(await startOnce(ROOT, join(folder, `first-${run}`)))
    const warm: number[] = []
    for (let run = 0; run < RUNS; run += 1) warm.push(await startOnce(ROOT, join(folder, 'first-0')))
    return [
      figure('npm start with packages and data', WARM_SECONDS, warm),
      figure('npm start with packages, without data', FIRST_SECONDS, first),
      {
        name: 'npm start of a fresh clone',
        bound: `< ${COLD_SECONDS} s`,
        measured: 'skipped: it installs from the registry (npm run bench -- start-cold)',
        isMet: true,
      },
    ]
  })
}

/** A clone of what is committed, with an npm cache of its own: everything comes from the registry. */
export async function measureColdStart(): Promise<readonly Figure[]> {
  return inFolder(async (folder) => {
    const clone = join(folder, 'clone')
    const begun = performance.now()
    const { status, stderr } = spawnSync('git', ['clone', '--quiet', ROOT, clone], { encoding: 'utf8', timeout: LIMIT_MS })
    assert.equal(status, 0, stderr)
    const cloning = (performance.now() - begun) / 1_000
    const starting = await startOnce(clone, join(clone, 'data'), { npm_config_cache: join(folder, 'npm-cache') })
    return [figure('npm start of a fresh clone, clone and empty npm cache included', COLD_SECONDS, [cloning + starting])]
  })
}

function figure(name: string, bound: number, seconds: readonly number[]): Figure {
  const each = seconds.map((value) => value.toFixed(1)).join(', ')
  return below(name, 's', bound, median(seconds), `${each}; load ${loadNow()}`)
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-start-'))
  // The database server runs as another account when we are root.
  chmodSync(folder, 0o755)
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Seconds from the command to a product that says it is ready; it is stopped again. */
async function startOnce(project: string, dataFolder: string, more: Readonly<Record<string, string>> = {}): Promise<number> {
  const port = await freePort()
  // Empty counts as left out, so that no setting of this machine (or its .env) takes part.
  const unset = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']))
  const begun = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: project,
    // A group of its own: npm passes no signal on.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...unset, ...more, DATA_DIR: dataFolder, PORT: String(port) },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)))
  try {
    for (;;) {
      assert.equal(child.exitCode, null, `npm start ended:\n${said}`)
      assert(performance.now() - begun < LIMIT_MS, `npm start is not ready:\n${said}`)
      if (await isReady(port)) return (performance.now() - begun) / 1_000
      await sleep(LOOK_MS)
    }
  } finally {
    if (child.exitCode === null) await stop(child.pid!)
    assert(existsSync(dataFolder), 'the data is where it was asked for')
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** Asks the whole group to end, and waits until it has: PostgreSQL and the chain end with it. */
async function stop(group: number): Promise<void> {
  signal(group, 'SIGTERM')
  const end = performance.now() + STOP_LIMIT_MS
  while (signal(group, performance.now() > end ? 'SIGKILL' : 0)) await sleep(LOOK_MS)
}

/** @returns false when nobody of the group is left; 0 only asks */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name)
  } catch {
    return false
  }
}
