import type { Instant } from '../shared/instant.ts'

/** A slot of a job that a worker has taken. */
export interface JobTicket {
  readonly job: string
  /** The moment for which the run stands; its key together with the job's name. */
  readonly slot: Instant
  /** No further attempt follows when this one fails. */
  readonly isLastAttempt: boolean
}

/** `queued`: this call claimed the slot. `taken`: somebody did before. `overlaps`: claimed, and skipped because the run before is not over. */
export type Claim = 'queued' | 'taken' | 'overlaps'

export type JobEnd = { readonly result: string } | { readonly error: string }

/** One desk for all machines: slots are claimed once, claimed work is done at least once, every run is on record. Implemented by `adapters/postgres/job-desk.ts`. */
export interface JobDesk {
  /** Claims a slot and hands it to whichever worker is free, in one transaction. */
  claim(job: string, slot: Instant, now: Instant): Promise<Claim>
  /** Starts to take tickets of these jobs, one at a time for each job over all machines. A handler that rejects is called again later, a bounded number of times. */
  work(jobs: readonly string[], handle: (ticket: JobTicket) => Promise<void>): Promise<void>
  /** Puts a run on record as begun, for one that was not claimed (by hand) as for one that was. */
  begin(job: string, slot: Instant, now: Instant): Promise<void>
  /** Puts the end of an attempt on record; `isOver` when no further one follows. */
  end(job: string, slot: Instant, end: JobEnd, isOver: boolean, now: Instant): Promise<void>
  /** Forgets runs that began before an instant; returns how many. */
  forget(before: Instant): Promise<number>
  /** Takes no more tickets and waits for those in hand, at most half a minute. */
  stop(): Promise<void>
}
