import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { z } from 'zod'
import { Fault } from '../../core/shared/fault.ts'
import { PrismaClient, type Prisma } from '../../prisma/generated/client.ts'
import { createPool, createPrismaPool } from './pool.ts'

/** A running transaction, or the plain client for reads. */
export type Tx = Prisma.TransactionClient

export interface Database {
  readonly prisma: PrismaClient
  /** For the few statements that carry many rows at once (check-ins, statements). */
  readonly pool: pg.Pool
  /** One transaction, kept only when `work` says so; lost races are run again. */
  transaction<Result>(work: (tx: Tx) => Promise<{ keep: boolean; value: Result }>): Promise<Result>
  close(): Promise<void>
}

const MAX_ATTEMPTS = 5

class NotKept<Result> extends Error {
  readonly value: Result
  constructor(value: Result) {
    super('transaction not kept')
    this.value = value
  }
}

export function openDatabase(url: string, options: { connections: number }): Database {
  const prisma = tellingFaults(
    new PrismaClient({
      adapter: new PrismaPg(createPrismaPool(url, options.connections), { disposeExternalPool: true }),
      errorFormat: 'minimal',
    }),
  )
  const pool = createPool(url, Math.max(3, Math.floor(options.connections / 2)))
  return {
    prisma,
    pool,
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await prisma.$transaction(
            async (tx) => {
              const { keep, value } = await work(tx)
              if (!keep) throw new NotKept(value)
              return value
            },
            { maxWait: 10_000, timeout: 30_000 },
          )
        } catch (error) {
          if (error instanceof NotKept) return error.value
          if (attempt < MAX_ATTEMPTS && isLostRace(error)) continue
          throw asFault(error)
        }
      }
    },
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/** Every question to the client, inside a transaction or not, fails with a fault when the database is lost: no store has to remember to turn it into one. */
function tellingFaults(prisma: PrismaClient): PrismaClient {
  const extended = prisma.$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return await query(args)
        } catch (error) {
          throw asFault(error)
        }
      },
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the extension changes no operation and no result; only `$on` is missing, which nobody uses
  return extended as unknown as PrismaClient
}

const original = z.object({ originalCode: z.string() })
const seenError = z.object({
  code: z.unknown().optional(),
  meta: z
    .object({ driverAdapterError: z.object({ cause: original }) })
    .optional()
    .catch(undefined),
  cause: original.optional().catch(undefined),
})

/** SQLSTATE behind a Prisma, driver or pg error, or the error's own code, if there is one. */
export function sqlState(error: unknown): string | undefined {
  const seen = seenError.safeParse(error)
  if (!seen.success) return undefined
  const { code, meta, cause } = seen.data
  if (meta !== undefined) return meta.driverAdapterError.cause.originalCode
  // What begins and ends a transaction fails with the driver's own error.
  return typeof code === 'string' ? code : cause?.originalCode
}

/** Another writer was faster: unique key, serialisation failure, deadlock. Reading and deciding again gives the right answer. */
function isLostRace(error: unknown): boolean {
  const code = sqlState(error)
  return code !== undefined && ['23505', 'P2002', '40001', '40P01', 'P2034'].includes(code)
}

/** Codes of Prisma, Node and PostgreSQL for a server that can not be reached, is starting or stopping, or takes no more connections. */
const UNREACHABLE = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
])
const UNREACHABLE_MESSAGE =
  /Connection terminated|is not queryable|Can't reach database|Server has closed|ECONNREFUSED|ECONNRESET|timeout exceeded when trying to connect/i

/** What the driver calls a lost connection; inside a transaction it comes up bare, without a code of Prisma's. */
const lostConnection = z.object({
  cause: z.object({ kind: z.enum(['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections']) }),
})

/** A database that can not be reached is the world's trouble and may be tried again; everything else stays what it is. */
export function asFault(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  const isUnreachable =
    UNREACHABLE.has(sqlState(error) ?? '') || UNREACHABLE_MESSAGE.test(message) || lostConnection.safeParse(error).success
  if (!isUnreachable) return error
  return new Fault('database', 'the database does not answer', { retryable: true, cause: error })
}
