// The database side of scripts/prisma-engine.ts: Prisma's own pg adapter with the four repairs that the WebAssembly schema engine needs.
import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, type SqlMigrationAwareDriverAdapterFactory, type SqlResultSet } from '@prisma/driver-adapter-utils'
import { Client, escapeIdentifier, type Pool } from 'pg'

/** PostgreSQL's internal type "char", used all over its catalogue. */
const OID_CHAR = 18
const OID_TEXT = 25
const MARK = '\u0001char:'

/** What the repairs touch of the adapter's insides (adapter-pg 7.10.0, dist/index.mjs). */
interface AdapterInsides {
  performIO: (this: AdapterInsides, query: unknown) => Promise<{ fields?: { dataTypeID: number; name: string }[] }>
  queryRaw: (this: AdapterInsides, query: unknown) => Promise<SqlResultSet>
}
interface ScriptRunner {
  client: Pool
  onError(error: unknown): never
}

/** A connection string in parts. With the string itself `pg` ignores `database`, and the shadow database would be the real one. */
function parts(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  }
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ ...parts(url), database: 'postgres' })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Connects and leaves; throws what the driver throws (code 3D000: no such database). */
export async function tryConnect(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.end()
}

export async function createDatabase(url: string): Promise<{ databaseName: string }> {
  const { database } = parts(url)
  await onServer(url, `CREATE DATABASE ${escapeIdentifier(database)}`)
  return { databaseName: database }
}

/** The factory that the schema engine connects through. */
export async function repairedFactory(url: string): Promise<SqlMigrationAwareDriverAdapterFactory> {
  const main = parts(url)
  const factory = new PrismaPg(main)
  // The adapter drops its shadow database before its pool is closed ("being accessed by other users"): close first, then drop.
  factory.connectToShadowDb = async () => {
    const database = `prisma_migrate_shadow_db_${randomUUID()}`
    await onServer(url, `CREATE DATABASE ${escapeIdentifier(database)} STRATEGY FILE_COPY`)
    const shadow = await new PrismaPg({ ...main, database }).connect()
    const close = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      await close()
      await onServer(url, `DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`)
    }
    return shadow
  }
  const probe = await factory.connect()
  const adapter: object = Object.getPrototypeOf(probe)
  repairScripts(adapter)
  repairChar(Object.getPrototypeOf(adapter))
  await probe.dispose()
  return factory
}

/** The adapter splits scripts at every `;`, which cuts functions in `$$`: the whole script goes as one simple query instead. */
function repairScripts(adapter: object): void {
  Object.assign(adapter, {
    async executeScript(this: ScriptRunner, script: string): Promise<void> {
      try {
        await this.client.query(script)
      } catch (error) {
        this.onError(error)
      }
    },
  })
}

/** The adapter does not know "char", and the engine panics when it gets text for it (prisma/orm#29635): such columns are marked on the way in and given as Character. */
function repairChar(queryable: AdapterInsides): void {
  const { performIO, queryRaw } = queryable
  queryable.performIO = async function performMarked(query) {
    const result = await performIO.call(this, query)
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === OID_CHAR) Object.assign(field, { dataTypeID: OID_TEXT, name: MARK + field.name })
    }
    return result
  }
  queryable.queryRaw = async function queryUnmarked(query) {
    const result = await queryRaw.call(this, query)
    result.columnNames.forEach((name, column) => {
      if (!name.startsWith(MARK)) return
      result.columnNames[column] = name.slice(MARK.length)
      result.columnTypes[column] = ColumnTypeEnum.Character
    })
    return result
  }
}
