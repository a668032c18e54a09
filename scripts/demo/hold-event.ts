import { multiplierOf, periodAt } from '../../core/economy/release-schedule.ts'
import { exactAmount, pos, type Amount } from '../../core/shared/amount.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { HOUR, isoSecond, MINUTE, type Instant } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import { amountOf, forEachAtOnce, type Actors } from './act.ts'
import { GENESIS, type World } from './open-world.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import type { PlannedEvent } from './story.ts'
import { countCheckIn, type Tally } from './tally.ts'

/** Check-ins under way at the same moment. */
export const IN_FLIGHT = 256
/** Into how many parts a circle divides what is left of a month; three more come and find nothing. */
const SHARES = 10n
const LATE_GUESTS = 3
/** Lines of a list that a host posts at once (core/attendance/event.rules.ts allows 1,000). */
const ROSTER_LINES = 900

export interface Gathering {
  readonly world: World
  readonly actors: Actors
  readonly random: Random
  readonly tally: Tally
}

const TITLES: Readonly<Record<PlannedEvent['kind'], readonly string[]>> = {
  meetup: ['Community call', 'Open evening', '社区周会', 'Newcomers’ hour', '新人见面会'],
  workshop: ['Wallet workshop', 'Node operators’ table', '节点运行工作坊', 'Translation night', '翻译之夜'],
  conference: ['Season gathering', '季度大会', 'Builders’ day', '建设者日'],
  festival: ['Festival of contributions', '贡献节'],
  sprint: ['Founding sprint', '共建冲刺'],
  circle: ['Closing circle', '收官圆桌'],
}

/** One event from its creation to its close, in the evening of its day. Returns its code and who came. */
export async function holdEvent(
  gathering: Gathering,
  plan: PlannedEvent,
  host: Person,
  joined: readonly Person[],
  noon: Instant,
): Promise<{ readonly event: string; readonly guests: readonly Person[] }> {
  const { world, actors, random, tally } = gathering
  world.clock.moveTo(noon + 5 * HOUR)
  const startsAt = noon + 6 * HOUR
  const created = await actors.succeed(host, 'event create', {
    title: random.pick(TITLES[plan.kind]),
    start: isoSecond(startsAt),
    minutes: '60',
    place: random.pick(['stage', 'town-hall', '语音大厅']),
    evidence: plan.evidence,
    reward: exactAmount(await rewardOf(gathering, plan, host)),
  })
  const event = created.reply.title?.values['event']
  if (typeof event !== 'string') throw new Error('the answer to “event create” does not name the event')
  tally.events += 1
  const least = plan.kind === 'circle' ? Number(SHARES) + LATE_GUESTS : LATE_GUESTS
  const guests = random.sample(joined, Math.max(least, Math.floor((joined.length * plan.percent) / 100)))
  world.clock.moveTo(startsAt + 5 * MINUTE)
  if (plan.evidence === 'rotating') await checkInByScreen(gathering, host, event, guests, startsAt)
  else if (plan.evidence === 'codes') await checkInByCards(gathering, host, event, guests)
  else await checkInByList(gathering, host, event, guests, startsAt)
  world.clock.moveTo(startsAt + 75 * MINUTE)
  await actors.succeed(host, 'event close', { event })
  return { event, guests }
}

/** Before the multiplier. A circle asks what is left of the month, as everybody can, and divides it. */
async function rewardOf({ world, actors }: Gathering, plan: PlannedEvent, host: Person): Promise<Amount> {
  if (plan.kind !== 'circle') return pos(plan.base)
  const left = amountOf(await actors.give(host, 'period'), 'economy.left')
  const share = left / multiplierOf(periodAt(GENESIS, world.clock.now())) / SHARES
  return share === 0n ? pos(plan.base) : share
}

/** The code on the host's screen changes every 30 seconds; who comes late must read it anew. */
async function checkInByScreen(
  { world, actors, tally }: Gathering,
  host: Person,
  event: string,
  guests: readonly Person[],
  startsAt: Instant,
): Promise<void> {
  const shownCode = async (): Promise<string> => (await actors.succeed(host, 'event codes', { event })).reply.verbatim ?? ''
  const late = Math.floor(guests.length / 5)
  const first = await shownCode()
  await forEachAtOnce([...guests.slice(late).entries()], IN_FLIGHT, async ([place, guest]) => {
    if (place % 50 === 7) countCheckIn(tally, await actors.give(guest, 'checkin', { code: wrongCode(event) }), ['checkin.wrong_code'])
    if (place % 50 === 11) {
      countCheckIn(tally, await redelivered(actors, guest, first), [])
      return
    }
    countCheckIn(tally, await actors.give(guest, 'checkin', { code: place % 3 === 0 ? first.toLowerCase() : first }), [])
    if (place % 50 === 13) countCheckIn(tally, await actors.give(guest, 'checkin', { code: first }), ['checkin.already'])
  })
  world.clock.moveTo(startsAt + 20 * MINUTE)
  const second = await shownCode()
  await forEachAtOnce([...guests.slice(0, late).entries()], IN_FLIGHT, async ([place, guest]) => {
    if (place % 10 === 3) countCheckIn(tally, await actors.give(guest, 'checkin', { code: first }), ['checkin.expired_code'])
    countCheckIn(tally, await actors.give(guest, 'checkin', { code: second }), [])
  })
}

/** Nobody has this code but by a chance of 1 to 10^12. */
function wrongCode(event: string): string {
  return `${event.replace('EVT-', '')}-0000-0000`
}

async function redelivered(actors: Actors, guest: Person, code: string): Promise<Answer> {
  const [first, again] = await actors.giveTwice(guest, 'checkin', { code })
  if (replyToJson(first.reply) !== replyToJson(again.reply)) throw new Error('a redelivered check-in was answered in another way')
  return first
}

/** Single-use codes on cards; the last guest tries the card of the first one before their own. */
async function checkInByCards({ actors, tally }: Gathering, host: Person, event: string, guests: readonly Person[]): Promise<void> {
  const issued = await actors.succeed(host, 'event codes', { event, count: String(guests.length) })
  const codes = (issued.reply.file?.content ?? '').trim().split('\r\n').slice(1)
  const last = guests.length - 1
  await forEachAtOnce([...guests.slice(0, last).entries()], IN_FLIGHT, async ([place, guest]) => {
    countCheckIn(tally, await actors.give(guest, 'checkin', { code: codes[place]! }), [])
  })
  countCheckIn(tally, await actors.give(guests[last]!, 'checkin', { code: codes[0]! }), ['checkin.used_code'])
  countCheckIn(tally, await actors.give(guests[last]!, 'checkin', { code: codes[last]! }), [])
}

/** The host's list, with a line that names nobody; the good lines are confirmed by the button under the report. */
async function checkInByList(
  { world, actors, tally }: Gathering,
  host: Person,
  event: string,
  guests: readonly Person[],
  startsAt: Instant,
): Promise<void> {
  world.clock.moveTo(startsAt + HOUR)
  for (let from = 0; from < guests.length; from += ROSTER_LINES) {
    const lines = guests.slice(from, from + ROSTER_LINES).map(({ account }) => `@${account.handle ?? account.userId}`)
    const report = await actors.succeed(host, 'event roster', { event, list: ['member', ...lines, '@nobody-of-this-name'].join('\n') })
    const confirmed = await actors.pressFirst(host, report)
    const countOf = (key: string): number => Number(confirmed.reply.lines.find((line) => line.key === key)?.values['count'] ?? 0)
    if (countOf('attendance.rosterDone') !== lines.length) throw new Error(`${event}: not every line of the list was checked in`)
    tally.checkIns += lines.length
    tally.unfunded += countOf('attendance.rosterUnfunded')
  }
}
