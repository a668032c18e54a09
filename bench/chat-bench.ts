import assert from 'node:assert'
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
import { countsOf, memberAt, MEMBERS, type Counts, type FromPlatforms, type Load, type ToPlatforms, type Waits } from './chat-scene.ts'
import { buildScene, type Scene } from './check-in-scene.ts'
import { forkBeside } from './forked.ts'
import { loadNow, whole, type Figure } from './measure.ts'

/** As many as the product opens. */
const CONNECTIONS = 10
/** The refusal that a question begins with. */
const ASKED = 'checkin.not_a_code'

export type Asked = Pick<Load, 'platform' | 'mix' | 'perSecond'> & { readonly seconds: number }

export interface Run extends Asked {
  readonly counts: Counts
  readonly waits: Waits
  /** Of the machine, when the run was over. */
  readonly load: string
  /** Share of one core that the process of the bots needed, of the product and its bots without database and platforms. */
  readonly core: number
}

export interface ChatBench {
  /** Loads beside one another; `during` runs with them. */
  run(asked: readonly Asked[], during?: () => Promise<unknown>): Promise<readonly Run[]>
  /** What was lost in all the runs so far. */
  losses(): Promise<readonly Figure[]>
}

/** Both bots over the whole product among 1,000 members of each platform. Platforms and people are another process, as in the world. */
export async function withChats<Result>(measure: (bench: ChatBench) => Promise<Result>): Promise<Result> {
  const server = await startBenchDatabase()
  const pool = createPool(server.url, 2)
  const database = openDatabase(server.url, { connections: CONNECTIONS })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own other half speaks
  const platforms = forkBeside<FromPlatforms, ToPlatforms>('platforms.ts', (message) => message as FromPlatforms)
  const troubles: string[] = []
  try {
    const ready = await platforms.heard()
    assert('discord' in ready)
    const scene = await buildScene(pool, 1)
    const app = await composeApp(database, scene, troubles)
    await meetMembers(app)
    const discord = await startDiscordBot({ app, ...ready.discord })
    const telegram = await startTelegramBot({ app, ...ready.telegram, records: composeTelegram(database, undefined, Date.now).records })
    const runs: Run[] = []
    const result = await measure({
      async run(asked, during) {
        const loads = await Promise.all(asked.map((each) => loadOf(scene, each)))
        const before = process.cpuUsage()
        const answer = platforms.heard()
        platforms.tell({ loads })
        await during?.()
        const done = await answer
        assert('waits' in done)
        const { user, system } = process.cpuUsage(before)
        const now = asked.map((each, index): Run => {
          const waits = done.waits[index]!
          troubles.push(...waits.violations)
          return { ...each, counts: countsOf(loads[index]!), waits, load: loadNow(), core: (user + system) / 1e6 / waits.seconds }
        })
        runs.push(...now)
        return now
      },
      losses: () => lossFigures(pool, runs, troubles),
    })
    await Promise.all([discord.stop(), telegram.stop()])
    return result
  } finally {
    platforms.tell({ end: true })
    await platforms.ended
    await database.close()
    await pool.end()
    await server.stop()
  }
}

async function loadOf(scene: Scene, { platform, mix, perSecond, seconds }: Asked): Promise<Load> {
  const deeds = Math.round(perSecond * seconds)
  const events = []
  while (events.length * MEMBERS < deeds) {
    const { number, codeSecret } = await scene.openEvent()
    events.push({ number, codeSecret })
  }
  return { platform, mix, perSecond, deeds, events }
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

/** An acknowledgement without its answer and its effect would be worth nothing. */
async function lossFigures(pool: pg.Pool, runs: readonly Run[], heard: readonly string[]): Promise<readonly Figure[]> {
  const none = (name: string, count: number, of: number): Figure => ({
    name,
    bound: '0',
    measured: `${count} of ${whole(of)}`,
    isMet: count === 0,
  })
  const sum = (count: (run: Run) => number): number => runs.reduce((all, run) => all + count(run), 0)
  const given = sum(({ counts }) => counts.interactions)
  const checkIns = sum(({ counts }) => counts.checkIns)
  const questions = sum(({ counts }) => counts.questions)
  const asked = heard.filter((trouble) => trouble === ASKED).length
  const troubles = heard.filter((trouble) => trouble !== ASKED)
  for (const trouble of troubles.slice(0, 5)) console.error(trouble.slice(0, 500))
  const { rows } = await pool.query<{ attended: bigint }>('SELECT count(*) AS attended FROM attendance')
  return [
    none(
      'interactions without acknowledgement or answer',
      given - sum(({ waits }) => waits.acknowledged.length) + sum(({ waits }) => waits.acknowledged.length - waits.answered.length),
      given,
    ),
    ...(questions === 0 ? [] : [none('questions that were not asked', questions - asked, questions)]),
    none('check-ins without attendance', checkIns - Number(rows[0]!.attended), checkIns),
    none('warnings, refusals and breaches of platform rules', troubles.length, given),
  ]
}
