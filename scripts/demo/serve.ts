import { takeNotices } from '../../adapters/postgres/notices.ts'
import type { Clock } from '../../main/clock.ts'
import { composeDesk } from '../../main/desk.ts'
import { createMetrics } from '../../main/metrics.ts'
import { readParts } from '../../main/readiness.ts'
import { createSandbox } from '../../main/sandbox.ts'
import type { Language } from '../../core/shared/text.ts'
import { createServer } from '../../server/app.ts'
import { GENESIS, type World } from './open-world.ts'
import { runJobs } from './run-jobs.ts'

export interface Serving {
  readonly url: string
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly port: number
  readonly language: Language
  readonly clock: Clock
}

/** Serves the pages of the finished community on loopback, with its first members to play. */
export async function serve(world: World, { port, language, clock }: ServeOptions): Promise<Serving> {
  const { chat, database, deployment, nodeUrl } = world
  const server = await createServer({
    ...chat,
    reads: world.reads,
    web: world.web,
    desk: composeDesk(database, GENESIS),
    ...world.pages,
    telegram: undefined,
    statements: world.statements,
    now: () => clock.now(),
    language,
    readiness: () => readParts(database, nodeUrl, new Map()),
    metrics: createMetrics(database, undefined),
    deployment,
    // Nothing watches this chain any more, so nobody would be credited.
    deposits: undefined,
    sandbox: createSandbox({
      database,
      clock,
      genesis: GENESIS,
      notices: (userId) => takeNotices(database, userId, clock.now()),
      runJobs: (now) => runJobs(world, now),
    }),
    trustedProxies: [],
  })
  await server.listen({ host: '127.0.0.1', port })
  return { url: chat.publicOrigin, stop: () => server.close() }
}
