import { fromPrisma, PgBoss } from 'pg-boss'
import { z } from 'zod'
import type { JobDesk, JobTicket } from '../../core/jobs/job-desk.port.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { asFault, type Database } from './database.ts'

export interface JobDeskOptions {
  readonly database: Database
  /** Connection string of the same database; the queue keeps a few connections of its own. */
  readonly url: string
  /** Told of what goes wrong inside the queue (a lost connection, say); it recovers by itself. */
  readonly onError: (error: unknown) => void
}

/** The queue's own tables live beside ours. */
const SCHEMA = 'pgboss'
const CONNECTIONS = 3
const STOP_TIMEOUT_MS = 30_000
/** A worker that gives no sign of life for this long has died; the shortest that the queue allows. */
const HEARTBEAT_S = 10
/** How often somebody looks for dead workers. */
const SUPERVISE_S = 15
/** Only a backstop: a claimed slot wakes a worker at once by NOTIFY. Failed attempts wait for it. */
const POLL_S = 5
/** 2, 4, 8 seconds with some jitter; then the next slot tries. */
const QUEUE = {
  policy: 'exclusive',
  notify: true,
  retryLimit: 3,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 60,
  expireInSeconds: 900,
  heartbeatSeconds: HEARTBEAT_S,
  deleteAfterSeconds: 3_600,
  retentionSeconds: 86_400,
} as const

const ticketData = z.object({ slot: z.number().int() })

/** Slots in `job_run`, work in pg-boss, both in PostgreSQL, so that a slot is claimed and queued by one commit. Connects at the first use. */
export function createJobDesk({ database, url, onError }: JobDeskOptions): JobDesk {
  const { prisma } = database
  let started: Promise<PgBoss> | undefined
  const made = new Map<string, Promise<void>>()

  async function start(): Promise<PgBoss> {
    const boss = new PgBoss({
      connectionString: url,
      schema: SCHEMA,
      max: CONNECTIONS,
      application_name: 'wepos-jobs',
      useListenNotify: true,
      schedule: false,
      superviseIntervalSeconds: SUPERVISE_S,
    })
    boss.on('error', (error) => {
      if (started !== undefined) onError(error)
    })
    return boss.start()
  }

  async function queueOf(job: string): Promise<PgBoss> {
    started ??= start().catch((error: unknown) => {
      started = undefined
      throw asFault(error)
    })
    const boss = await started
    const making = made.get(job) ?? boss.createQueue(job, QUEUE)
    made.set(job, making)
    await making.catch((error: unknown) => {
      made.delete(job)
      throw asFault(error)
    })
    return boss
  }

  return {
    async claim(job, slot, now) {
      const boss = await queueOf(job)
      return database.transaction(async (tx) => {
        const claimed = await tx.$executeRaw(Prisma.sql`
          INSERT INTO job_run (job, slot, started_at) VALUES (${job}, ${new Date(slot)}, ${new Date(now)}) ON CONFLICT DO NOTHING`)
        if (claimed === 0) return { keep: false, value: 'taken' as const }
        const sent = await boss.send(job, { slot }, { db: fromPrisma(tx) })
        if (sent !== null) return { keep: true, value: 'queued' as const }
        const at = new Date(now)
        await tx.jobRun.update({
          where: { job_slot: { job, slot: new Date(slot) } },
          data: { finishedAt: at, result: JSON.stringify({ skipped: 'overlaps' }) },
        })
        return { keep: true, value: 'overlaps' as const }
      })
    },
    async work(jobs, handle) {
      for (const job of jobs) {
        const boss = await queueOf(job)
        const options = {
          includeMetadata: true,
          batchSize: 1,
          pollingIntervalSeconds: POLL_S,
          notifyPollingIntervalSeconds: POLL_S,
        } as const
        await boss.work(job, options, async (taken) => {
          for (const { data, retryCount, retryLimit } of taken) {
            const ticket: JobTicket = { job, slot: ticketData.parse(data).slot, isLastAttempt: retryCount >= retryLimit }
            await handle(ticket)
          }
        })
      }
    },
    async begin(job, slot, now) {
      const startedAt = new Date(now)
      await prisma.jobRun
        .upsert({
          where: { job_slot: { job, slot: new Date(slot) } },
          create: { job, slot: new Date(slot), startedAt },
          update: { startedAt, finishedAt: null },
        })
        .catch(rethrow)
    },
    async end(job, slot, end, isOver, now) {
      const data = 'result' in end ? { result: end.result, error: null } : { result: null, error: end.error }
      await prisma.jobRun
        .updateMany({ where: { job, slot: new Date(slot) }, data: { ...data, finishedAt: isOver ? new Date(now) : null } })
        .catch(rethrow)
    },
    async forget(before) {
      return (await prisma.jobRun.deleteMany({ where: { startedAt: { lt: new Date(before) } } }).catch(rethrow)).count
    },
    async stop() {
      const boss = await started?.catch(() => undefined)
      made.clear()
      await boss?.stop({ graceful: true, timeout: STOP_TIMEOUT_MS })
      // The server may end a connection before it has read that we closed it; after the stop that is no news.
      started = undefined
    },
  }
}

function rethrow(error: unknown): never {
  throw asFault(error)
}
