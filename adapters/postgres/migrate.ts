import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { z } from 'zod'
import { StartFault } from '../process/start-fault.ts'

const MIGRATIONS = resolve(import.meta.dirname, '../../prisma/migrations')
/** The advisory lock of Prisma Migrate, so that its command line and this program never migrate at the same time. */
const PRISMA_LOCK = 72_707_369
/** How long another replica may take to migrate before this one gives up (ms). */
const LOCK_TIMEOUT = 120_000
/** Prisma's own table, word for word: its command line goes on working on our databases (`prisma migrate status`). */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`
const recorded = z.array(z.object({ migration_name: z.string(), checksum: z.string(), is_finished: z.boolean() }))

interface Migration {
  name: string
  sql: string
  checksum: string
}

/**
 * Brings the schema of the database at `url` up to date: applies what is missing of `folder` (`<name>/migration.sql`, in order of name), each in a transaction of its own,
 * under a lock that lets one replica do it while the others wait. Forward only. Returns the names it applied, none when up to date.
 * @throws StartFault `migration_edited`, `migration_failed`, `database_is_newer` (it has migrations that this program does not know), `migration_refused`
 * (the database refused its SQL; nothing of it stays), `migration_lock_timeout`.
 */
export async function migrate(url: string, folder = MIGRATIONS): Promise<string[]> {
  const known = await readMigrations(folder)
  const client = new Client({ connectionString: url, application_name: 'wepos migrate' })
  await client.connect()
  try {
    await takeLock(client)
    await client.query(CREATE_TABLE)
    const missing = await findMissing(client, known)
    for (const migration of missing) await apply(client, migration)
    return missing.map((migration) => migration.name)
  } finally {
    // Ends the session and with it the lock.
    await client.end()
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

async function takeLock(client: Client): Promise<void> {
  try {
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT}`)
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK])
    await client.query('SET lock_timeout = 0')
  } catch (cause) {
    if (!(cause instanceof DatabaseError && cause.code === '55P03')) throw cause
    throw new StartFault({
      code: 'migration_lock_timeout',
      message: 'Another process has been changing the schema of the database for two minutes.',
      nextStep: 'Wait until the other replica (or `prisma migrate`) is done, then start again.',
      exitCode: 75,
      cause,
    })
  }
}

async function findMissing(client: Client, known: readonly Migration[]): Promise<Migration[]> {
  const answer = await client.query(
    'SELECT migration_name, checksum, finished_at IS NOT NULL AS is_finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const done = new Map(recorded.parse(answer.rows).map((row) => [row.migration_name, row]))
  const names = new Set(known.map((migration) => migration.name))
  const unknown = [...done.keys()].filter((name) => !names.has(name))
  if (unknown.length > 0) {
    throw new StartFault({
      code: 'database_is_newer',
      message: `The database was changed by a newer release: it has ${unknown.join(', ')}, which this program does not know.`,
      nextStep: 'Start the newer release, or restore the backup from before the upgrade.',
      exitCode: 78,
    })
  }
  return known.filter((migration) => isMissing(migration, done.get(migration.name)))
}

function isMissing(migration: Migration, row: z.infer<typeof recorded>[number] | undefined): boolean {
  if (row === undefined) return true
  if (!row.is_finished) {
    throw new StartFault({
      code: 'migration_failed',
      message: `The migration ${migration.name} was begun by the prisma command line and not finished; part of it may be in the database.`,
      nextStep: `Repair the schema by hand, then run "npx prisma migrate resolve --applied ${migration.name}" (or --rolled-back), and start again.`,
      exitCode: 78,
    })
  }
  if (row.checksum === migration.checksum) return false
  throw new StartFault({
    code: 'migration_edited',
    message: `The migration ${migration.name} was edited after it had been applied to this database.`,
    nextStep: `Restore prisma/migrations/${migration.name}/migration.sql from git, and put the change into a new migration.`,
    exitCode: 78,
  })
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, now(), $3, 1)',
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK')
    if (!(cause instanceof DatabaseError)) throw cause
    throw new StartFault({
      code: 'migration_refused',
      message: `The database refused the migration ${name}: ${cause.message}. Nothing of it was kept.`,
      nextStep: 'Read the reason above; when it speaks of data, correct that data and start again, else report it with the release number.',
      exitCode: 70,
      cause,
    })
  }
}
