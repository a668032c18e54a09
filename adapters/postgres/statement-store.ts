import assert from 'node:assert/strict'
import type { Statements } from '../../core/economy/economy.port.ts'
import type { Keccak256 } from '../../core/economy/merkle.ts'
import { isHex, type Hex } from '../../core/economy/merkle-hex.ts'
import { periodEnd, POOL_AT_GENESIS } from '../../core/economy/release-schedule.ts'
import { writeStatement, type WrittenStatement } from '../../core/economy/statement-writer.ts'
import type { StatementInput, StatementSubject } from '../../core/economy/statement.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { asFault, type Database } from './database.ts'
import { statementLines } from './statement-lines.ts'

export interface StatementOptions {
  readonly database: Database
  readonly keccak: Keccak256
  readonly genesis: Instant
  readonly chainId: number
  /** Address of the Emission contract, lower case. */
  readonly emission: Hex
}

type Write = (chunk: Uint8Array) => void | Promise<void>

/** Statements made anew from the database each time: a final one has the same bytes for ever. */
export function statementStore(options: StatementOptions): Statements {
  const { prisma } = options.database
  return {
    async open(period, now) {
      try {
        const row = await prisma.period.findUnique({ where: { number: period } })
        if (row === null || now < periodEnd(options.genesis, period)) return undefined
        // Final with its last transaction: before, the close, or the burning of what was corrected, would still be missing in the bytes.
        const settled = await prisma.chainIntent.findFirst({ where: { kind: 'close', period, state: 'settled' } })
        const open = await prisma.chainIntent.findFirst({ where: { period, state: { not: 'settled' } } })
        return {
          isFinal: row.closedAt !== null && settled !== null && open === null,
          chunks: chunksOf((write) => writeStatementOf(options, period, write)),
        }
      } catch (error) {
        throw asFault(error)
      }
    },
  }
}

/** Writes the statement of a period as the database has it now. */
export async function writeStatementOf(options: StatementOptions, period: number, write: Write): Promise<WrittenStatement> {
  const input = await loadInput(options, period)
  return writeStatement(input, statementLines(options.database.pool, period), options.keccak, write)
}

async function loadInput({ database, genesis, chainId, emission }: StatementOptions, period: number): Promise<StatementInput> {
  assert(isHex(emission, 20), 'the address of Emission in lower case')
  const subject: StatementSubject = { period, genesis, chainId, emission }
  const intents = await database.prisma.chainIntent.findMany({
    where: { period, state: 'settled' },
    orderBy: { id: 'asc' },
    select: { kind: true, txHash: true },
  })
  const row = await database.prisma.period.findUnique({ where: { number: period }, select: { unfunded: true } })
  const unfunded =
    row?.unfunded ?? (await database.prisma.reward.count({ where: { OR: [{ period, status: 'unfunded' }, { carriedFrom: period }] } }))
  return {
    subject,
    before: {
      granted: await grantedBefore(database, period),
      corrected: await correctedBefore(database, period),
      expired: 0n,
      pool: POOL_AT_GENESIS,
    },
    activity: { unfunded, poolIn: 0n, poolOut: 0n },
    transactions: intents.map(({ kind, txHash }) => {
      assert(txHash !== null && isHex(txHash, 32))
      return { name: kind, hash: txHash }
    }),
  }
}

/** Granted in all earlier periods: of closed ones what was not burned, of the others what stands so far. */
async function grantedBefore(database: Database, period: number): Promise<bigint> {
  const { rows } = await database.pool.query<{ granted: bigint }>(
    `SELECT coalesce(sum(CASE WHEN p.closed_at IS NULL
              THEN (SELECT coalesce(sum(r.amount), 0) FROM reward r WHERE r.period = p.number AND r.status = 'granted')
              ELSE p.release - p.burned END), 0)::bigint AS granted
     FROM period p WHERE p.number < $1`,
    [period],
  )
  return rows[0]!.granted
}

async function correctedBefore({ prisma }: Database, period: number): Promise<bigint> {
  const { _sum } = await prisma.correction.aggregate({ where: { period: { lt: period } }, _sum: { amount: true } })
  return _sum.amount ?? 0n
}

class NotWanted extends Error {}

/** Turns a writer into something to read from: each chunk waits until it is taken, so a slow reader costs no memory; one that leaves ends the writing. */
async function* chunksOf(run: (write: Write) => Promise<unknown>): AsyncGenerator<Uint8Array> {
  let offered: { chunk: Uint8Array; taken: () => void; refuse: (error: Error) => void } | undefined
  let wake: () => void = () => {}
  let hasLeft = false
  let isDone = false
  let failure: unknown
  const write: Write = (chunk) =>
    new Promise((taken, refuse) => {
      if (hasLeft) return refuse(new NotWanted())
      offered = { chunk, taken, refuse }
      wake()
    })
  const finished = run(write)
    .catch((error: unknown) => (failure = error))
    .finally(() => {
      isDone = true
      wake()
    })
  try {
    for (;;) {
      if (offered === undefined && !isDone) await new Promise<void>((ready) => (wake = ready))
      if (offered === undefined) break
      const { chunk, taken } = offered
      yield chunk
      offered = undefined
      taken()
    }
    if (failure !== undefined) throw asFault(failure)
  } finally {
    hasLeft = true
    offered?.refuse(new NotWanted())
    await finished
  }
}
