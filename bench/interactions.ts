import { setTimeout as sleep } from 'node:timers/promises'
import { withChats, type Run } from './chat-bench.ts'
import { below, percentile, whole, type Figure } from './measure.ts'
import { heapInUse } from './memory.ts'

const PER_SECOND = 150
const SECONDS = 300
const BOUND_MS = 300
/** Of ten deeds a press is two interactions, and a question three on Discord and two on Telegram (chat-scene.ts). */
const DISCORD_SHARE = 13 / 10
const TELEGRAM_SHARE = 12 / 10
/** Telegram takes 30 messages a second from a bot: its part of the load is what its answers need not wait for. */
const ON_TELEGRAM = 15
const FIFTHS = 5
/** From the second fifth, when every cache is full, to the last. */
const MOST_GROWTH = 1.2

interface Memory {
  /** Megabytes after a collection. */
  readonly heap: number
  /** Megabytes that the process holds. */
  readonly resident: number
}

/** 150 interactions a second for five minutes over both platforms at once: commands, buttons, questions with their forms, and completions. */
export function measureInteractions(seconds = SECONDS): Promise<readonly Figure[]> {
  return withChats(async (bench) => {
    const loads = (length: number) => [
      { platform: 'discord', mix: 'everything', perSecond: (PER_SECOND - ON_TELEGRAM) / DISCORD_SHARE, seconds: length } as const,
      { platform: 'telegram', mix: 'everything', perSecond: ON_TELEGRAM / TELEGRAM_SHARE, seconds: length } as const,
    ]
    // The first fills caches and compiles what is hot; it is not shown.
    await bench.run(loads(10))
    const memory: Memory[] = []
    const [onDiscord, onTelegram] = await bench.run(loads(seconds), async () => {
      for (let fifth = 0; fifth < FIFTHS; fifth += 1) {
        await sleep((seconds * 1_000) / FIFTHS)
        memory.push({ heap: heapInUse(), resident: process.memoryUsage().rss / 2 ** 20 })
      }
    })
    return [...waitFigures(onDiscord!, onTelegram!, seconds), ...memoryFigures(memory), ...(await bench.losses())]
  })
}

function waitFigures(discord: Run, telegram: Run, seconds: number): readonly Figure[] {
  const count = discord.counts.interactions + telegram.counts.interactions
  const p99 = (name: string, { waits, core, load }: Run, which: 'acknowledged' | 'answered'): Figure => {
    const sorted = waits[which]
    const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)]
    return below(
      `${name}: p99`,
      'ms',
      BOUND_MS,
      percentile(sorted, 0.99),
      `p50 ${whole(p50)}, p95 ${whole(p95)}, max ${whole(sorted.at(-1) ?? Number.NaN)}, of ${whole(sorted.length)}; ${Math.round(core * 100)} % of a core, load ${load}`,
    )
  }
  return [
    {
      name: `interactions a second for ${seconds} s`,
      bound: `>= ${PER_SECOND - 1}`,
      measured: `${(count / seconds).toFixed(1)} (Discord ${whole(discord.counts.interactions)}, Telegram ${whole(telegram.counts.interactions)})`,
      isMet: count / seconds >= PER_SECOND - 1,
    },
    p99('Discord: acknowledged (first answer accepted)', discord, 'acknowledged'),
    p99('Telegram: answered (message accepted)', telegram, 'answered'),
  ]
}

function memoryFigures(memory: readonly Memory[]): readonly Figure[] {
  const flat = (name: string, pick: (at: Memory) => number): Figure => {
    const values = memory.map(pick)
    const growth = values.at(-1)! / values[1]!
    return {
      name: `${name} after the last fifth against the second`,
      bound: `<= ${MOST_GROWTH}x`,
      measured: `${growth.toFixed(2)}x (${values.map(whole).join(', ')} MB)`,
      isMet: growth <= MOST_GROWTH,
    }
  }
  return [flat('memory in use', ({ heap }) => heap), flat('memory held', ({ resident }) => resident)]
}
