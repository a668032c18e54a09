import { afterEach, beforeEach, expect, test } from 'vitest'
import { createJobDesk } from '../adapters/postgres/job-desk.ts'
import { openDatabase, type Database } from '../adapters/postgres/database.ts'
import type { JobDesk } from '../core/jobs/job-desk.port.ts'
import { Fault } from '../core/shared/fault.ts'
import { freshDatabase } from '../test/support/postgres.ts'
import { latestSlot } from './cron-slot.ts'
import { runJobByHand, type JobEvent } from './run-job.ts'
import type { Job } from './schedule.ts'
import { startJobs } from './start-jobs.ts'

const NOW = Date.UTC(2027, 1, 1, 12, 34, 56)
/** Due once a day: only what a start makes up for runs in a test. */
const DAILY = '0 3 * * *'
const SLOT = latestSlot(DAILY, NOW)

let url: string
let database: Database
const running: { stop(): Promise<void> }[] = []
let events: JobEvent[]

beforeEach(async () => {
  url = await freshDatabase()
  database = openDatabase(url, { connections: 6 })
  events = []
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()))
  await database.close()
})

function newDesk(): JobDesk {
  return createJobDesk({ database, url, onError: (error) => console.error(error) })
}

async function startMachine(jobs: readonly Job[], more: { deliver?: () => Promise<number> } = {}): Promise<void> {
  running.push(await startJobs({ jobs, desk: newDesk(), clock: () => NOW, onEvent: (event) => events.push(event), ...more }))
}

const runs = () => database.prisma.jobRun.findMany({ orderBy: { slot: 'asc' } })
const ended = (count: number) =>
  expect.poll(async () => (await runs()).filter(({ finishedAt }) => finishedAt !== null).length, { timeout: 25_000 }).toBe(count)

test('a slot that was missed is made up for once, however many machines start', async () => {
  let calls = 0
  const job: Job = { name: 'count', cron: DAILY, run: () => Promise.resolve({ calls: (calls += 1), amount: 10n ** 17n }) }
  await Promise.all([startMachine([job]), startMachine([job]), startMachine([job])])
  await ended(1)
  await startMachine([job])
  expect(calls).toBe(1)
  expect(await runs()).toMatchObject([
    { job: 'count', slot: new Date(SLOT), result: '{"calls":1,"amount":"100000000000000000"}', error: null },
  ])
})

test('ticks of the clock run a job; a job with nothing to do leaves no record', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const busy: Job = { name: 'busy', cron: '* * * * * *', run: () => Promise.resolve(resolve()) }
  const idle: Job = {
    name: 'idle',
    cron: '* * * * * *',
    isDue: () => Promise.resolve(false),
    run: () => Promise.reject(new Error('not due')),
  }
  let now = NOW
  running.push(
    await startJobs({ jobs: [busy, idle], desk: newDesk(), clock: () => (now += 1_000), onEvent: (event) => events.push(event) }),
  )
  await promise
  await expect.poll(async () => (await runs()).length, { timeout: 25_000 }).toBeGreaterThan(1)
  expect((await runs()).every(({ job }) => job === 'busy')).toBe(true)
})

test('what fails is tried again with its error on record, and ends well', async () => {
  let calls = 0
  const { promise: seen, resolve: goOn } = Promise.withResolvers<void>()
  const job: Job = {
    name: 'shaky',
    cron: DAILY,
    run: async () => {
      calls += 1
      if (calls === 1) throw new Fault('chain', 'the node does not answer', { retryable: true })
      await seen
      return 'well'
    },
  }
  await startMachine([job])
  await expect.poll(async () => (await runs())[0]?.error, { timeout: 25_000 }).toBe('Fault: the node does not answer')
  expect((await runs())[0]?.finishedAt).toBeNull()
  goOn()
  await ended(1)
  expect(await runs()).toMatchObject([{ result: '"well"', error: null }])
  expect(events.map(({ kind }) => kind)).toEqual(['failed', 'done'])
})

test('a fault that time does not cure is not tried again', async () => {
  let calls = 0
  const job: Job = {
    name: 'halted',
    cron: DAILY,
    run: () => {
      calls += 1
      return Promise.reject(new Fault('settlement', 'the payer is halted', { retryable: false }))
    },
  }
  await startMachine([job])
  await ended(1)
  expect(calls).toBe(1)
  expect(await runs()).toMatchObject([{ error: 'Fault: the payer is halted', result: null }])
  expect(events).toMatchObject([{ kind: 'failed', willRetry: false }])
})

test('a slot whose predecessor still runs is skipped, on every machine', async () => {
  const { promise: hold, resolve: release } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const job: Job = {
    name: 'slow',
    cron: DAILY,
    run: async () => {
      begin()
      await hold
      return 'slow'
    },
  }
  await startMachine([job])
  await begun
  const other = newDesk()
  expect(await other.claim('slow', SLOT, NOW)).toBe('taken')
  expect(await other.claim('slow', SLOT + 1_000, NOW)).toBe('overlaps')
  release()
  await ended(2)
  expect((await runs()).map(({ result }) => result)).toEqual(['"slow"', '{"skipped":"overlaps"}'])
  let next = SLOT + 2_000
  await expect.poll(() => other.claim('slow', (next += 1_000), NOW), { timeout: 25_000 }).toBe('queued')
  await other.stop()
})

test('a stop lets the run in hand finish', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: hold, resolve: release } = Promise.withResolvers<void>()
  const job: Job = {
    name: 'last',
    cron: DAILY,
    run: async () => {
      begin()
      await hold
      return 'finished'
    },
  }
  await startMachine([job])
  await begun
  const stopping = running.pop()!.stop()
  release()
  await stopping
  expect(await runs()).toMatchObject([{ result: '"finished"' }])
})

test('a job by hand runs here and now, is on record, and names the jobs there are when there is none of its name', async () => {
  const job: Job = { name: 'count', cron: DAILY, run: (now) => Promise.resolve({ now }) }
  const ports = { jobs: [job], desk: newDesk(), clock: () => NOW }
  expect(await runJobByHand(ports, 'count', NOW)).toBe(`{"now":${NOW}}`)
  expect(await runs()).toMatchObject([{ job: 'count', slot: new Date(NOW), finishedAt: new Date(NOW), result: `{"now":${NOW}}` }])
  await expect(runJobByHand(ports, 'cuont', NOW)).rejects.toThrow('there is no job "cuont"; there are count')
  const failing: Job = { name: 'bad', cron: DAILY, run: () => Promise.reject(new Error('no')) }
  await expect(runJobByHand({ ...ports, jobs: [failing] }, 'bad', NOW)).rejects.toThrow('no')
  expect(await database.prisma.jobRun.findFirst({ where: { job: 'bad' } })).toMatchObject({ error: 'Error: no', finishedAt: new Date(NOW) })
  expect(await ports.desk.forget(NOW + 1)).toBe(2)
})

test('the outbox is delivered in a loop that survives failures and ends with the rest', async () => {
  const steps: (number | Error)[] = [2, new Error('no network'), 1]
  const { promise, resolve } = Promise.withResolvers<void>()
  let calls = 0
  const deliver = (): Promise<number> => {
    const step = steps[calls]
    calls += 1
    if (step === undefined) resolve()
    return step instanceof Error ? Promise.reject(step) : Promise.resolve(step ?? 0)
  }
  await startMachine([], { deliver })
  await promise
  expect(events).toMatchObject([{ kind: 'not-claimed', job: 'deliver-outbox' }])
  await running.pop()!.stop()
  const after = calls
  await Promise.resolve()
  expect(calls).toBe(after)
})
