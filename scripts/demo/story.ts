import { FIRST_PERIOD, LAST_PERIOD, periodEnd, periodStart } from '../../core/economy/release-schedule.ts'
import type { Evidence } from '../../core/attendance/attendance.types.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { createRandom, type Random } from './random.ts'

/** What makes a month different from the others. */
export type Turn = 'sprint' | 'thin' | 'reorganisation' | 'outage' | 'deposits' | 'mistakes'

const TURNS: Readonly<Record<number, Turn>> = {
  2: 'sprint',
  4: 'thin',
  5: 'reorganisation',
  6: 'outage',
  8: 'sprint',
  9: 'deposits',
  10: 'thin',
  11: 'mistakes',
}

/** Months with a festival, and which part of the month's release it is meant to grant, in percent. */
const FESTIVALS: Readonly<Record<number, number>> = { 1: 35, 3: 40, 5: 25, 6: 55, 7: 45, 9: 65, 11: 30, 12: 75, 13: 50 }

/**
 * An event as planned. `sprint`: its reward is set so high that some of them use up the month; `circle`: its reward is a tenth of what is left, if anything;
 * the others pay `base` PoS before the multiplier.
 */
export interface PlannedEvent {
  readonly kind: 'meetup' | 'workshop' | 'conference' | 'festival' | 'sprint' | 'circle'
  /** Days from genesis. */
  readonly day: number
  readonly base: number
  readonly evidence: Evidence
  /** How many of those who have joined come, in percent. */
  readonly percent: number
}

export interface PlannedMonth {
  readonly period: number
  readonly turn: Turn | undefined
  /** First day, and the first one after it, from genesis. */
  readonly from: number
  readonly to: number
  readonly events: readonly PlannedEvent[]
}

/** Fewer than these meet every other week instead of twice a week. */
const SMALL_COMMUNITY = 200
const SPRINT_PERCENT = 85
const FESTIVAL_PERCENT = 30
const FESTIVAL_DAY = 19
const BASES = { meetup: 10, workshop: 20, conference: 50, festival: 0, sprint: 0, circle: 10 } as const

/** Thirteen months of events, the same for the same seed. Genesis is a midnight in UTC; `joinedBy` says how many members there are on a day from genesis. */
export function planMonths(seed: number, genesis: Instant, joinedBy: (day: number) => number): readonly PlannedMonth[] {
  const random = createRandom(seed ^ 0x5709)
  return Array.from({ length: LAST_PERIOD }, (_, index) => {
    const period = FIRST_PERIOD + index
    const from = (periodStart(genesis, period) - genesis) / DAY
    const to = (periodEnd(genesis, period) - genesis) / DAY
    const turn = TURNS[period]
    const events = eventsOf(random, turn, from, to, joinedBy)
    const festival = FESTIVALS[period]
    const day = from + FESTIVAL_DAY
    if (festival === undefined) return { period, turn, from, to, events }
    // One evening has one event.
    return { period, turn, from, to, events: [...events.filter((event) => event.day !== day), festivalOn(day, festival, joinedBy(day))] }
  })
}

function eventsOf(
  random: Random,
  turn: Turn | undefined,
  from: number,
  to: number,
  joinedBy: (day: number) => number,
): readonly PlannedEvent[] {
  if (turn === 'thin') return [plan('meetup', from + 9, 'rotating', 1)]
  if (turn === 'sprint') return sprintMonth(from, joinedBy(from + FIRST_SPRINT_DAY))
  const events: PlannedEvent[] = []
  const pause = joinedBy(from) < SMALL_COMMUNITY ? 12 : 3
  for (let day = from + 1 + random.below(3); day < to; day += pause + random.below(2)) {
    const kind = (['meetup', 'meetup', 'workshop', 'conference'] as const)[events.length % 4]!
    const evidence = random.pick<Evidence>(['rotating', 'rotating', 'rotating', 'codes', 'roster'])
    events.push(plan(kind, day, evidence, 4 + random.below(10)))
  }
  return events
}

/** Two ordinary evenings, the sprint, the circle that shares what is left, and evenings for which nothing is left. At most 28 days. */
function sprintMonth(from: number, joined: number): readonly PlannedEvent[] {
  const { base, rounds } = sprintOf(joined)
  const sprints = Array.from({ length: rounds }, (_, round) => ({
    ...plan('sprint', from + FIRST_SPRINT_DAY + 2 * round, 'rotating', SPRINT_PERCENT),
    base,
  }))
  return [
    plan('meetup', from + 2, 'codes', 8),
    plan('workshop', from + 5, 'roster', 6),
    ...sprints,
    plan('circle', from + 23, 'rotating', 12),
    plan('meetup', from + 25, 'rotating', 7),
    plan('workshop', from + 27, 'codes', 5),
  ]
}

function festivalOn(day: number, releasePercent: number, joined: number): PlannedEvent {
  const base = rewardFor((RELEASE_BASE * releasePercent) / 100, (joined * FESTIVAL_PERCENT) / 100)
  return { ...plan('festival', day, 'rotating', FESTIVAL_PERCENT), base }
}

function plan(kind: PlannedEvent['kind'], day: number, evidence: Evidence, percent: number): PlannedEvent {
  return { kind, day, base: BASES[kind], evidence, percent }
}

/** Most that an event may pay before the multiplier, in PoS (core/attendance/event.rules.ts). */
const MOST_BASE = 10_000
/** What every period releases before its multiplier, in PoS. */
const RELEASE_BASE = 1_000_000
/** A tenth more than there is, so that the last round finds too little. */
const WANTED_BASE = 1_100_000
const FIRST_SPRINT_DAY = 8

/** Reward of a sprint, before the multiplier and a multiple of ten PoS, and how many rounds of it use up a month of a community of `joined`. */
function sprintOf(joined: number): { readonly base: number; readonly rounds: number } {
  const base = rewardFor(RELEASE_BASE, joined)
  const present = Math.floor((joined * SPRINT_PERCENT) / 100)
  return { base, rounds: Math.ceil(WANTED_BASE / (present * base)) }
}

/** What each of `people` gets when `total` PoS are shared out: a multiple of ten PoS inside the bounds. */
function rewardFor(total: number, people: number): number {
  return Math.min(MOST_BASE, Math.ceil(total / Math.max(1, people) / 10) * 10)
}
