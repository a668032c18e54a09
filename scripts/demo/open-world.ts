import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, type Database } from '../../adapters/postgres/database.ts'
import { economyReads } from '../../adapters/postgres/economy-reads.ts'
import { outboxStore } from '../../adapters/postgres/outbox-store.ts'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import type { Deployment } from '../../contracts/script/deploy.ts'
import type { EconomyReads, Statements } from '../../core/economy/economy.port.ts'
import { composeFormPages } from '../../main/form-pages.ts'
import { composeWeb } from '../../main/web.ts'
import type { WebDoor } from '../../server/server-app.ts'
import type { ChatApp, Log } from '../../core/shared/chat-app.ts'
import type { OutboxPort } from '../../core/shared/outbox.ts'
import { SECOND, type Instant } from '../../core/shared/instant.ts'
import type { Language } from '../../core/shared/text.ts'
import type { Settlement } from '../../core/settlement/settlement.ts'
import { compose } from '../../main/compose.ts'
import { deployOnce } from '../../main/deployment.ts'
import { embeddedKeys } from '../../main/embedded-keys.ts'
import { readParts } from '../../main/readiness.ts'
import { SANDBOX_OPERATORS } from '../../main/sandbox.ts'
import { composeSettlement } from '../../main/settlement.ts'

/** Genesis of the simulated community: the one of the worked numbers of spec 01, whose months end on other days than they begin. */
export const GENESIS: Instant = Date.UTC(2027, 0, 31)

/** How deep a block must lie; a reorganisation of the story is one block less, so that it never touches what was settled. */
const CONFIRMATIONS = 3

/** The time of the simulated community. */
export interface DemoClock {
  now(): Instant
  /** Goes forward to an instant, never back. */
  moveTo(at: Instant): void
  /** From now on the time is what `now` says: a clock that runs by itself. */
  follow(now: () => Instant): void
}

/** The whole product over a real database and a real chain, on a simulated clock. */
export interface World {
  readonly database: Database
  readonly clock: DemoClock
  readonly chat: ChatApp
  readonly web: WebDoor
  readonly pages: ReturnType<typeof composeFormPages>
  readonly settlement: Settlement
  readonly statements: Statements
  readonly reads: EconomyReads
  readonly outbox: OutboxPort
  readonly deployment: Deployment
  readonly nodeUrl: string
  /** Cuts this many blocks off the chain as soon as the next payout is mined; calls `whenDone` after it. At most `CONFIRMATIONS` - 1. */
  cutAfterNextPayout(blocks: number, whenDone: () => void): void
  close(): Promise<void>
}

export interface WorldOptions {
  readonly databaseUrl: string
  /** An anvil whose clock is not ahead of genesis. */
  readonly nodeUrl: string
  readonly chainId: number
  /** Keeps keys and addresses of the contracts, where the product itself would look for them. */
  readonly chainFolder: string
  readonly publicOrigin: string
  readonly language: Language
  readonly log: Log
}

const CONNECTIONS = 8

export async function openWorld(options: WorldOptions): Promise<World> {
  const { nodeUrl, chainFolder, chainId } = options
  mkdirSync(chainFolder, { recursive: true, mode: 0o700 })
  const keys = embeddedKeys(chainFolder)
  const deployment = await deployOnce(nodeUrl, join(chainFolder, 'deployment.json'), keys, GENESIS)
  const database = openDatabase(options.databaseUrl, { connections: CONNECTIONS })
  const clock = createClock(GENESIS)
  const knife = createKnife(nodeUrl, database)
  const stopping = new AbortController()
  const chain = {
    url: nodeUrl,
    chainId,
    confirmations: CONFIRMATIONS,
    deployment,
    distributorKey: keys.distributor,
    payerKey: keys.payer,
    relayerKey: undefined,
    isLocal: true,
  }
  const { settlement, statements } = await composeSettlement(database, chain, stopping.signal, (name) => knife.checkpoint(name))
  const operators = new Set(SANDBOX_OPERATORS)
  const { chat, events, members, proof } = await compose({
    database,
    now: () => clock.now(),
    chain: { url: nodeUrl, deployment },
    publicOrigin: options.publicOrigin,
    language: options.language,
    operators,
    homes: {},
    log: options.log,
    openInLedger: (period, now) => settlement.openInLedger(period, now),
    parts: () => readParts(database, nodeUrl, new Map()),
    reportBug(error) {
      throw error
    },
  })
  return {
    database,
    clock,
    chat,
    web: composeWeb({
      database,
      members,
      proof,
      now: Date.now,
      publicOrigin: options.publicOrigin,
      config: { discordSignIn: undefined, telegram: undefined },
    }),
    pages: composeFormPages(database, { genesis: GENESIS, proof }),
    settlement,
    statements,
    deployment,
    nodeUrl,
    reads: economyReads(database.prisma, GENESIS),
    outbox: outboxStore(database, { events, operators, publicOrigin: options.publicOrigin }),
    cutAfterNextPayout: (blocks, whenDone) => knife.cutAfterNextPayout(blocks, whenDone),
    async close() {
      stopping.abort()
      await database.close()
    },
  }
}

function createClock(start: Instant): DemoClock {
  let now = () => start
  return {
    now: () => now(),
    moveTo(at) {
      if (at < now()) throw new Error(`the clock of the demo would go back from ${iso(now())} to ${iso(at)}`)
      now = () => at
    },
    follow(running) {
      now = running
    },
  }
}

function iso(at: Instant): string {
  return new Date(Math.floor(at / SECOND) * SECOND).toISOString()
}

/** Cuts blocks off between the moment in which a payout is mined and the one in which it would be settled. */
function createKnife(nodeUrl: string, { prisma }: Database) {
  let waiting: { readonly blocks: number; readonly whenDone: () => void } | undefined
  return {
    cutAfterNextPayout(blocks: number, whenDone: () => void) {
      if (blocks >= CONFIRMATIONS) throw new Error(`at most ${CONFIRMATIONS - 1} blocks can be cut off without touching what was settled`)
      waiting = { blocks, whenDone }
    },
    async checkpoint(name: string) {
      if (waiting === undefined || name !== 'mined') return
      if ((await prisma.chainIntent.count({ where: { kind: 'pay', state: 'sent' } })) === 0) return
      const { blocks, whenDone } = waiting
      waiting = undefined
      await nodeRequest(nodeUrl, 'anvil_reorg', [blocks, []])
      whenDone()
    },
  }
}
