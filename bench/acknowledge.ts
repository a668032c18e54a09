import assert from 'node:assert'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type pg from 'pg'
import { openDatabase, type Database } from '../adapters/postgres/database.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import { startDiscordBot } from '../bots/discord/start-discord-bot.ts'
import { startTelegramBot } from '../bots/telegram/start-telegram-bot.ts'
import type { ChatApp } from '../core/shared/chat-app.ts'
import type { Answer } from '../core/shared/dispatch.ts'
import { composeTelegram } from '../main/telegram.ts'
import { startBenchDatabase } from './bench-database.ts'
import { composeProduct } from './bench-product.ts'
import { checkInsAmong, memberAt, MEMBERS, type FromPlatforms, type Load, type ToPlatforms, type Waits } from './chat-scene.ts'
import { buildScene, type Scene } from './check-in-scene.ts'
import { below, loadNow, percentile, whole, type Figure } from './measure.ts'

/** As many as the product opens. */
const CONNECTIONS = 10
const RATE = 150
const SECONDS = 25
const BOUND_MS = 200
/** Telegram takes 30 messages a second from a bot: a rate at which its answers do not have to wait for one another. */
const UNLIMITED_RATE = 15
const TELEGRAM_LIMIT = 30

type Asked = Omit<Load, 'events'>
interface Run extends Asked {
  readonly waits: Waits
  /** Of the machine, when the run was over. */
  readonly load: string
  /** Share of one core that the process of the bots needed, of the product and its bots without database and platforms. */
  readonly core: number
}

/**
 * The two bots over the whole product under the commands of 1,000 members: how long until the platform has the bot's word that a command is taken, and how
 * long until it has the answer. Platforms and people are another process, as in the world.
 */
export async function measureAcknowledge(): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  const pool = createPool(server.url, 2)
  const database = openDatabase(server.url, { connections: CONNECTIONS })
  const platforms = await startPlatforms()
  const troubles: string[] = []
  try {
    const scene = await buildScene(pool, 1)
    const app = await composeApp(database, scene, troubles)
    await meetMembers(app)
    const discord = await startDiscordBot({ app, ...platforms.discord })
    const telegram = await startTelegramBot({ app, ...platforms.telegram, records: composeTelegram(database, undefined, Date.now).records })
    const runs: Run[] = []
    const run = async (asked: Asked): Promise<Run> => {
      const done = await runLoad(platforms.process, scene, asked)
      troubles.push(...done.waits.violations)
      runs.push(done)
      return done
    }
    // The first of each fills caches and compiles what is hot, in the bots and in the stand-ins of the platforms, which share a process; it is not shown.
    await run({ platform: 'discord', perSecond: RATE / 2, seconds: 6 })
    await run({ platform: 'telegram', perSecond: UNLIMITED_RATE, seconds: 6 })
    const onDiscord = await run({ platform: 'discord', perSecond: RATE, seconds: SECONDS })
    const calm = await run({ platform: 'telegram', perSecond: UNLIMITED_RATE, seconds: SECONDS })
    const onTelegram = await run({ platform: 'telegram', perSecond: RATE, seconds: SECONDS })
    await Promise.all([discord.stop(), telegram.stop()])
    for (const trouble of troubles.slice(0, 5)) console.error(trouble.slice(0, 500))
    return [...waitFigures(onDiscord, calm, onTelegram), ...(await lossFigures(pool, runs, troubles.length))]
  } finally {
    platforms.process.send({ end: true } satisfies ToPlatforms)
    await once(platforms.process, 'exit')
    await database.close()
    await pool.end()
    await server.stop()
  }
}

async function startPlatforms() {
  const child = fork(join(import.meta.dirname, 'platforms.ts'), { serialization: 'advanced' })
  const ready = await heard(child)
  assert('discord' in ready)
  return { process: child, discord: ready.discord, telegram: ready.telegram }
}

/** What the platforms say next. @throws when their process ends instead */
async function heard(child: ChildProcess): Promise<FromPlatforms> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code]) => assert.fail(`the platforms ended with ${code}`)),
    ])
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own other half speaks
    return message as FromPlatforms
  } finally {
    ended.abort()
  }
}

/** The product that the bots stand on. Everything that it reports or refuses is a trouble: nobody here does anything wrong. */
async function composeApp(database: Database, scene: Scene, troubles: string[]): Promise<ChatApp> {
  const tell = (fields: object, message: string): void => void troubles.push(`${message} ${JSON.stringify(fields)}`)
  const chat = await composeProduct(database, scene, {
    log: { info() {}, warn: tell, error: tell },
    reportBug(error) {
      troubles.push(String(error))
      return 'bug'
    },
  })
  const watched = (answer: Answer): Answer => {
    if (answer.reply.tone === 'refused' || answer.reply.tone === 'fault') troubles.push(answer.reply.code ?? answer.reply.tone)
    return answer
  }
  return {
    ...chat,
    dispatch: Object.assign(async (request: Parameters<typeof chat.dispatch>[0]) => watched(await chat.dispatch(request)), {
      press: (press: Parameters<typeof chat.dispatch.press>[0]) => chat.dispatch.press(press),
    }),
  }
}

/** Everybody has given a command before. */
async function meetMembers(app: ChatApp): Promise<void> {
  for (const platform of ['discord', 'telegram'] as const) {
    const members = Array.from({ length: MEMBERS }, (_, index) => memberAt(platform, index))
    await Promise.all(
      members.map((account) =>
        app.dispatch({
          account,
          place: { kind: 'private', chatId: account.userId },
          command: 'help',
          input: {},
          key: `${platform}:first:${account.userId}`,
        }),
      ),
    )
  }
}

async function runLoad(child: ChildProcess, scene: Scene, asked: Asked): Promise<Run> {
  const events = []
  for (let opened = 0; opened * MEMBERS < asked.perSecond * asked.seconds; opened += 1) {
    const { number, codeSecret } = await scene.openEvent()
    events.push({ number, codeSecret })
  }
  const before = process.cpuUsage()
  const answer = heard(child)
  child.send({ load: { ...asked, events } } satisfies ToPlatforms)
  const done = await answer
  assert('waits' in done)
  const { user, system } = process.cpuUsage(before)
  return { ...asked, waits: done.waits, load: loadNow(), core: (user + system) / 1e6 / done.waits.seconds }
}

function waitFigures(discord: Run, calm: Run, telegram: Run): readonly Figure[] {
  const p99 = (name: string, run: Run, which: 'acknowledged' | 'answered'): Figure => {
    const sorted = run.waits[which]
    const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)]
    return below(
      `${name}, ${run.perSecond}/s: p99`,
      'ms',
      BOUND_MS,
      percentile(sorted, 0.99),
      `p50 ${whole(p50)}, p95 ${whole(p95)}, max ${whole(sorted.at(-1) ?? Number.NaN)}, ${Math.round(run.core * 100)} % of a core, load ${run.load}`,
    )
  }
  const pace = telegram.waits.answersPerSecond
  const last = whole((telegram.waits.answered.at(-1) ?? Number.NaN) / 1_000)
  return [
    p99('Discord: command acknowledged (deferral accepted)', discord, 'acknowledged'),
    p99('Discord: command answered', discord, 'answered'),
    p99('Telegram: command answered (message accepted)', calm, 'answered'),
    p99('Telegram: command run and confirmed, answer shown or queued', telegram, 'acknowledged'),
    {
      name: `Telegram: answers a second while ${telegram.perSecond}/s are asked for`,
      bound: `>= 24, <= ${TELEGRAM_LIMIT}`,
      measured: `${pace.toFixed(1)} (Telegram takes ${TELEGRAM_LIMIT}; the slowest answer came after ${last} s)`,
      isMet: pace >= 24 && pace <= TELEGRAM_LIMIT,
    },
  ]
}

/** An acknowledgement without its answer and its effect would be worth nothing. */
async function lossFigures(pool: pg.Pool, runs: readonly Run[], troubles: number): Promise<readonly Figure[]> {
  const none = (name: string, count: number, of: number): Figure => ({
    name,
    bound: '0',
    measured: `${count} of ${whole(of)}`,
    isMet: count === 0,
  })
  const sum = (count: (run: Run) => number): number => runs.reduce((all, run) => all + count(run), 0)
  const given = sum(({ perSecond, seconds }) => perSecond * seconds)
  const checkIns = sum(({ perSecond, seconds }) => checkInsAmong(perSecond * seconds))
  const { rows } = await pool.query<{ attended: bigint }>('SELECT count(*) AS attended FROM attendance')
  return [
    none(
      'commands without acknowledgement or answer',
      sum(({ waits }) => waits.lost),
      given,
    ),
    none('check-ins without attendance', checkIns - Number(rows[0]!.attended), checkIns),
    none('warnings, refusals and breaches of platform rules', troubles, given),
  ]
}
