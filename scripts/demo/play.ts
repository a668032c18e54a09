import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import type { PeriodView } from '../../core/economy/economy.types.ts'
import { CLOSE_AFTER_MS } from '../../core/economy/close.rules.ts'
import { DAY, HOUR, type Instant } from '../../core/shared/instant.ts'
import { createActors, forEachAtOnce, type Actors } from './act.ts'
import { holdEvent, IN_FLIGHT } from './hold-event.ts'
import { deposit, linkWallets, withdrawHalf } from './move-value.ts'
import { GENESIS, type World } from './open-world.ts'
import type { People, Person } from './people.ts'
import { createRandom, type Random } from './random.ts'
import { runJobs, watchChain } from './run-jobs.ts'
import { planMonths, type PlannedMonth } from './story.ts'
import { createTally, type Tally } from './tally.ts'
import { createStatementFiles } from './statement-files.ts'

/** Told as it happens. */
export interface Listener {
  monthOver(month: PlannedMonth, tally: Tally): void
  closed(period: PeriodView): void
  reorganised(blocks: number): void
  jobsBack(daysWithout: number): void
}

export interface PlayOptions {
  readonly world: World
  readonly people: People
  readonly seed: number
  readonly statementsFolder: string
  readonly listener: Listener
  /** Days between two runs of the jobs, which take real time; they run besides on the days on which a period ends or may be closed. */
  readonly jobsEvery: number
}

const CUT_BLOCKS = 2
/** Days of an outage before and after the end of its month: the draft, the next opening and the close are all late. */
const OUTAGE_BEFORE = 1
const OUTAGE_AFTER = 5
const DISPUTE_DAYS = CLOSE_AFTER_MS / DAY
const WATCH_EVERY = 7 * DAY
/** Days of a month on which people withdraw. */
const WITHDRAWAL_DAYS = [13, 24]
/** After the last close, until the last withdrawal is paid. */
const MOST_DAYS_AFTER = 30

/** Plays thirteen months: what people do goes through commands, what the house does through its jobs. Ends when everything is closed and paid. */
export async function play({ world, people, seed, statementsFolder, listener, jobsEvery }: PlayOptions): Promise<void> {
  const random = createRandom(seed ^ 0x9_1a7)
  const actors = createActors(world)
  const statements = createStatementFiles(world, statementsFolder)
  const joinedBy = (day: number): Person[] => people.members.filter(({ joinsOn }) => joinsOn <= day)
  const months = planMonths(seed, GENESIS, (day) => joinedBy(day).length)
  const wallets = planWallets(random, people.members)
  await openHouse(actors, people)
  let waitedSince: number | undefined
  let nextWatch = GENESIS
  for (const month of months) {
    const tally = createTally()
    for (let day = month.from; day < month.to; day += 1) {
      const isOff = isOutage(months, day)
      if (!isOff) {
        if (waitedSince !== undefined) listener.jobsBack(day - waitedSince)
        if (waitedSince !== undefined || isJobDay(month, day, jobsEvery)) await morning(day)
      }
      waitedSince = isOff ? (waitedSince ?? day) : undefined
      await noon(month, day, tally)
      for (const plan of month.events.filter((event) => event.day === day)) {
        const host = random.pick(people.hosts)
        const joined = joinedBy(day)
        const { event, guests } = await holdEvent({ world, actors, random, tally }, plan, host, joined, noonOf(day))
        if (month.turn === 'mistakes') await undoSome(actors, tally, host, event, random.sample(guests, 2))
      }
    }
    listener.monthOver(month, tally)
  }
  const last = months.at(-1)!.to
  for (let day = last; day <= last + MOST_DAYS_AFTER; day += 1) {
    await morning(day)
    if (statements.written() === LAST_PERIOD && (await isAllPaid(world))) break
  }
  await watchChain(world, world.clock.now())

  async function morning(day: number): Promise<void> {
    const now = GENESIS + day * DAY + 6 * HOUR
    world.clock.moveTo(now)
    await runJobs(world, now)
    if (now >= nextWatch) {
      await watchChain(world, now)
      nextWatch = now + WATCH_EVERY
    }
    for (const period of await statements.writeFinal(now)) listener.closed(period)
  }

  async function noon(month: PlannedMonth, day: number, tally: Tally): Promise<void> {
    world.clock.moveTo(noonOf(day))
    const joining = people.members.filter(({ joinsOn }) => joinsOn === day)
    await forEachAtOnce(joining, IN_FLIGHT, async (person) => void (await actors.succeed(person, 'start')))
    tally.joined += joining.length
    await linkWallets(actors, tally, wallets.linkedOn(day), wallets.automatic)
    if (month.period > 1 && WITHDRAWAL_DAYS.includes(day - month.from)) {
      const asking = wallets.linkedBefore(day).filter((person) => !wallets.automatic.has(person))
      await withdrawHalf(actors, tally, random.sample(asking, Math.ceil(asking.length / 2)))
      if (month.turn === 'reorganisation' && day - month.from === WITHDRAWAL_DAYS[0])
        world.cutAfterNextPayout(CUT_BLOCKS, () => listener.reorganised(CUT_BLOCKS))
    }
    if (month.turn === 'deposits' && day - month.from === 16) await deposit(world, tally, wallets.linkedBefore(day).slice(0, 3))
  }
}

function isJobDay({ from }: PlannedMonth, day: number, jobsEvery: number): boolean {
  return day % jobsEvery === 0 || day === from || day === from + DISPUTE_DAYS
}

function noonOf(day: number): Instant {
  return GENESIS + day * DAY + 12 * HOUR
}

/** The operator makes the hosts. */
async function openHouse(actors: Actors, { operator, hosts }: People): Promise<void> {
  await actors.succeed(operator, 'start')
  for (const host of hosts) {
    await actors.succeed(host, 'start')
    await actors.succeed(operator, 'role grant', { member: `@${host.account.handle ?? host.account.userId}`, role: 'host' })
  }
}

function isOutage(months: readonly PlannedMonth[], day: number): boolean {
  return months.some(({ turn, to }) => turn === 'outage' && day >= to - OUTAGE_BEFORE && day < to + OUTAGE_AFTER)
}

async function undoSome(actors: Actors, tally: Tally, host: Person, event: string, guests: readonly Person[]): Promise<void> {
  for (const guest of guests) {
    await actors.succeed(host, 'event undo', { event, member: `@${guest.account.handle ?? guest.account.userId}`, reason: 'left at once' })
    tally.undone += 1
  }
}

async function isAllPaid({ database }: World): Promise<boolean> {
  return (await database.prisma.withdrawal.count({ where: { paidAt: null } })) === 0
}

interface Wallets {
  /** Those who are paid without asking. */
  readonly automatic: ReadonlySet<Person>
  linkedOn(day: number): readonly Person[]
  linkedBefore(day: number): readonly Person[]
}

const MOST_WALLETS_WANTED = 100
const WALLET_PERCENT = 8
const SMALL_COMMUNITY_PERCENT = 40
const FIRST_WALLET_DAY = 20
const LAST_WALLET_DAY = 120

/** At least a hundred link a wallet where there are enough people, in the first months. */
function planWallets(random: Random, members: readonly Person[]): Wallets {
  const share = (percent: number): number => Math.ceil((members.length * percent) / 100)
  const count = Math.max(share(WALLET_PERCENT), Math.min(MOST_WALLETS_WANTED, share(SMALL_COMMUNITY_PERCENT)))
  const owners = random.sample(members, count).map((person) => ({
    person,
    day: Math.max(person.joinsOn + 1, FIRST_WALLET_DAY + random.below(LAST_WALLET_DAY - FIRST_WALLET_DAY)),
  }))
  return {
    automatic: new Set(owners.filter(() => random.percent(SMALL_COMMUNITY_PERCENT)).map(({ person }) => person)),
    linkedOn: (day) => owners.filter((owner) => owner.day === day).map(({ person }) => person),
    linkedBefore: (day) => owners.filter((owner) => owner.day < day).map(({ person }) => person),
  }
}
