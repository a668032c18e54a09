import type { FastifyInstance } from 'fastify'
import { createCheckLink } from '../adapters/links/check-link.ts'
import { openDatabase } from '../adapters/postgres/database.ts'
import { seedForms } from '../adapters/postgres/form-desk.ts'
import { createJobDesk } from '../adapters/postgres/job-desk.ts'
import { takeNotices } from '../adapters/postgres/notices.ts'
import { outboxStore } from '../adapters/postgres/outbox-store.ts'
import { freePort, hasCode } from '../adapters/process/local-process.ts'
import { StartFault } from '../adapters/process/start-fault.ts'
import { BUILTIN_FORMS } from '../core/forms/builtin-forms.ts'
import type { Checkpoint } from '../core/settlement/settlement.port.ts'
import type { ChatApp, Log } from '../core/shared/chat-app.ts'
import type { TakeNotices } from '../core/shared/outbox.ts'
import { createDeliveries, deliverOutbox } from '../jobs/deliver-outbox.ts'
import { startLoop } from '../jobs/delivery-loop.ts'
import { startJobs } from '../jobs/start-jobs.ts'
import { economyReads } from '../adapters/postgres/economy-reads.ts'
import { createServer } from '../server/app.ts'
import { startBots } from './bots.ts'
import { openClock } from './clock.ts'
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { composeDesk } from './desk.ts'
import { guardDeployment } from './deployment-guard.ts'
import { composeJobs } from './jobs.ts'
import { createMetrics } from './metrics.ts'
import { startParts } from './parts.ts'
import { readParts } from './readiness.ts'
import { forgetRunning, noteRunning } from './running-note.ts'
import { createSandbox, SANDBOX_OPERATORS, seedPersonas } from './sandbox.ts'
import { composePermitDeposits } from './permit-deposits.ts'
import { composeSettlement } from './settlement.ts'
import { composeTelegram } from './telegram.ts'
import { composeFormPages } from './form-pages.ts'
import { composeWeb } from './web.ts'

export interface ProductOptions {
  readonly log: Log
  /** A line for the person at the terminal. */
  readonly tell: (line: string) => void
  /** Tells whoever watches over bugs; gives the id under which one can be found. */
  readonly reportBug: (error: unknown, context: object) => string
  /** Called between the steps of settlement, by name; a test ends the process there. */
  readonly checkpoint?: Checkpoint
}

/** The running product. */
export interface Product {
  /** What people open. */
  readonly origin: string
  readonly chat: ChatApp
  readonly notices: TakeNotices
  /** Resolves with a sentence when a part that is needed ended on its own. */
  readonly broken: Promise<string>
  /** Stops hearing, lets running work finish, saves, ends. Safe to call twice. */
  stop(): Promise<void>
}

const CONNECTIONS = 10

/** Starts everything that the configuration asks for, in the order in which it depends on each other, or nothing. Rejects with a StartFault that says what to do. */
export async function startProduct(config: Config, options: ProductOptions): Promise<Product> {
  const stops: (() => Promise<void> | void)[] = []
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= stopAll(stops))
  try {
    return await start(config, options, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function stopAll(stops: (() => Promise<void> | void)[]): Promise<void> {
  for (const each of stops.splice(0).toReversed()) await each()
}

async function start(
  config: Config,
  { log, tell, reportBug, checkpoint }: ProductOptions,
  stops: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<Product> {
  const port = config.port === 0 ? await freePort() : config.port
  const origin = config.publicOrigin.replace(/:0$/, `:${port}`)
  const parts = await startParts(config, Date.now(), tell)
  stops.push(() => parts.stop())
  const { chain } = parts
  const database = openDatabase(parts.databaseUrl, { connections: CONNECTIONS })
  stops.push(() => database.close())
  await guardDeployment(database, chain.deployment, config.genesis)
  const clock = await openClock(database, config.isSandbox && chain.isLocal ? chain.url : undefined)
  const halting = new AbortController()
  const { settlement, statements } = await composeSettlement(database, chain, halting.signal, checkpoint)

  let bots: Awaited<ReturnType<typeof startBots>> | undefined
  const readStates = () => readParts(database, chain.url, bots?.states ?? new Map())
  const operators = new Set([
    ...config.operators.map(({ platform, id }) => `${platform}:${id}`),
    ...(config.isSandbox ? SANDBOX_OPERATORS : []),
  ])
  const metrics = createMetrics(database, config.metricsToken?.reveal())
  const {
    chat: plainChat,
    events,
    settling,
    draw,
    members,
    proof,
  } = await compose({
    database,
    now: clock.now,
    chain,
    publicOrigin: origin,
    language: config.language,
    operators,
    homes: { discord: config.discord?.guildIds, telegram: config.telegram?.chatId === undefined ? undefined : [config.telegram.chatId] },
    inspect: async ({ platform, communityId }, chatIds, also) => bots?.states.get(platform)?.inspect?.(communityId, chatIds, also),
    log,
    openInLedger: settlement.openInLedger,
    parts: readStates,
    reportBug,
  })
  const chat: ChatApp = { ...plainChat, dispatch: metrics.measure(plainChat.dispatch) }
  await seedForms(database, BUILTIN_FORMS, clock.now())
  if (config.isSandbox) await seedPersonas(database, chat, clock.now())

  const telegram = composeTelegram(database, config.telegramWebhook, Date.now)
  bots = await startBots(config, chat, telegram)
  stops.push(() => bots?.stop())
  const { messengers } = bots
  const outbox = outboxStore(database, { events, operators, publicOrigin: origin })
  const notices: TakeNotices = (userId) => takeNotices(database, userId, clock.now())
  const delivering = { outbox, messengers, publicLanguage: config.language, draw }
  const deliveries = createDeliveries(delivering, clock.now, (error) =>
    log.warn({ err: error }, 'the outcome of a delivery could not be recorded'),
  )
  stops.push(() => deliveries.drain())

  const desk = createJobDesk({
    database,
    url: parts.databaseUrl,
    onError: (error) => log.warn({ err: error }, 'the job queue is in trouble'),
  })
  const checkLink = config.looksAtLinks ? createCheckLink() : undefined
  const jobs = composeJobs({ database, genesis: chain.deployment.genesis, chain, settlement, settling, desk, checkLink })
  if (config.roles.has('jobs')) {
    const running = await startJobs({
      jobs,
      desk,
      clock: clock.now,
      deliver: () => deliveries.step(),
      onEvent(event) {
        if (event.kind === 'done') log.info(event, 'a job ran')
        else if (event.kind === 'overlaps') log.info(event, 'a slot was left out, because the run before is not over')
        else log.warn({ ...event, err: event.error }, 'a job did not end well')
      },
    })
    stops.push(async () => {
      halting.abort()
      await running.stop()
    })
  } else if (messengers.size > 0 || bots.states.size > 0) {
    // Only a process that runs a bot can deliver to its platform, so it does even where no jobs run.
    const loop = startLoop(
      () => deliveries.step(),
      (error) => log.warn({ err: error }, 'the outbox waits'),
    )
    stops.push(() => loop.stop())
  }

  if (config.roles.has('server')) {
    const { deployment } = chain
    const server = await createServer({
      ...chat,
      reads: economyReads(database.prisma, deployment.genesis),
      statements,
      now: clock.now,
      language: config.language,
      readiness: readStates,
      metrics,
      deployment,
      deposits: composePermitDeposits(database, chain),
      web: composeWeb({ database, members, proof, now: Date.now, publicOrigin: origin, config }),
      desk: composeDesk(database, deployment.genesis),
      ...composeFormPages(database, { genesis: deployment.genesis, proof }),
      telegram: telegram.door,
      sandbox: config.isSandbox
        ? createSandbox({
            database,
            clock,
            genesis: deployment.genesis,
            notices,
            async runJobs(now) {
              for (const job of jobs) await job.run(now)
              await deliverOutbox(delivering, clock.now())
            },
          })
        : undefined,
      trustedProxies: config.trustedProxies,
    })
    stops.push(() => server.close())
    await listen(server, config.host, port)
  }
  noteRunning(config.dataFolder, { pid: process.pid, databaseUrl: parts.databaseUrl, chainUrl: chain.url })
  stops.push(() => forgetRunning(config.dataFolder))
  log.info({ origin, roles: [...config.roles], chain: chain.chainId }, 'the product runs')
  return { origin, chat, notices, broken: parts.broken, stop }
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port })
  } catch (cause) {
    if (!hasCode(cause, 'EADDRINUSE') && !hasCode(cause, 'EACCES') && !hasCode(cause, 'EADDRNOTAVAIL')) throw cause
    throw new StartFault({
      code: 'port_unavailable',
      message: hasCode(cause, 'EADDRINUSE')
        ? `Port ${port} of ${host} is in use by another program.`
        : `This account may not listen on ${host}:${port}.`,
      nextStep: 'Set PORT (and HOST) to free ones, for example: PORT=8081 npm start',
      exitCode: 69,
      cause,
    })
  }
}
