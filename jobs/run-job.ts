import type { JobDesk, JobTicket } from '../core/jobs/job-desk.port.ts'
import { Fault } from '../core/shared/fault.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { Job } from './schedule.ts'

/** What happened to a run; for the log, the metrics and the error tracker. */
export type JobEvent =
  | { readonly kind: 'done'; readonly job: string; readonly slot: Instant; readonly result: string }
  | { readonly kind: 'failed'; readonly job: string; readonly slot: Instant; readonly error: unknown; readonly willRetry: boolean }
  | { readonly kind: 'overlaps'; readonly job: string; readonly slot: Instant }
  | { readonly kind: 'not-claimed'; readonly job: string; readonly error: unknown }

export interface RunPorts {
  readonly jobs: readonly Job[]
  readonly desk: JobDesk
  readonly clock: () => Instant
  readonly onEvent: (event: JobEvent) => void
}

/** Runs a claimed slot and puts its end on record. Rejects when the queue should try it again: not on a fault that time does not cure. */
export async function runTicket(ports: RunPorts, ticket: JobTicket): Promise<void> {
  const { job, slot } = ticket
  try {
    const result = await runAndRecord(ports, ticket)
    ports.onEvent({ kind: 'done', job, slot, result })
  } catch (error) {
    const willRetry = !isOver(error, ticket.isLastAttempt)
    ports.onEvent({ kind: 'failed', job, slot, error, willRetry })
    if (willRetry) throw error
  }
}

/**
 * Runs a job now, in this process, whatever its slot; on record like every other. Returns its result as JSON text, rejects with its error.
 * Safe beside a scheduled run of the same job.
 */
export function runJobByHand(ports: Pick<RunPorts, 'jobs' | 'desk' | 'clock'>, name: string, now: Instant): Promise<string> {
  return runAndRecord(ports, { job: name, slot: now, isLastAttempt: true }, now)
}

async function runAndRecord(ports: Pick<RunPorts, 'jobs' | 'desk' | 'clock'>, ticket: JobTicket, at?: Instant): Promise<string> {
  const { desk, clock } = ports
  const job = ports.jobs.find(({ name }) => name === ticket.job)
  if (job === undefined) throw new Error(`there is no job "${ticket.job}"; there are ${ports.jobs.map(({ name }) => name).join(', ')}`)
  const now = at ?? clock()
  await desk.begin(job.name, ticket.slot, now)
  let result: string
  try {
    result = toJson(await job.run(now))
  } catch (error) {
    await desk.end(job.name, ticket.slot, { error: errorText(error) }, isOver(error, ticket.isLastAttempt), at ?? clock())
    throw error
  }
  await desk.end(job.name, ticket.slot, { result }, true, at ?? clock())
  return result
}

function isOver(error: unknown, isLastAttempt: boolean): boolean {
  return isLastAttempt || (error instanceof Fault && !error.retryable)
}

const MAX_ERROR = 2_000

function errorText(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, MAX_ERROR)
}

/** Amounts and numbers of lines are exact whole numbers, which JSON does not have: they become text. */
function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, each: unknown) => (typeof each === 'bigint' ? each.toString() : each))
}
