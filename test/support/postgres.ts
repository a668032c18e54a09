import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { TEMPLATE } from './postgres-server.ts'

/**
 * A database of its own with the current schema and no rows; returns its connection string.
 * Call it once per file (or per test that needs an empty one); the end of the run removes it.
 */
export function freshDatabase(): Promise<string> {
  return createDatabase(`TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`)
}

/** A database without any schema, for tests of migrations. */
export function emptyDatabase(): Promise<string> {
  return createDatabase('')
}

async function createDatabase(from: string): Promise<string> {
  const base = inject('testPostgres')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new Client({ connectionString: `${base}postgres` })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name} ${from}`)
  } finally {
    await client.end()
  }
  return `${base}${name}`
}
