import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Fault } from '../../core/shared/fault.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase } from './database.ts'

const stops: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

/** The database behind a line that can be cut as a killed server cuts it: by a reset, without a word of farewell. */
async function behindLine(): Promise<{ database: ReturnType<typeof openDatabase>; cut: () => void }> {
  const url = new URL(await freshDatabase())
  const sockets = new Set<Socket>()
  const line = createServer((client) => {
    const server = connect(Number(url.port), url.hostname)
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

test('a server that does not listen is the fault of the world', async () => {
  const database = openDatabase('postgresql://nobody:x@127.0.0.1:9/none', { connections: 1 })
  stops.push(() => database.close())
  const failure = await database
    .transaction((tx) => tx.member.count().then((value) => ({ keep: true, value })))
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ source: 'database', retryable: true })
})
