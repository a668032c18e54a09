import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { hasCode, processFacts, readIfThere } from '../../adapters/process/local-process.ts'

/** The processes under a product's data folder, found anew each time: they change with every restart. */
export class Victims {
  readonly #dataFolder: string

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder
  }

  /** The database server and its session and background processes; the server first. Empty when it does not run. */
  postgres(): number[] {
    const server = Number(readIfThere(join(this.#dataFolder, 'postgres', 'postmaster.pid'))?.split('\n')[0] ?? 0)
    if (!isOne(server, join(this.#dataFolder, 'postgres'))) return []
    return [server, ...childrenOf(server)]
  }

  /** Processes of the database server that serve a connection of the product. */
  sessions(): number[] {
    return this.postgres().filter((pid) => (processFacts(pid)?.commandLine ?? '').startsWith('postgres: postgres wepos '))
  }

  chain(): number[] {
    const note = readIfThere(join(this.#dataFolder, 'chain', 'state.json.pid'))
    if (note === undefined) return []
    const { identity } = z.object({ identity: z.string() }).parse(JSON.parse(note))
    const pid = Number(identity.split(' ')[0])
    return processFacts(pid)?.identity === identity ? [pid] : []
  }

  /** Command lines of all processes that were started on the folder, also of those that nobody remembers. */
  all(): string[] {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'command='], { encoding: 'utf8' })
    return stdout.split('\n').filter((command) => command.includes(this.#dataFolder) && /postgres|anvil/.test(command))
  }
}

/** Sends a signal to processes that may have ended meanwhile. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error
    }
  }
}

function isOne(pid: number, folder: string): boolean {
  return pid > 1 && processFacts(pid)?.commandLine.includes(folder) === true
}

function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [pid, above] = line.trim().split(/\s+/).map(Number)
    return pid !== undefined && above === parent ? [pid] : []
  })
}
