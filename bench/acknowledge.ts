import { withChats, type Run } from './chat-bench.ts'
import type { LoadedPlatform } from './chat-scene.ts'
import { below, percentile, whole, type Figure } from './measure.ts'

const RATE = 150
const SECONDS = 25
const BOUND_MS = 200
/** Telegram takes 30 messages a second from a bot: a rate at which its answers do not have to wait for one another. */
const UNLIMITED_RATE = 15
const TELEGRAM_LIMIT = 30

/**
 * The two bots over the whole product under the commands of 1,000 members: how long until the platform has the bot's word that a command is taken, and how
 * long until it has the answer. Platforms and people are another process, as in the world.
 */
export function measureAcknowledge(): Promise<readonly Figure[]> {
  return withChats(async (bench) => {
    const run = async (platform: LoadedPlatform, perSecond: number, seconds: number): Promise<Run> =>
      (await bench.run([{ platform, mix: 'commands', perSecond, seconds }]))[0]!
    // The first of each fills caches and compiles what is hot, in the bots and in the stand-ins of the platforms, which share a process; it is not shown.
    await run('discord', RATE / 2, 6)
    await run('telegram', UNLIMITED_RATE, 6)
    const onDiscord = await run('discord', RATE, SECONDS)
    const calm = await run('telegram', UNLIMITED_RATE, SECONDS)
    const onTelegram = await run('telegram', RATE, SECONDS)
    return [...waitFigures(onDiscord, calm, onTelegram), ...(await bench.losses())]
  })
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
