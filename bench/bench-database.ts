import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../adapters/postgres/embedded-postgres.ts'
import { migrate } from '../adapters/postgres/migrate.ts'

export interface BenchDatabase {
  readonly url: string
  stop(): Promise<void>
}

/** A migrated database on a server of its own that waits for the disk (fsync and synchronous_commit on, as in production), in a temporary folder that goes with it. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-bench-'))
  // The server runs as another account when we are root.
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), durable: true })
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  await client.query('CREATE DATABASE bench')
  await client.end()
  const url = server.url('bench')
  await migrate(url)
  return {
    url,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
