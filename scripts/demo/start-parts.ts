import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { z } from 'zod'
import { startAnvil } from '../../adapters/chain/anvil.ts'
import { writeChainState } from '../../adapters/chain/chain-state-file.ts'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { startEmbeddedPostgres } from '../../adapters/postgres/embedded-postgres.ts'
import { migrate } from '../../adapters/postgres/migrate.ts'
import { endProcess, processFacts, readIfThere } from '../../adapters/process/local-process.ts'
import { StartFault } from '../../adapters/process/start-fault.ts'
import { DAY, SECOND } from '../../core/shared/instant.ts'
import { GENESIS } from './open-world.ts'

/** Database and chain of one demo, empty, in a folder of its own that is laid out like the product's: `npm start` can go on from there. */
export interface DemoParts {
  readonly databaseUrl: string
  readonly nodeUrl: string
  readonly chainId: number
  readonly chainFolder: string
  readonly statementsFolder: string
  /** Writes the chain to the folder, where the product would look for it. */
  saveChain(): Promise<void>
  stop(): Promise<void>
}

const MARK = 'demo.owner'
const DATABASE = 'wepos'
const CHAIN_ID = 31_337
/** Large chains take a while to dump. */
const DUMP_TIMEOUT_MS = 60_000

/**
 * Wipes the folder of an earlier demo, or makes it, and starts both parts.
 * @throws StartFault `not_a_demo_folder` when it holds anything that no demo has left; `data_in_use` while another demo runs in it; those of the parts.
 */
export async function startParts(folder: string, log: (line: string) => void): Promise<DemoParts> {
  claimFolder(folder)
  const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, 'postgres'), durable: false, log })
  const chainFolder = join(folder, 'chain')
  const statementsFolder = join(folder, 'statements')
  const nodeNote = join(folder, 'anvil.process')
  try {
    // Only now: while another demo runs in this folder, its database server has not let us come this far.
    await endOrphan(nodeNote)
    for (const old of [chainFolder, statementsFolder]) rmSync(old, { recursive: true, force: true })
    await freshDatabase(postgres.url('postgres'))
    await migrate(postgres.url(DATABASE))
    const anvil = await startAnvil({ chainId: CHAIN_ID, genesisTimestamp: (GENESIS - DAY) / SECOND })
    writeFileSync(nodeNote, processFacts(anvil.pid)?.identity ?? '')
    return {
      databaseUrl: postgres.url(DATABASE),
      nodeUrl: anvil.url,
      chainId: CHAIN_ID,
      chainFolder,
      statementsFolder,
      async saveChain() {
        const dumped = z.string().parse(await nodeRequest(anvil.url, 'anvil_dumpState', [], DUMP_TIMEOUT_MS))
        writeChainState(join(chainFolder, 'state.json'), dumped)
      },
      async stop() {
        await anvil.stop()
        rmSync(nodeNote, { force: true })
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** A folder is ours when it was empty when we came, or bears our mark. */
function claimFolder(folder: string): void {
  if (existsSync(folder) && !existsSync(join(folder, MARK)) && readdirSync(folder).length > 0)
    throw new StartFault({
      code: 'not_a_demo_folder',
      message: `${folder} holds files that no demo has left there (it has no ${MARK}); nothing was touched.`,
      nextStep: 'Give another folder with --data, or move those files away.',
      exitCode: 78,
    })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, MARK), 'This folder belongs to `npm run demo`, which empties it at every start.\n')
}

async function freshDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`)
    await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

/** A demo that was killed leaves its chain running. */
async function endOrphan(note: string): Promise<void> {
  const identity = readIfThere(note)
  const pid = Number(identity?.split(' ')[0] ?? 0)
  if (identity === undefined || identity === '' || processFacts(pid)?.identity !== identity) return
  await endProcess(pid, [
    { signal: 'SIGTERM', waitMs: 5_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ])
}
