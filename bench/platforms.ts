// The process beside the bots: both chat platforms and the people in them. Its clock is the one that is read: from the moment for which a command was
// scheduled to the moment at which the platform has the bot's word.
import { setTimeout as sleep } from 'node:timers/promises'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { rotatingCode, showCode } from '../core/attendance/check-in-code.ts'
import { Dice } from '../test/support/dice.ts'
import { startDiscordFake } from '../test/support/discord/discord-fake.ts'
import { assembleFake } from '../test/support/telegram/assemble-fake.ts'
import { listen } from '../test/support/telegram/http-api.ts'
import { Incoming } from '../test/support/telegram/incoming.ts'
import { CHANNEL, commandAt, GUILD, memberAt, MEMBERS, type FromPlatforms, type Load, type ToPlatforms, type Waits } from './chat-scene.ts'

/** Telegram takes 30 messages a second: the answers to 20 seconds of 150 commands need 100 more. */
const TELEGRAM_LIMIT_MS = 240_000
const DISCORD_LIMIT_MS = 60_000
const SEED = 20_270_101

interface Times {
  readonly due: number
  acknowledged?: number
  answered?: number
}

const telegram = assembleFake({ floodLimits: true })
const incoming = new Incoming(telegram.state)
const telegramApi = await listen(telegram.state, telegram.calls)
const discord = await startDiscordFake({ timeoutMs: DISCORD_LIMIT_MS })
discord.addGuild({ id: GUILD, name: 'Community' })
discord.addChannel({ id: CHANNEL, name: 'general' })
for (let index = 0; index < MEMBERS; index += 1) {
  const [onDiscord, onTelegram] = [memberAt('discord', index), memberAt('telegram', index)]
  discord.addMember({ userId: onDiscord.userId, name: onDiscord.name, locale: 'en-US' })
  telegram.state.world.addUser({
    id: Number(onTelegram.userId),
    firstName: onTelegram.name,
    username: onTelegram.handle ?? '',
    languageCode: 'en',
    started: true,
  })
}

process.on('disconnect', () => process.exit())
process.on('message', (message: ToPlatforms) => void obey(message))
tell({
  discord: { apiUrl: discord.apiUrl, token: discord.token },
  telegram: { apiUrl: telegramApi.url, token: telegram.state.token },
})

function tell(message: FromPlatforms): void {
  process.send!(message)
}

async function obey(message: ToPlatforms): Promise<void> {
  if ('load' in message) {
    const waits = await (message.load.platform === 'discord' ? loadDiscord(message.load) : loadTelegram(message.load))
    tell({ waits })
    return
  }
  await discord.close()
  telegram.state.journal.close()
  await telegramApi.close()
  process.disconnect()
}

async function loadDiscord(load: Load): Promise<Waits> {
  const acknowledgedAt = new Map<string, number>()
  let seen = 0
  let isOver = false
  // Looked at after every request.
  const watching = discord.until('the end of the load', () => {
    const now = performance.now()
    for (let index = discord.requests.length - 1; index >= 0; index -= 1) {
      const request = discord.requests[index]!
      if (request.number <= seen) break
      const interaction = /^\/interactions\/(\d+)\/[^/]+\/callback$/.exec(request.path)?.[1]
      if (interaction !== undefined && request.status < 300) acknowledgedAt.set(interaction, now)
    }
    seen = discord.requests.at(-1)?.number ?? 0
    return isOver
  })
  watching.catch(() => undefined)
  const talks: Promise<void>[] = []
  const troubles: string[] = []
  const times: Times[] = []
  async function ask(index: number, own: Times): Promise<void> {
    try {
      const talk = await discord.slash({ user: memberAt('discord', index).userId, channel: CHANNEL, ...slashOf(load, index) })
      own.answered = performance.now()
      const acknowledged = acknowledgedAt.get(talk.interaction.id)
      if (acknowledged !== undefined) own.acknowledged = acknowledged
    } catch (error) {
      troubles.push(String(error))
    }
  }
  await arrive(load, (index, due) => {
    const own: Times = { due }
    times.push(own)
    talks.push(ask(index, own))
  })
  await Promise.all(talks)
  isOver = true
  return waitsOf(times, [...troubles, ...discord.violations.splice(0).map((violation) => JSON.stringify(violation))])
}

function slashOf(load: Load, index: number): { path: string[]; options?: Record<string, string> } {
  const command = commandAt(index)
  const path = ['pos', ...command.split(' ')]
  if (command === 'checkin') return { path, options: { code: codeFor(load, index) } }
  return command === 'event show' ? { path, options: { event: `EVT-${eventFor(load, index).number}` } } : { path }
}

async function loadTelegram(load: Load): Promise<Waits> {
  const { journal, world, violations, requests } = telegram.state
  const times: Times[] = []
  const byUpdate = new Map<number, Times>()
  /** Commands of each member in order: a chat shows its answers in the order of the questions. */
  const asked = new Map<number, Times[]>()
  let open = 0
  let isOver = false
  let mark = journal.mark
  const before = requests.length
  const watching = journal.until(
    () => {
      const now = performance.now()
      for (const entry of journal.since(mark)) {
        if (entry.kind === 'confirmed') {
          const own = byUpdate.get(entry.updateId)
          if (own !== undefined) own.acknowledged = now
        } else if (entry.kind === 'sent' && entry.message.fromBot) {
          const own = asked.get(entry.message.chatId)?.shift()
          if (own === undefined) continue
          own.answered = now
          open -= 1
        }
      }
      mark = journal.mark
      return isOver && open === 0 && times.every(({ acknowledged }) => acknowledged !== undefined) ? true : undefined
    },
    'every answer',
    TELEGRAM_LIMIT_MS,
  )
  watching.catch(() => undefined)
  await arrive(load, (index, due) => {
    const own: Times = { due }
    times.push(own)
    open += 1
    const user = Number(memberAt('telegram', index).userId)
    const waiting = asked.get(user)
    if (waiting === undefined) asked.set(user, [own])
    else waiting.push(own)
    const { updateId } = incoming.write(world.record(user), 'message', { text: lineOf(load, index), from: world.user(user) })
    if (updateId !== undefined) byUpdate.set(updateId, own)
  })
  isOver = true
  await watching.catch(() => undefined)
  const refused = requests.slice(before).filter(({ code }) => code !== 200)
  const troubles = refused.map(({ method, code, description }) => `${method} ${code} ${description ?? ''}`)
  return waitsOf(times, [...troubles, ...violations.splice(0).map((violation) => JSON.stringify(violation))])
}

function lineOf(load: Load, index: number): string {
  const command = commandAt(index)
  const name = `/${command.replace(' ', '_')}`
  if (command === 'checkin') return `${name} ${codeFor(load, index)}`
  return command === 'event show' ? `${name} EVT-${eventFor(load, index).number}` : name
}

const eventFor = ({ events }: Load, index: number) => events[Math.floor(index / MEMBERS)]!

function codeFor(load: Load, index: number): string {
  const { number, codeSecret } = eventFor(load, index)
  return showCode(number, rotatingCode(hmacSha256, codeSecret, Date.now()))
}

/** Open loop: independent people (exponential gaps, the same ones in every run), none of whom waits for another's answer. */
async function arrive({ perSecond, seconds }: Load, ask: (index: number, due: number) => void): Promise<void> {
  const dice = new Dice(SEED, 'arrivals')
  const start = performance.now()
  let due = start
  for (let index = 0; index < perSecond * seconds; index += 1) {
    due += (-Math.log(1 - dice.next()) * 1_000) / perSecond
    // One that is already late goes at once, and its lateness counts.
    const early = due - performance.now()
    if (early > 0) await sleep(early)
    ask(index, due)
  }
}

function waitsOf(times: readonly Times[], violations: readonly string[]): Waits {
  const waits = (pick: (times: Times) => number | undefined): number[] =>
    times
      .flatMap((each) => {
        const at = pick(each)
        return at === undefined ? [] : [at - each.due]
      })
      .toSorted((a, b) => a - b)
  const answers = times.flatMap(({ answered }) => answered ?? [])
  const span = (Math.max(...answers) - Math.min(...answers)) / 1_000
  return {
    acknowledged: waits(({ acknowledged }) => acknowledged),
    answered: waits(({ answered }) => answered),
    lost: times.filter(({ acknowledged, answered }) => acknowledged === undefined || answered === undefined).length,
    seconds: (Math.max(...answers) - (times[0]?.due ?? 0)) / 1_000,
    answersPerSecond: answers.length / span,
    violations,
  }
}
