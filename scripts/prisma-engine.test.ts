import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyDatabase, freshDatabase } from '../test/support/postgres.ts'
import { migrate } from '../adapters/postgres/migrate.ts'

const root = resolve(import.meta.dirname, '..')
const withFunction = `
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no;'; RETURN NULL; END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON "Entry" FOR EACH ROW EXECUTE FUNCTION never();`
let folder: string
let url: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wepos-authoring-'))
  mkdirSync(join(folder, 'prisma', 'schema'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  symlinkSync(join(root, 'scripts'), join(folder, 'scripts'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'prisma.config.ts'), readFileSync(join(root, 'prisma.config.ts')))
  schema('id BigInt @id\n  kind String')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function schema(fields: string): void {
  const base = readFileSync(join(root, 'prisma', 'schema', 'base.prisma'), 'utf8')
  writeFileSync(join(folder, 'prisma', 'schema', 'base.prisma'), base)
  writeFileSync(join(folder, 'prisma', 'schema', 'entry.prisma'), `model Entry {\n  ${fields}\n}\n`)
}

function prisma(cwd: string, ...args: string[]): { code: number | null; said: string } {
  const cli = join(root, 'node_modules', 'prisma', 'build', 'index.js')
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const done = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH, DATABASE_URL: url, NO_COLOR: '1' },
    timeout: 60_000,
  })
  return { code: done.status, said: `${done.stdout}${done.stderr}` }
}

const drift = (cwd: string) => prisma(cwd, 'migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema', '--exit-code')

test('a migration is authored from a changed schema offline, and applied by our own runner Prisma finds nothing to say', async () => {
  url = await emptyDatabase()
  const created = prisma(folder, 'migrate', 'dev', '--create-only', '--name', 'first')
  expect(created, created.said).toMatchObject({ code: 0 })
  const [name] = readdirSync(join(folder, 'prisma', 'migrations')).filter((entry) => entry.endsWith('_first'))
  const file = join(folder, 'prisma', 'migrations', name!, 'migration.sql')
  expect(readFileSync(file, 'utf8')).toContain('CREATE TABLE "Entry"')
  writeFileSync(file, readFileSync(file, 'utf8') + withFunction)

  expect(await migrate(url, join(folder, 'prisma', 'migrations'))).toEqual([name])
  expect(prisma(folder, 'migrate', 'status').said).toContain('Database schema is up to date')
  expect(drift(folder)).toMatchObject({ code: 0 })

  // The second migration replays the first, function and trigger included, in a shadow database.
  schema('id BigInt @id\n  kind String\n  note String?')
  expect(drift(folder)).toMatchObject({ code: 2, said: expect.stringContaining('note') })
  const second = prisma(folder, 'migrate', 'dev', '--create-only', '--name', 'second')
  expect(second, second.said).toMatchObject({ code: 0 })
}, 120_000)

test('the migrations of this program make exactly the schema its client is generated from', async () => {
  url = await freshDatabase()
  const found = drift(root)
  expect(found, found.said).toMatchObject({ code: 0 })
}, 60_000)
