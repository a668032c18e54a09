import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../adapters/postgres/migrate.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../adapters/postgres/embedded-postgres.ts'
import { endProcess, processFacts, readIfThere } from '../../adapters/process/local-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the test server up to and without the name of the database. */
    testPostgres: string
  }
}

export const TEMPLATE = 'wepos_template'
/** One per account: what one has made, another may not remove. */
const HOME = join(tmpdir(), `wepos-test-postgres-${process.getuid?.() ?? 0}`)

let server: EmbeddedPostgres
let folder: string

/** vitest's global set-up: one server for the whole run, without durability, and a migrated database that every test file copies. */
export async function setup(project: TestProject): Promise<void> {
  mkdirSync(HOME, { recursive: true })
  chmodSync(HOME, 0o755)
  await removeLeftovers()
  folder = mkdtempSync(join(HOME, 'run-'))
  chmodSync(folder, 0o755)
  server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), durable: false, log: console.log })
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  await client.query(`CREATE DATABASE ${TEMPLATE}`)
  await client.end()
  await migrate(server.url(TEMPLATE))
  project.provide('testPostgres', server.url(''))
}

export async function teardown(): Promise<void> {
  await server?.stop()
  if (folder !== undefined) for (const path of [folder, server.dataFolder]) rmSync(path, { recursive: true, force: true })
}

/** A test run that was killed leaves its server and its folder behind; the next run ends and removes both. Runs that are still alive are left alone. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(HOME)) {
    const leftover = join(HOME, name)
    const owner = readIfThere(join(leftover, 'data.owner')) ?? ''
    if (owner === '' || processFacts(Number(owner.split(' ')[0]))?.identity === owner) continue
    const pid = Number(readIfThere(join(leftover, 'data', 'postmaster.pid'))?.split('\n')[0] ?? 0)
    if (pid > 1 && processFacts(pid)?.commandLine.includes(leftover) === true)
      await endProcess(pid, [{ signal: 'SIGQUIT', waitMs: 10_000 }])
    if (existsSync(leftover)) rmSync(leftover, { recursive: true, force: true })
  }
}
