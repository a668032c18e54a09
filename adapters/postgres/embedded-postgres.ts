import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { claim, endProcess, freePort, processFacts, readIfThere } from '../process/local-process.ts'
import { StartFault } from '../process/start-fault.ts'
import { type Account, accountFor, type Binaries, findBinaries, reachableDataFolder, serverEnvironment } from './server-account.ts'

export interface EmbeddedPostgres {
  /** Connection string to a database of this server (which need not exist yet). */
  url(database: string): string
  pid: number
  /** Where the data really is; differs from what was asked for when the server's account could not reach it. */
  dataFolder: string
  /** Resolves when the server has ended, asked or not, with the last lines it wrote: a server that dies on its own is a fault for the caller to report. */
  ended: Promise<{ asked: boolean; lastLines: string }>
  /** Fast shutdown: running transactions are rolled back, everything committed is on disk. Safe to call twice. */
  stop(): Promise<void>
}

/** The server listens on loopback only; the password keeps other programs of this machine from walking in by accident, it is no secret. */
const PASSWORD = 'local'
/** One more than the largest process number Linux gives (proc(5), pid_max). */
const NO_PROCESS = 4_194_305
const KEPT_OUTPUT = 8_000
const START_ATTEMPTS = 5
/** Crash recovery of a large database can take this long (ms). */
const START_TIMEOUT = 120_000
const SHUTDOWN = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const

/**
 * Starts PostgreSQL 18 from npm binaries over `dataFolder`, which is made at the first start. Works as root (as account `nobody`) and as an ordinary user.
 * A server left behind on the folder by a killed run is shut down first; a `port` in use is replaced by a free one. `durable: false` trades safety for speed: tests only.
 * @throws StartFault when it cannot start: folder in use, data of another major version, no binaries for this system, no right to the folder, no disk.
 */
export async function startEmbeddedPostgres(options: {
  dataFolder: string
  port?: number
  durable: boolean
  log?: (line: string) => void
}): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {})
  const asked = resolve(options.dataFolder)
  let account = accountFor(asked)
  const dataFolder = reachableDataFolder(asked, account, log)
  if (dataFolder !== asked) account = accountFor(dataFolder)
  const binaries = findBinaries(account, log)
  const release = claim(`${dataFolder}.owner`, `The database folder ${dataFolder}`)
  try {
    await stopOrphan(dataFolder, log)
    prepareFolder(dataFolder, account, binaries, options.durable)
    for (let attempt = 1; ; attempt++) {
      const port = await freePort(attempt === 1 ? options.port : 0)
      if (options.port !== undefined && port !== options.port) log(`Port ${options.port} is in use; PostgreSQL listens on ${port} instead.`)
      const started = await launch({ dataFolder, port, durable: options.durable, account, binaries, release })
      if ('server' in started) return started.server
      // The port was free a moment ago: another program took it in between.
      if (!/could not (bind|create any TCP)/.test(started.output) || attempt >= START_ATTEMPTS)
        throw didNotStart(dataFolder, started.output)
    }
  } catch (error) {
    release()
    throw error
  }
}

/** A server whose parent was killed goes on running and holds the folder. Its owner is dead (we hold the claim), so it is shut down, which also saves its data. */
async function stopOrphan(dataFolder: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(dataFolder, 'postmaster.pid')
  const content = readIfThere(pidFile)
  const pid = Number(content?.split('\n')[0] ?? 0)
  if (content === undefined || !Number.isSafeInteger(pid) || pid <= 1) return
  const command = processFacts(pid)?.commandLine ?? ''
  if (!command.includes('postgres') || !command.includes(dataFolder)) {
    // Dead, but PostgreSQL would be misled where nobody collects dead processes, or the number is another program's by now. Only the number is replaced:
    // by the rest of the file it still finds out whether a session process of the dead server uses its shared memory.
    writeFileSync(pidFile, content.replace(/^\d+/, String(NO_PROCESS)))
    return
  }
  log(`A PostgreSQL of an earlier run (process ${pid}) is still running on ${dataFolder}; it is shut down first.`)
  if (await endProcess(pid, SHUTDOWN)) return
  throw new StartFault({
    code: 'orphan_does_not_stop',
    message: `The PostgreSQL of an earlier run (process ${pid}) does not stop.`,
    nextStep: `End process ${pid} by hand, then start again.`,
    exitCode: 75,
  })
}

function prepareFolder(dataFolder: string, account: Account, binaries: Binaries, durable: boolean): void {
  const version = versionOf(dataFolder)
  if (version !== undefined && version !== binaries.major) {
    throw new StartFault({
      code: 'data_of_other_version',
      message: `The database in ${dataFolder} was made by PostgreSQL ${version}; this program brings PostgreSQL ${binaries.major}, which cannot read it.`,
      nextStep: `Start the release that made it and back it up with pg_dump, move the folder away, start this one and restore; or set DATABASE_URL to a PostgreSQL ${version} server that holds the data.`,
      exitCode: 78,
    })
  }
  if (version !== undefined) return
  if (existsSync(dataFolder) && readdirSync(dataFolder).length > 0) {
    throw new StartFault({
      code: 'not_a_database_folder',
      message: `${dataFolder} holds files but no PostgreSQL database (it has no PG_VERSION).`,
      nextStep: 'Move those files away, or set DATA_DIR to another folder.',
      exitCode: 78,
    })
  }
  createDatabase(dataFolder, account, binaries, durable)
}

function versionOf(dataFolder: string): string | undefined {
  try {
    return readIfThere(join(dataFolder, 'PG_VERSION'))?.trim()
  } catch (cause) {
    const uid = process.getuid?.() ?? 0
    throw new StartFault({
      code: 'no_right_to_data',
      message: `The database folder ${dataFolder} belongs to the account ${statSync(dataFolder).uid}, and this process runs as ${uid}.`,
      nextStep: `Start WePoS as the account that made the folder, give it to this one (chown -R ${uid} ${dataFolder}), or set DATA_DIR to another folder.`,
      exitCode: 78,
      cause,
    })
  }
}

/** initdb into a neighbour that is renamed when complete, so that a start killed half-way leaves no half database behind. */
function createDatabase(dataFolder: string, account: Account, binaries: Binaries, durable: boolean): void {
  const draft = `${dataFolder}.new`
  const passwordFile = `${dataFolder}.password`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
  if (account !== undefined) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid)
  const args = ['-D', draft, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C']
  // The builtin provider sorts the same on every system and version, so that an index never goes stale with an upgrade of the C library.
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...(durable ? [] : ['--no-sync', '--no-data-checksums']))
  const done = spawnSync(join(binaries.folder, 'bin', 'initdb'), args, {
    ...account,
    cwd: '/',
    env: serverEnvironment(binaries.folder),
    encoding: 'utf8',
    timeout: START_TIMEOUT,
  })
  rmSync(passwordFile, { force: true })
  if (done.status !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw didNotStart(dataFolder, done.error?.message ?? `${done.stdout}${done.stderr}`)
  }
  renameSync(draft, dataFolder)
}

interface Launch {
  dataFolder: string
  port: number
  durable: boolean
  account: Account
  binaries: Binaries
  release: () => void
}

async function launch({
  dataFolder,
  port,
  durable,
  account,
  binaries,
  release,
}: Launch): Promise<{ server: EmbeddedPostgres } | { output: string }> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC']
  // A new file of the log is not filled with zeros first: that stopped every commit for 100 ms once a second while 50,000 check in.
  settings.push('wal_init_zero=off')
  // Test servers serve many files and processes at once, and their data is thrown away.
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300')
  const child = spawn(
    join(binaries.folder, 'bin', 'postgres'),
    ['-D', dataFolder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    // Detached: Ctrl-C in a terminal reaches its whole process group, and the database must outlive our own graceful stop.
    { ...account, cwd: '/', env: serverEnvironment(binaries.folder), stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  // At once: a program that ends while the server still starts must not leave it behind.
  const stopAtExit = () => child.kill('SIGINT')
  process.once('exit', stopAtExit)
  let output = ''
  let isReady: () => void = () => {}
  const ready = new Promise<'ready'>((done) => (isReady = () => done('ready')))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT)
    if (output.includes('ready to accept connections')) isReady()
  })
  const exited = endOf(child)
  void exited.then(() => process.removeListener('exit', stopAtExit))
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<'too late'>((done) => (timer = setTimeout(() => done('too late'), START_TIMEOUT)))
  const first = await Promise.race([ready, exited, tooLate])
  clearTimeout(timer)
  if (first !== 'ready') {
    if (first === 'too late') await endProcess(child.pid!, SHUTDOWN)
    return { output: first instanceof Error ? first.message : output }
  }
  let asked = false
  const ended = exited.then(() => {
    release()
    return { asked, lastLines: output.trim().split('\n').slice(-5).join('\n') }
  })
  // The server alone must not keep a program alive that has nothing else to do.
  child.unref()
  if (child.stderr instanceof Socket) child.stderr.unref()
  const stop = async () => {
    asked = true
    // Both: its end is told only when its last lines have been read, and that may be after it is gone.
    child.ref()
    if (child.stderr instanceof Socket) child.stderr.ref()
    if (child.exitCode === null && child.signalCode === null) await endProcess(child.pid!, SHUTDOWN)
    await ended
  }
  const url = (database: string) => `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  return { server: { url, pid: child.pid!, dataFolder, ended, stop } }
}

/** 'exited' when the process ends, or the error when it could not be started at all. */
function endOf(child: ChildProcess): Promise<'exited' | Error> {
  return new Promise((done) => {
    child.once('error', done)
    // 'close', not 'exit': only then has everything it wrote arrived.
    child.once('close', () => done('exited'))
  })
}

function didNotStart(dataFolder: string, output: string): StartFault {
  const lines = output.trim().split('\n')
  const reason = lines.findLast((line) => /FATAL|PANIC|error:|EPERM|EACCES/.test(line)) ?? lines.at(-1) ?? 'it gave no reason'
  const full = /No space left|ENOSPC/.test(output)
  return new StartFault({
    code: full ? 'disk_full' : 'postgres_did_not_start',
    message: `PostgreSQL did not start on ${dataFolder}: ${reason.replace(/^.*?(FATAL|PANIC|error):\s*/, '')}`,
    nextStep: full
      ? `Free space on the disk of ${dirname(dataFolder)}, then start again.`
      : 'Read the reason above and start again; if it stays, set DATABASE_URL to a PostgreSQL 18 server, or restore a backup into a new DATA_DIR.',
    exitCode: full ? 75 : 69,
    cause: new Error(output.slice(-KEPT_OUTPUT)),
  })
}
