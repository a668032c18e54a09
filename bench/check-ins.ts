import assert from 'node:assert'
import type pg from 'pg'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { createCheckInStore } from '../adapters/postgres/check-in-store.ts'
import { openDatabase, type Database } from '../adapters/postgres/database.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import { showCode } from '../core/attendance/check-in-code.ts'
import { startBenchDatabase } from './bench-database.ts'
import { composeProduct } from './bench-product.ts'
import { bulkValues, checkInByPrisma, saveBulk } from './check-in-baselines.ts'
import { buildScene, itemOf, memberId, type Scene } from './check-in-scene.ts'
import { atLeast, below, load, median, percentile, whole, type Figure, type LoadResult } from './measure.ts'

/** Check-ins that are asked for and not answered yet: a large event's last minute through one process. */
const IN_FLIGHT = 256
const MEMBERS = 100_000
const BULK = 1_000
/** The most that one round of the bulk baseline can write; more than any machine does in a round. */
const BULK_STATEMENTS = 100
const ROUNDS = 5
const ROUND_MS = 3_000

interface Round {
  readonly store: LoadResult
  readonly dispatch: LoadResult
  readonly bulk: number
  readonly prisma: number
}

/** Durable check-ins a second, beside the two ends: a transaction for each, and bulk inserts of what was decided before. Ratios of rounds side by side. */
export async function measureCheckIns(): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  const pool = createPool(server.url, 4)
  const database = openDatabase(server.url, { connections: 64 })
  try {
    const scene = await buildScene(pool, MEMBERS)
    const asked = { store: storeWork(pool, scene), dispatch: await dispatchWork(database, scene) }
    const best = await bestPrismaConcurrency(database, scene)
    // The first round fills caches and makes the first files of the log; it is not counted.
    await oneRound(database, pool, scene, asked, best)
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await oneRound(database, pool, scene, asked, best))
    await checkBooks(pool)
    return figuresOf(rounds, best)
  } finally {
    await database.close()
    await pool.end()
    await server.stop()
  }
}

type Work = (event: Awaited<ReturnType<Scene['openEvent']>>) => (call: number) => Promise<unknown>

function storeWork(pool: pg.Pool, scene: Scene): Work {
  const submit = createCheckInStore({
    pool,
    hmac: hmacSha256,
    genesis: scene.genesis,
    openInLedger: () => assert.fail('the period is open'),
  })
  return (event) => async (call) => {
    const result = await submit(itemOf(event.checkIn(call), `store:${event.number}:${call}`))
    assert('decision' in result && result.decision.ok)
  }
}

/** The whole product as a bot calls it. */
async function dispatchWork(database: Database, scene: Scene): Promise<Work> {
  const chat = await composeProduct(database, scene, {
    log: { info() {}, warn() {}, error() {} },
    reportBug(error) {
      throw error
    },
  })
  return (event) => async (call) => {
    const { reply } = await chat.dispatch({
      account: { platform: 'discord', userId: memberId(call), name: `Member ${memberId(call)}`, locale: 'en-US' },
      place: { kind: 'group', chatId: 'stage', communityId: 'home' },
      command: 'checkin',
      input: { code: showCode(event.number, event.checkIn(call).code ?? '') },
      key: `discord:${event.number}:${call}`,
    })
    assert.equal(reply.tone, 'done')
  }
}

async function bestPrismaConcurrency(database: Database, scene: Scene): Promise<number> {
  const found: { inFlight: number; perSecond: number }[] = []
  for (const inFlight of [4, 8, 16, 32, 64]) {
    const { perSecond } = await prismaLoad(database, scene, inFlight, 1_500)
    found.push({ inFlight, perSecond })
  }
  return found.toSorted((a, b) => b.perSecond - a.perSecond)[0]!.inFlight
}

async function prismaLoad(database: Database, scene: Scene, inFlight: number, milliseconds: number): Promise<LoadResult> {
  const event = await scene.openEvent()
  return load(inFlight, milliseconds, (call) => checkInByPrisma(database.prisma, event, call, `prisma:${event.number}:${call}`))
}

async function bulkLoad(pool: pg.Pool, scene: Scene, clients: number): Promise<number> {
  const event = await scene.openEvent()
  const statements = Array.from({ length: BULK_STATEMENTS }, (_, index) => bulkValues(event, index * BULK, BULK, `bulk:${event.number}`))
  const { perSecond } = await load(clients, ROUND_MS / 2, (call) => saveBulk(pool, statements[call]!))
  return perSecond * BULK
}

async function oneRound(
  database: Database,
  pool: pg.Pool,
  scene: Scene,
  asked: { store: Work; dispatch: Work },
  best: number,
): Promise<Round> {
  const store = await load(IN_FLIGHT, ROUND_MS, asked.store(await scene.openEvent()))
  const bulk = Math.max(await bulkLoad(pool, scene, 1), await bulkLoad(pool, scene, 2))
  const dispatch = await load(IN_FLIGHT, ROUND_MS, asked.dispatch(await scene.openEvent()))
  const prisma = await prismaLoad(database, scene, best, ROUND_MS)
  return { store, dispatch, bulk, prisma: prisma.perSecond }
}

/** Fast and wrong would be worth nothing: after the load every attendance has its reward, its line and its value. */
async function checkBooks(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<Record<string, bigint>>(`
    SELECT (SELECT count(*) FROM attendance) AS attended, (SELECT sum(attendees) FROM event)::bigint AS counted,
           (SELECT count(*) FROM audit_line) AS lines, (SELECT count(*) FROM reward) AS rewards,
           (SELECT count(*) FROM transfer WHERE kind = 'grant') AS transfers,
           (SELECT sum(balance) FROM account)::bigint AS value, (SELECT sum(members) FROM rank_bucket)::bigint AS ranked,
           (SELECT count(*) FROM account WHERE earned > 0) AS earners`)
  const { attended, counted, lines, rewards, transfers, value, ranked, earners } = rows[0]!
  assert.deepEqual({ counted, lines, rewards, transfers }, { counted: attended, lines: attended, rewards: attended, transfers: attended })
  assert.equal(value, 10n ** 17n)
  assert.equal(ranked, earners)
}

function figuresOf(rounds: readonly Round[], best: number): readonly Figure[] {
  const rate = (pick: (round: Round) => number) => whole(median(rounds.map(pick)))
  const ratio = (pick: (round: Round) => number) => median(rounds.map(pick))
  const latencies = (pick: (round: Round) => LoadResult) => rounds.flatMap((round) => pick(round).latencies).toSorted((a, b) => a - b)
  const [stored, dispatched] = [latencies(({ store }) => store), latencies(({ dispatch }) => dispatch)]
  const store = rate((round) => round.store.perSecond)
  return [
    atLeast(
      `check-ins: store, ${IN_FLIGHT} in flight, against a Prisma transaction each`,
      20,
      ratio((round) => round.store.perSecond / round.prisma),
      `${store}/s against ${rate((round) => round.prisma)}/s at its best, ${best} in flight`,
    ),
    atLeast(
      'check-ins: store against bulk inserts of 1,000 decided rows',
      0.35,
      ratio((round) => round.store.perSecond / round.bulk),
      `${store}/s against ${rate((round) => round.bulk)}/s`,
    ),
    atLeast(
      'check-ins: through dispatch against the store',
      0.4,
      ratio((round) => round.dispatch.perSecond / round.store.perSecond),
      `${rate((round) => round.dispatch.perSecond)}/s against ${store}/s`,
    ),
    below(
      'check-ins: p99 of the store',
      'ms',
      100,
      percentile(stored, 0.99),
      `p50 ${whole(percentile(stored, 0.5))}, max ${whole(stored.at(-1)!)}`,
    ),
    below(
      'check-ins: p99 through dispatch',
      'ms',
      100,
      percentile(dispatched, 0.99),
      `p50 ${whole(percentile(dispatched, 0.5))}, max ${whole(dispatched.at(-1)!)}`,
    ),
  ]
}
