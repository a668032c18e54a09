import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyDatabase } from '../../test/support/postgres.ts'
import { migrate } from './migrate.ts'

let folder: string
let url: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wepos-migrations-'))
  url = await emptyDatabase()
  add('20260101000000_members', 'CREATE TABLE member (id bigint PRIMARY KEY);')
  add('20260201000000_names', 'ALTER TABLE member ADD name text;')
})
afterEach(() => rmSync(folder, { recursive: true }))

function add(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'migration.sql'), sql)
}

async function ask(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test('applies what is missing in order of name, once', async () => {
  expect(await migrate(url, folder)).toEqual(['20260101000000_members', '20260201000000_names'])
  expect(await migrate(url, folder)).toEqual([])
  add('20260301000000_later', "INSERT INTO member VALUES (1, 'Ada');")
  expect(await migrate(url, folder)).toEqual(['20260301000000_later'])
  expect(await ask('SELECT name FROM member')).toEqual([{ name: 'Ada' }])
})

test('many replicas that start at once apply it once', async () => {
  const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(url, folder)))
  expect(applied.flat().sort()).toEqual(['20260101000000_members', '20260201000000_names'])
})

test('functions with semicolons inside $$ are one statement', async () => {
  add(
    '20260301000000_function',
    'CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$; SELECT two();',
  )
  await migrate(url, folder)
  expect(await ask('SELECT two()')).toEqual([{ two: 2 }])
})

test('a migration that the database refuses leaves nothing behind, and those before it stay', async () => {
  add('20260301000000_broken', 'CREATE TABLE half (); SELECT 1 / 0;')
  await expect(migrate(url, folder)).rejects.toMatchObject({
    code: 'migration_refused',
    message: expect.stringMatching(/20260301000000_broken: division by zero/),
  })
  expect(await ask("SELECT to_regclass('member')::text AS member, to_regclass('half')::text AS half")).toEqual([
    { member: 'member', half: null },
  ])
  add('20260301000000_broken', 'CREATE TABLE half ();')
  expect(await migrate(url, folder)).toEqual(['20260301000000_broken'])
})

test('a migration edited after it was applied is refused', async () => {
  await migrate(url, folder)
  appendFileSync(join(folder, '20260101000000_members', 'migration.sql'), '-- a second thought')
  await expect(migrate(url, folder)).rejects.toMatchObject({
    code: 'migration_edited',
    message: expect.stringContaining('20260101000000_members'),
  })
})

test('a database of a newer release is refused, and nothing is applied to it', async () => {
  const newer = `${folder}-newer`
  cpSync(folder, newer, { recursive: true })
  mkdirSync(join(newer, '20260401000000_future'))
  writeFileSync(join(newer, '20260401000000_future', 'migration.sql'), 'CREATE TABLE future ();')
  await migrate(url, newer)
  rmSync(newer, { recursive: true })
  add('20260301000000_other', 'CREATE TABLE other ();')
  await expect(migrate(url, folder)).rejects.toMatchObject({
    code: 'database_is_newer',
    message: expect.stringContaining('20260401000000_future'),
  })
  expect(await ask("SELECT to_regclass('other')::text AS other")).toEqual([{ other: null }])
})

test('a migration that the prisma command line began and did not finish is refused until it is resolved', async () => {
  await migrate(url, folder)
  await ask("UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '20260201000000_names'")
  await expect(migrate(url, folder)).rejects.toMatchObject({
    code: 'migration_failed',
    nextStep: expect.stringContaining('migrate resolve'),
  })
  await ask('UPDATE _prisma_migrations SET finished_at = now()')
  expect(await migrate(url, folder)).toEqual([])
})
