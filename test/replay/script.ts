// What the people of the replay do, the same in every run of a seed, whatever the platforms make of it.
import { Dice } from '../support/dice.ts'

export type ReplayPlatform = 'discord' | 'telegram'

export interface Person {
  readonly platform: ReplayPlatform
  readonly userId: string
  readonly name: string
  readonly handle: string
  /** Every crowd has an event of its own in each round. */
  readonly crowd: number
  /** In the crowd; the host is 0. */
  readonly seat: number
}

export type Deed =
  /** In the group or server when `isPublic`, else where only the person reads the answer. */
  | { readonly kind: 'line'; readonly command: string; readonly input: Readonly<Record<string, string>>; readonly isPublic?: true }
  /** The button of the event that the host has made. */
  | { readonly kind: 'press'; readonly event: number }
  /** The answer to the question that the person was asked before: on Discord a form is opened first, in a wave of its own. */
  | { readonly kind: 'open' }
  | { readonly kind: 'value'; readonly value: string }

export interface Act {
  readonly id: number
  readonly person: Person
  readonly deed: Deed
  /** Nothing else depends on it: it may come in a later wave. */
  readonly mayWait?: true
}

/** What is known only when earlier waves are over. */
export interface Known {
  eventOf(crowd: number): number
  codesOf(crowd: number): readonly string[]
}

export interface ReplaySize {
  /** Half of them have a host on Discord, half on Telegram; everybody else is mixed. */
  readonly crowds: number
  /** At most 40: a host makes 50 codes. */
  readonly seats: number
}

/** One before and one after the quiet week. */
export const ROUNDS = 2
/** In the home group Telegram takes 20 messages a minute. */
const PUBLIC_CARDS = 6
/** In each crowd: the last never have a right code, the first after the host have their check-in undone. */
const MISTAKEN = 2
const UNDONE = 2

export function peopleOf({ crowds, seats }: ReplaySize): Person[] {
  return Array.from({ length: crowds * seats }, (_, index) => {
    const [crowd, seat] = [Math.floor(index / seats), index % seats]
    const platform = (crowd + seat) % 2 === 0 ? 'discord' : 'telegram'
    const userId = platform === 'discord' ? String(300_000_000_000_000_000n + BigInt(index)) : String(5_000 + index)
    return { platform, userId, name: `Member ${index}`, handle: `member_${index}`, crowd, seat }
  })
}

export const titleOf = (crowd: number, round: number): string => `Crowd ${crowd} of round ${round}`

export interface Wave {
  readonly name: string
  readonly acts: readonly Act[]
}

/**
 * The waves of one round; each is made when the one before is over. Within a wave nobody acts twice, and no act changes what another of the same wave comes to,
 * so that their order may be any: every member has an own code and a place is never short, reward and multiplier are the same for all of a round, an event is
 * named by its title (its number is a matter of order), and what an act needs was done in an earlier wave. What may come in a later wave (`mayWait`) are
 * settings and questions that nothing else reads. So the end state is one, and nothing has to be tolerated when two are compared.
 */
export function* wavesOf(seed: number, size: ReplaySize, round: number, known: Known): Generator<Wave> {
  const dice = new Dice(seed, `script of round ${round}`)
  const people = peopleOf(size)
  let id = round * 1_000_000
  const act = (person: Person, deed: Deed, mayWait = false): Act => ({ id: id++, person, deed, ...(mayWait ? { mayWait: true } : {}) })
  const say = (person: Person, command: string, input: Record<string, string> = {}, mayWait = false): Act =>
    act(person, { kind: 'line', command, input }, mayWait)
  const hosts = people.filter(({ seat }) => seat === 0)
  const attendees = people.filter(({ seat }) => seat > 0 && seat < size.seats - MISTAKEN)
  const mistaken = people.filter(({ seat }) => seat >= size.seats - MISTAKEN)
  const codeOf = ({ crowd, seat }: Person): string => known.codesOf(crowd)[seat]!
  const nameOf = ({ crowd }: Person): string => `EVT-${known.eventOf(crowd)}`
  if (round === 0) {
    yield { name: 'first words', acts: people.map((person) => say(person, dice.chance(0.5) ? 'start' : 'balance')) }
    const setting = (person: Person): Act =>
      dice.chance(0.5)
        ? say(person, 'language', { language: dice.chance(0.5) ? 'zh' : 'en' }, true)
        : say(person, 'timezone', { zone: dice.chance(0.5) ? 'Asia/Shanghai' : 'America/Lima' }, true)
    yield { name: 'settings', acts: people.filter(({ seat }) => seat > 0).map(setting) }
  }
  const create = (host: Person): Act =>
    say(host, 'event create', { title: titleOf(host.crowd, round), start: '+5m', minutes: '600', evidence: 'codes' })
  yield { name: 'events', acts: hosts.map(create) }
  yield { name: 'codes', acts: hosts.map((host) => act(host, { kind: 'press', event: known.eventOf(host.crowd) })) }
  const isAsked = new Set(attendees.filter(() => dice.chance(0.4)))
  const mistake = (person: Person): Act => say(person, 'checkin', { code: `${known.eventOf(person.crowd)}-0000-0000` })
  yield {
    name: 'check-ins',
    acts: dice.shuffle([
      // What is no code at all is asked for again.
      ...attendees.map((person) => say(person, 'checkin', { code: isAsked.has(person) ? 'hello' : codeOf(person) })),
      ...mistaken.map(mistake),
    ]),
  }
  const asked = attendees.filter((person) => isAsked.has(person))
  yield { name: 'forms', acts: asked.filter(({ platform }) => platform === 'discord').map((person) => act(person, { kind: 'open' })) }
  yield { name: 'values', acts: asked.map((person) => act(person, { kind: 'value', value: codeOf(person) })) }
  const look = (person: Person, index: number): Act => {
    if (index % Math.ceil(people.length / PUBLIC_CARDS) === 0)
      return act(person, { kind: 'line', command: 'event show', input: { event: nameOf(person) }, isPublic: true })
    return say(person, dice.pick(['balance', 'history', 'worth', 'leaderboard', 'supply'])!, {}, true)
  }
  yield { name: 'questions', acts: people.map(look) }
  for (let undone = 1; undone <= UNDONE; undone += 1) {
    const undo = (host: Person): Act[] => {
      const { platform } = host
      const member = attendees.filter((person) => person.crowd === host.crowd && person.platform === platform)[undone]
      if (member === undefined) return []
      const named = platform === 'discord' ? member.userId : `@${member.handle}`
      return [say(host, 'event undo', { event: nameOf(host), member: named, reason: 'was not there' })]
    }
    yield { name: 'undone check-ins', acts: hosts.flatMap(undo) }
  }
  yield { name: 'closing', acts: hosts.map((host) => say(host, 'event close', { event: nameOf(host) })) }
}
