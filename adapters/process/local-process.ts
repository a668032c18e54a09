import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StartFault } from './start-fault.ts'

/** A running process as the kernel tells of it. `identity` differs for two processes that were given the same pid at different times. */
export interface ProcessFacts {
  identity: string
  commandLine: string
}

/** Facts of a live process, or undefined when none has this pid (or it is a zombie, dead but not yet collected by its parent). */
export function processFacts(pid: number): ProcessFacts | undefined {
  if (process.platform === 'linux') return linuxFacts(pid)
  const row = spawnSync('/bin/ps', ['-p', String(pid), '-o', 'lstart=,command='], { encoding: 'utf8', env: { LC_ALL: 'C' } })
  const text = row.stdout.trim()
  // `lstart` is 24 characters wide in the C locale: "Sat Nov 21 02:47:01 2026".
  return row.status === 0 && text !== '' ? { identity: `${pid} ${text.slice(0, 24)}`, commandLine: text.slice(25) } : undefined
}

function linuxFacts(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc(5): the second field is the name in brackets and may hold anything; the third is the state, the 22nd the start in ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { identity: `${pid} ${fields[19]} ${boot}`, commandLine }
  } catch {
    return undefined
  }
}

/** Whether a caught value is an error of the system with this code (`ENOENT`, `EEXIST` ...). */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** The text of a file, or undefined when there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Makes a folder and those above it; returns the first one it had to make.
 * @throws StartFault `data_not_writable` when it cannot.
 */
export function makeFolder(path: string): string | undefined {
  try {
    return mkdirSync(path, { recursive: true })
  } catch (cause) {
    throw notWritable(path, cause)
  }
}

function notWritable(path: string, cause: unknown): StartFault {
  return new StartFault({
    code: 'data_not_writable',
    message: `Nothing can be written to ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    nextStep: 'Free space or give this account the right to write there, or set DATA_DIR to another folder; then start again.',
    exitCode: 78,
    cause,
  })
}

/**
 * Takes a folder or file for this process alone by the lock file `path`; a lock of a process that has died is taken over. Returns the release.
 * Processes in other containers are not seen: give each container its own data folder, or a database by URL.
 * @throws StartFault `data_in_use` while the owner lives, `data_not_writable`.
 */
export function claim(path: string, what: string): () => void {
  const mine = processFacts(process.pid)?.identity ?? String(process.pid)
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, mine, { mode: 0o600 })
  } catch (cause) {
    throw notWritable(dirname(path), cause)
  }
  try {
    // Two rounds are enough: the second finds either a lock that was made meanwhile, whose owner lives, or none.
    for (let round = 0; round < 2; round++) {
      try {
        linkSync(draft, path)
        return () => {
          if (readIfThere(path) === mine) rmSync(path, { force: true })
        }
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error
      }
      const owner = readIfThere(path) ?? ''
      if (processFacts(Number(owner.split(' ')[0]))?.identity === owner) break
      removeStale(path, owner)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  const pid = (readIfThere(path) ?? '').split(' ')[0] ?? ''
  throw new StartFault({
    code: 'data_in_use',
    message: `${what} is already in use by the running process ${pid}.`,
    nextStep: `Stop process ${pid} first, or set DATA_DIR to another folder to run a second one beside it.`,
    exitCode: 75,
  })
}

/** Removes a dead owner's lock. Renaming first makes sure that two processes which saw the same dead owner do not remove each other's new lock. */
function removeStale(path: string, seen: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
    if (readFileSync(aside, 'utf8') !== seen) linkSync(aside, path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/**
 * Sends each signal in turn and waits up to its time (ms) for the process to be gone; the process may belong to an earlier run.
 * Resolves to false when it still lives after the last wait.
 */
export async function endProcess(pid: number, steps: readonly { signal: NodeJS.Signals; waitMs: number }[]): Promise<boolean> {
  const identity = processFacts(pid)?.identity
  const lives = () => identity !== undefined && processFacts(pid)?.identity === identity
  for (const { signal, waitMs } of steps) {
    if (!lives()) return true
    try {
      process.kill(pid, signal)
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error
    }
    // Someone else's child cannot be waited for, so its end is polled.
    for (const until = Date.now() + waitMs; lives() && Date.now() < until;) await delay(20)
  }
  return !lives()
}

/** A free TCP port on loopback: `preferred` when nobody listens there, else one that the system chooses. Another process may take it before it is used. */
export async function freePort(preferred = 0): Promise<number> {
  const probe = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer().once('error', reject)
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port))
      })
    })
  return preferred === 0 ? probe(0) : probe(preferred).catch(() => probe(0))
}
