import { createTask } from 'node-cron'
import { latestSlot } from './cron-slot.ts'
import { startLoop, type Loop } from './delivery-loop.ts'
import { runTicket, type RunPorts } from './run-job.ts'
import type { Job } from './schedule.ts'

export interface JobsOptions extends RunPorts {
  /** Delivers what waits in the outbox and returns how many rows it handled; called about once a second, on every machine. Left out: nothing is delivered here. */
  readonly deliver?: () => Promise<number>
}

/**
 * Starts the clock and the workers of the jobs. Every tick claims its slot for all machines; a slot that was missed while nobody ran is made up for once,
 * now. Resolves when all are running; `stop` ends the clock, lets running jobs finish, and resolves then.
 */
export async function startJobs(options: JobsOptions): Promise<{ stop(): Promise<void> }> {
  const { jobs, desk } = options
  await desk.work(
    jobs.map(({ name }) => name),
    (ticket) => runTicket(options, ticket),
  )
  await Promise.all(jobs.map((job) => tick(options, job)))
  const tasks = jobs.map((job) =>
    createTask(job.cron, () => tick(options, job), { name: job.name, timezone: 'UTC', noOverlap: true, ...QUIET }),
  )
  for (const task of tasks) await task.start()
  const { deliver } = options
  const delivery: Loop | undefined =
    deliver === undefined
      ? undefined
      : startLoop(deliver, (error) => options.onEvent({ kind: 'not-claimed', job: 'deliver-outbox', error }))
  return {
    async stop() {
      for (const task of tasks) await task.destroy()
      await Promise.all([delivery?.stop(), desk.stop()])
    },
  }
}

/** A slot that a busy moment made late is claimed late; that is no news. */
const QUIET = { suppressMissedWarning: true } as const

/** Claims the slot that is due; what goes wrong is told, and the next tick tries again. */
async function tick({ desk, clock, onEvent }: JobsOptions, job: Job): Promise<void> {
  try {
    const now = clock()
    if (job.isDue !== undefined && !(await job.isDue(now))) return
    const slot = latestSlot(job.cron, now)
    if ((await desk.claim(job.name, slot, now)) === 'overlaps') onEvent({ kind: 'overlaps', job: job.name, slot })
  } catch (error) {
    onEvent({ kind: 'not-claimed', job: job.name, error })
  }
}
