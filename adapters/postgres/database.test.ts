import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import { afterEach, expect, test } from 'vitest'
import { Fault } from '../../core/shared/fault.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { asFault, openDatabase, sqlState } from './database.ts'

const stops: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

/** Ends when another session of the database sleeps. */
const UNTIL_ASLEEP = `DO $$ BEGIN
  WHILE NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()) LOOP
    PERFORM pg_sleep(0.01);
    PERFORM pg_stat_clear_snapshot();
  END LOOP;
END $$`

/** The database behind a line that can be cut as a killed server cuts it: by a reset, without a word of farewell. */
async function behindLine(): Promise<{ database: ReturnType<typeof openDatabase>; cut: () => void }> {
  const url = new URL(await freshDatabase())
  const { hostname } = url
  const port = Number(url.port)
  const sockets = new Set<Socket>()
  const line = createServer((client) => {
    const server = connect(port, hostname)
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => other.destroy())
      socket.pipe(other)
    }
  })
  await new Promise<void>((listening) => line.listen(0, '127.0.0.1', listening))
  stops.push(() => void line.close())
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  url.port = String((line.address() as AddressInfo).port)
  const database = openDatabase(url.href, { connections: 2 })
  stops.push(() => database.close())
  return {
    database,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }
}

test.each([
  ['a query', (tx: Parameters<Parameters<Awaited<ReturnType<typeof behindLine>>['database']['transaction']>[0]>[0]) => tx.member.count()],
  ['a raw statement', (tx) => tx.$executeRaw`SELECT 1`],
  ['a raw query', (tx) => tx.$queryRaw`SELECT 1`],
])('a connection lost inside a transaction before %s is the fault of the world and may be tried again', async (_name, ask) => {
  const { database, cut } = await behindLine()
  const failure = await database
    .transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1`
      cut()
      await ask(tx)
      return { keep: true, value: undefined }
    })
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Fault)
  expect(failure).toMatchObject({ source: 'database', retryable: true })
})

test('a connection lost while a transaction waits for an answer is the fault of the world', async () => {
  const { database, cut } = await behindLine()
  const waiting = database
    .transaction(async (tx) => ({ keep: true, value: await tx.$executeRaw`SELECT pg_sleep(30)` }))
    .catch((error: unknown) => error)
  await database.pool.query(UNTIL_ASLEEP)
  cut()
  expect(await waiting).toMatchObject({ source: 'database', retryable: true })
})

test('a connection lost outside of a transaction is the fault of the world too', async () => {
  const { database, cut } = await behindLine()
  await database.prisma.member.count()
  const waiting = database.prisma.$queryRaw`SELECT pg_sleep(30)`.catch((error: unknown) => error)
  await database.pool.query(UNTIL_ASLEEP)
  cut()
  expect(await waiting).toMatchObject({ source: 'database', retryable: true })
})

test('a server that is stopping or starting is the fault of the world', async () => {
  const { database } = await behindLine()
  const waiting = database.prisma.$queryRaw`SELECT pg_sleep(30)`.catch((error: unknown) => error)
  await database.pool.query(UNTIL_ASLEEP)
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()`,
  )
  expect(await waiting).toMatchObject({ source: 'database', retryable: true })
})

test('the driver’s own error at the begin or commit of a transaction is read by its SQLSTATE', () => {
  const thrown = (originalCode: string): DriverAdapterError =>
    new DriverAdapterError({
      kind: 'postgres',
      code: originalCode,
      originalCode,
      severity: 'FATAL',
      message: 'terminating connection due to unexpected postmaster exit',
      detail: undefined,
      column: undefined,
      hint: undefined,
    })
  expect(asFault(thrown('57P01'))).toMatchObject({ source: 'database', retryable: true })
  expect(asFault(thrown('42601'))).toBeInstanceOf(DriverAdapterError)
  expect(sqlState(thrown('40001'))).toBe('40001')
})

test('what is wrong with a question stays what it is', async () => {
  const { database } = await behindLine()
  await expect(database.prisma.$queryRaw`SELECT 1 / 0`).rejects.not.toBeInstanceOf(Fault)
  await expect(database.prisma.setting.findUniqueOrThrow({ where: { key: 'none' } })).rejects.toMatchObject({ code: 'P2025' })
})

test('a server that does not listen is the fault of the world', async () => {
  const database = openDatabase('postgresql://nobody:x@127.0.0.1:9/none', { connections: 1 })
  stops.push(() => database.close())
  const failure = await database
    .transaction((tx) => tx.member.count().then((value) => ({ keep: true, value })))
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ source: 'database', retryable: true })
})
