import { inspect } from 'node:util'
import { DAY, MINUTE } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { startDiscordSide } from './discord-side.ts'
import { differencesOf, readEndState, type EndState } from './end-state.ts'
import { peopleOf, ROUNDS, titleOf, wavesOf, type Act, type Known, type ReplaySize } from './script.ts'
import type { Side, Trouble } from './side.ts'
import { fairWeather, storm, type StormFigures, type Weather } from './storm.ts'
import { startTelegramSide } from './telegram-side.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const QUIET = 8 * DAY
/** By round and name of the wave. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  '0 check-ins': 'restart',
  '0 questions': 'line',
  '1 codes': 'line',
  '1 check-ins': 'line',
  '1 values': 'restart',
}

export interface ReplayOptions extends ReplaySize {
  readonly seed: number
  /** An empty, migrated database each time. */
  readonly database: () => Promise<string>
}

export interface ReplayReport {
  readonly figures: Readonly<Record<'discord' | 'telegram', StormFigures>>
  /** Of every kind, how much the storm left behind. */
  readonly effects: Readonly<Record<string, number>>
  readonly restarts: number
  readonly cuts: number
  /** Between the end state of the clean stream and that of the storm; what was reported as a bug and what broke a platform's rules is among them. */
  readonly differences: readonly string[]
}

/** The same acts twice through both real bots over their stand-ins and PostgreSQL: once as people meant them, once as platforms deliver them at their worst. */
export async function runReplay(options: ReplayOptions): Promise<ReplayReport> {
  const clean = await play(options, { discord: fairWeather(), telegram: fairWeather() }, {})
  const weather = { discord: storm(options.seed), telegram: storm(options.seed + 1) }
  const stormy = await play(options, weather, TROUBLES)
  const troubles = Object.values(TROUBLES)
  return {
    figures: { discord: weather.discord.figures, telegram: weather.telegram.figures },
    effects: Object.fromEntries(Object.entries(stormy.state).map(([kind, lines]) => [kind, lines.length])),
    restarts: troubles.filter((trouble) => trouble === 'restart').length,
    cuts: troubles.filter((trouble) => trouble === 'line').length,
    differences: [
      ...clean.troubles.map((trouble) => `clean stream: ${trouble}`),
      ...stormy.troubles,
      ...differencesOf(clean.state, stormy.state),
    ],
  }
}

interface Played {
  readonly state: EndState
  readonly troubles: readonly string[]
}

async function play(
  { seed, database, ...size }: ReplayOptions,
  weather: Readonly<Record<'discord' | 'telegram', Weather>>,
  troubles: Readonly<Record<string, Trouble>>,
): Promise<Played> {
  const community = await startCommunity(GENESIS, await database())
  community.clock.now = GENESIS + DAY
  const bugs: string[] = []
  const report = (error: unknown): string => {
    bugs.push(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return 'bug'
  }
  const log = {
    info() {},
    warn() {},
    error: (fields: object, message: string) => void bugs.push(`error: ${message} ${inspect(fields)}`),
  }
  const app = { ...community.chat, report, log }
  const people = peopleOf(size)
  const tokenOf = (event: number) => buttonOf(community, event)
  const now = () => community.clock.now
  const sides = {
    discord: await startDiscordSide({ app, people: people.filter(({ platform }) => platform === 'discord'), now, tokenOf }),
    telegram: await startTelegramSide({
      app,
      database: community.database,
      people: people.filter(({ platform }) => platform === 'telegram'),
      seed,
      now,
      tokenOf,
    }),
  }
  const each = (work: (side: Side, platform: 'discord' | 'telegram') => Promise<unknown>): Promise<unknown> =>
    Promise.all([work(sides.discord, 'discord'), work(sides.telegram, 'telegram')])
  const wave = (acts: readonly Act[], trouble: Trouble | undefined, isLast: boolean) =>
    each(async (side, platform) => {
      const own = acts.filter(({ person }) => person.platform === platform)
      await side.make(own)
      await side.play(weather[platform].deliver(own, isLast), trouble)
    })
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const known = knowledge(community, round)
      for (const { name, acts } of wavesOf(seed, size, round, known)) {
        await wave(acts, troubles[`${round} ${name}`], false)
        if (name === 'first words')
          await makeHosts(
            community,
            people.filter(({ seat }) => seat === 0),
          )
        await known.learn()
        community.clock.now += MINUTE
      }
      // Nothing stays away over the quiet week: the platforms keep it for a day.
      await wave([], undefined, true)
      if (round + 1 === ROUNDS) break
      community.clock.now += QUIET
      await each((side) => side.awake())
    }
    const shown = [...(await sides.discord.shown()), ...(await sides.telegram.shown())]
    const state = { ...(await readEndState(community.database)), answers: shown }
    const broken = [...sides.discord.troubles(), ...sides.telegram.troubles()]
    return { state, troubles: [...bugs, ...broken.map((line) => `breach: ${line}`), ...untold(shown)] }
  } catch (error) {
    // What went before is why it could not go on.
    throw new Error([...bugs, ...sides.discord.troubles(), ...sides.telegram.troubles()].slice(0, 20).join('\n'), { cause: error })
  } finally {
    await each((side) => side.close())
    await community.close()
  }
}

/** Each act is answered, and once. */
const untold = (shown: readonly string[]): string[] =>
  shown.filter((line) => {
    const [, count, of] = /(\d+) of (\d+)$/.exec(line) ?? []
    return count !== of
  })

async function makeHosts({ database: { prisma } }: Community, hosts: readonly { platform: string; userId: string }[]): Promise<void> {
  for (const { platform, userId } of hosts) {
    const { memberId } = await prisma.chatAccount.findUniqueOrThrow({ where: { platform_userId: { platform, userId } } })
    await prisma.roleGrant.create({ data: { memberId, role: 'host', grantedAt: new Date(GENESIS) } })
  }
}

async function buttonOf({ database: { prisma } }: Community, event: number): Promise<string> {
  const input = { path: ['event'], equals: `EVT-${event}` }
  return (await prisma.button.findFirstOrThrow({ where: { command: 'event codes', input } })).token
}

/** What people read from their screens: the number of their event, and the codes that their host hands out. */
function knowledge({ database: { prisma } }: Community, round: number): Known & { learn(): Promise<void> } {
  const numbers = new Map<string, number>()
  const codes = new Map<number, readonly string[]>()
  const of = <Value>(map: ReadonlyMap<unknown, Value>, key: unknown): Value => {
    const value = map.get(key)
    if (value === undefined) throw new Error(`nobody knows ${String(key)}`)
    return value
  }
  const eventOf = (crowd: number): number => of(numbers, titleOf(crowd, round))
  return {
    eventOf,
    codesOf: (crowd) => of(codes, eventOf(crowd)),
    async learn() {
      for (const { title, number } of await prisma.event.findMany()) numbers.set(title, number)
      for (const { input, reply } of await prisma.auditLine.findMany({ where: { command: 'event codes' } })) {
        const number = Number(/EVT-(\d+)/.exec(input)?.[1])
        const list = /code\\r\\n(.*?)\\r\\n"/.exec(reply)?.[1]?.split('\\r\\n')
        if (list !== undefined) codes.set(number, list)
      }
    },
  }
}
