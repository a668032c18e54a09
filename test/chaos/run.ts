import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { stablePort } from '../support/stable-port.ts'
import { Asker, RunIsOver } from './asker.ts'
import { Book } from './book.ts'
import { Calendar } from './calendar.ts'
import { Committee } from './committee.ts'
import { Conductor } from './conductor.ts'
import { Double } from './double.ts'
import { gatherMembers, gatherNewcomers } from './members.ts'
import { RunRecord } from './run-record.ts'
import { Supervisor } from './supervisor.ts'
import { signal, Victims } from './victims.ts'
import { Watcher } from './watcher.ts'

export interface ChaosOptions {
  /** How long the product is disturbed. */
  readonly seconds: number
  readonly seed: number
  readonly members: number
  /** Longest time from the start of the process to its first answer, in seconds. */
  readonly maxRecovery: number
  readonly print: (line: string) => void
}

/** A release lasts 13 periods, so a long run takes longer for each. */
const PERIODS_IN_A_RUN = 11
const SHORTEST_CYCLE_MS = 22_000
/** Until everything that was asked for is answered and settled once nothing disturbs. */
const ANSWERS_WITHIN_MS = 60_000
const REST_WITHIN_MS = 180_000
const MOST_QUIET_DAYS = 60
/** Members with an account of Discord that is too young. */
const NEWCOMERS = 3
/** Members with a second account, on Discord and old enough. */
const DOUBLES = [
  ['member001', '175928847299117063'],
  ['member002', '180119208464457728'],
] as const
/** What members must have done to have shown anything. */
const LEAST_LIVED: Readonly<Record<string, number>> = {
  'check-ins: done': 50,
  'withdrawals: done': 10,
  'reports: done': 10,
  'opinions about submissions: given': 10,
  'links: done': 1,
  'holds cleared: done': 1,
}
/** What they must have done as well in a run that is long enough for several months. */
const LONG_SECONDS = 180
const LEAST_LIVED_LONG: Readonly<Record<string, number>> = {
  'disputes: done': 2,
  'opinions about disputes: given': 4,
  'links undone: done': 1,
}
const leastLived = (seconds: number) => ({ ...LEAST_LIVED, ...(seconds < LONG_SECONDS ? {} : LEAST_LIVED_LONG) })
/** What a run must have seen to have shown anything. */
const LEAST_SEEN: Readonly<Record<string, number>> = {
  'kill app': 1,
  'kill postgres': 1,
  'kill chain': 1,
  freeze: 1,
  'reorganise chain': 1,
  'in the end: withdrawals paid': 10,
  'in the end: periods closed': 1,
}

/** One run from an empty folder to its summary. Resolves with the violations; the folder stays when there are any. */
export async function runChaos(options: ChaosOptions): Promise<readonly string[]> {
  const { seconds, seed, members: memberCount, maxRecovery, print } = options
  const record = new RunRecord(seed, print)
  const folder = mkdtempSync(join(tmpdir(), 'wepos-chaos-'))
  const dataFolder = join(folder, 'data')
  mkdirSync(dataFolder)
  // PostgreSQL may run under another account, which has to get through.
  for (const path of [folder, dataFolder]) chmodSync(path, 0o755)
  const victims = new Victims(dataFolder)
  const book = new Book()
  let conducting: Conductor | undefined
  const supervisor = new Supervisor({
    folder,
    port: await stablePort(),
    record,
    maxRecovery: maxRecovery * 1_000,
    onPoint: (point, go) => (conducting === undefined ? go() : conducting.at(point, go)),
  })
  const asker = new Asker(supervisor, record)
  const watcher = new Watcher({ dataFolder, book, record })
  const ports = { asker, book, record, members: memberCount + NEWCOMERS, dataFolder, supervisor, victims, watcher }
  const calendar = new Calendar(ports)
  const [disturbing, living, watching] = [new AbortController(), new AbortController(), new AbortController()]
  try {
    record.say(`a product in ${folder}`)
    supervisor.start()
    await supervisor.proven()
    const conductor = new Conductor(ports)
    conducting = conductor
    const members = [...gatherMembers(memberCount, ports), ...gatherNewcomers(NEWCOMERS, memberCount, Date.now(), ports)]
    const doubles = DOUBLES.map(([partner, userId]) => new Double(partner, userId, ports))
    const committee = new Committee(ports)
    const community = Promise.all([
      ...[...members, ...doubles, committee].map((one) => untilOver(record, one.live(living.signal))),
      untilOver(record, calendar.live(Math.max(SHORTEST_CYCLE_MS, (seconds * 1_000) / PERIODS_IN_A_RUN), living.signal)),
    ])
    const watch = watcher.live(watching.signal)
    const disturbance = conductor.live(disturbing.signal)
    await untilEnough(seconds, conductor, supervisor, record)
    record.say('no more disturbances')
    disturbing.abort()
    await disturbance
    living.abort()
    const isAnswered = await Promise.race([community.then(() => true), pause(ANSWERS_WITHIN_MS, false, { ref: false })])
    if (!isAnswered) record.violation(`requests are unanswered ${ANSWERS_WITHIN_MS / 1_000} s after the last disturbance`)
    watching.abort()
    await watch
    const isAtRest = await Promise.race([comeToRest(record, calendar, watcher, committee), pause(REST_WITHIN_MS, false, { ref: false })])
    if (!isAtRest)
      record.violation(
        `${REST_WITHIN_MS / 1_000} s after the last disturbance there is still something under way: ${await watcher.unfinished()}`,
      )
    await watcher.check(true)
    const { origin } = await supervisor.live()
    record.count('in the end: statements verified', await watcher.checkStatements(origin, folder))
    await watcher.countWork()
    await endWell(record, supervisor, victims)
    for (const [what, least] of Object.entries({ ...LEAST_SEEN, ...leastLived(seconds) }))
      if (record.countUnder(what) < least)
        record.violation(`this run proves too little: ${record.countUnder(what)} of "${what}", not ${least}`)
  } catch (error) {
    record.violation(`the run could not go on: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  } finally {
    asker.end()
    for (const controller of [disturbing, living, watching]) controller.abort()
    signal([...victims.postgres(), ...victims.chain()], 'SIGCONT')
    await supervisor.stop()
    signal([...victims.chain(), ...victims.postgres()], 'SIGKILL')
  }
  print(`\n${record.summary()}\n`)
  if (record.violations.length === 0) rmSync(folder, { recursive: true, force: true })
  else
    print(
      `${record.violations.map((violation) => `VIOLATION ${violation}`).join('\n')}\nThe product's folder and log: ${folder}\nAgain: npm run chaos -- --seconds ${seconds} --seed ${seed}`,
    )
  return record.violations
}

/** An actor that fails ends alone; its error is told like everything else that must not be. */
async function untilOver(record: RunRecord, work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof RunIsOver)) record.violation(`an actor failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
  })
}

/** On a machine that is busy with other things it takes longer until everything has happened and members did enough; at most three times as long. */
async function untilEnough(seconds: number, conductor: Conductor, supervisor: Supervisor, record: RunRecord): Promise<void> {
  const since = performance.now()
  const hasPassed = (times: number): boolean => performance.now() - since >= times * seconds * 1_000
  const isLived = (): boolean => Object.entries(leastLived(seconds)).every(([what, least]) => record.countUnder(what) >= least)
  while (!(hasPassed(1) && conductor.isComplete && isLived()) && !hasPassed(3) && !supervisor.hasGivenUp) await pause(100)
}

/** Days go by, and every job runs, until there is nothing left to do; false when that takes too many. */
async function comeToRest(record: RunRecord, calendar: Calendar, watcher: Watcher, committee: Committee): Promise<boolean> {
  await calendar.skip('period-close')
  for (let day = 0; day < MOST_QUIET_DAYS; day += 1) {
    const left = await watcher.unfinished()
    if (left === '') return true
    record.say(`still under way: ${left}`)
    await committee.clearHolds()
    await calendar.skip('day')
  }
  return false
}

async function endWell(record: RunRecord, supervisor: Supervisor, victims: Victims): Promise<void> {
  const exitCode = await supervisor.stop()
  if (exitCode !== 0) record.violation(`asked to stop, the product ended with ${exitCode}`)
  if (victims.postgres().length > 0) record.violation('PostgreSQL still runs after the product was stopped')
  if (victims.chain().length > 0) record.violation('the local chain still runs after the product was stopped')
  for (const left of victims.all()) record.violation(`a process was left behind: ${left}`)
}
