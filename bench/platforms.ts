// The process beside the bots: both chat platforms and the people in them. Its clock is the one that is read: from the moment for which a command was
// scheduled to the moment at which the platform has the bot's word.
import { setTimeout as sleep } from 'node:timers/promises'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { rotatingCode, showCode } from '../core/attendance/check-in-code.ts'
import { Dice } from '../test/support/dice.ts'
import { startDiscordFake } from '../test/support/discord/discord-fake.ts'
import { assembleFake } from '../test/support/telegram/assemble-fake.ts'
import type { Conversation } from '../test/support/discord/conversation.ts'
import { listen } from '../test/support/telegram/http-api.ts'
import type { SentMessage } from '../test/support/telegram/sent-message.ts'
import { Incoming } from '../test/support/telegram/incoming.ts'
import {
  CHANNEL,
  deedAt,
  GUILD,
  memberAt,
  type Deed,
  MEMBERS,
  type FromPlatforms,
  type Load,
  type ToPlatforms,
  type Waits,
} from './chat-scene.ts'

/** Telegram takes 30 messages a second: the answers to 20 seconds of 150 commands need 100 more. */
const TELEGRAM_LIMIT_MS = 400_000
/** Longer than any load, which is watched from its beginning to its end. */
const DISCORD_LIMIT_MS = 400_000
const SEED = 20_270_101

let presses = 0

interface Times {
  readonly due: number
  acknowledged?: number
  answered?: number
  /** Called with the answer. */
  readonly goOn?: (answer: SentMessage) => void
}

const telegram = assembleFake({ floodLimits: true })
const incoming = new Incoming(telegram.state)
const telegramApi = await listen(telegram.state, telegram.calls)
const discord = await startDiscordFake({ now: Date.now, timeoutMs: DISCORD_LIMIT_MS })
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
  if ('loads' in message) {
    const waits = await Promise.all(message.loads.map((load) => (load.platform === 'discord' ? loadDiscord(load) : loadTelegram(load))))
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
  /** One interaction; a first one is late when it could not begin at the moment for which it was scheduled. */
  async function timed(work: () => Promise<Conversation>, due = performance.now()): Promise<Conversation> {
    const own: Times = { due }
    times.push(own)
    const talk = await work()
    own.answered = performance.now()
    const acknowledged = acknowledgedAt.get(talk.interaction.id)
    if (acknowledged !== undefined) own.acknowledged = acknowledged
    return talk
  }
  async function perform(index: number, due: number): Promise<void> {
    const { userId: user } = memberAt('discord', index)
    const deed = deedAt(load.mix, index)
    const slash = (path: string[], options = {}) =>
      timed(() => discord.slash({ user, channel: CHANNEL, path: ['pos', ...path], options }), due)
    if (deed === 'suggest') {
      const own: Times = { due }
      times.push(own)
      await discord.autocomplete({ user, channel: CHANNEL, path: ['pos', 'event', 'show'], focused: 'event', options: { event: 'EVT' } })
      // The choices are the first answer.
      own.acknowledged = own.answered = performance.now()
    } else if (deed === 'press') {
      const { buttons } = await slash(['start'])
      const { messageId: id, customId } = buttons.find((button) => button.customId !== '')!
      await timed(() => discord.click({ user, message: { id }, customId }))
    } else if (deed === 'question') {
      const [{ messageId: id, customId } = { messageId: '', customId: '' }] = (await slash(['checkin'], { code: 'hello' })).buttons
      const { modal } = await timed(() => discord.click({ user, message: { id }, customId }))
      await timed(() => discord.submitModal({ user, modal: modal!, fields: { value: codeFor(load, index) } }))
    } else if (deed === 'checkin') await slash(['checkin'], { code: codeFor(load, index) })
    else if (deed === 'event show') await slash(['event', 'show'], { event: `EVT-${eventFor(load, index).number}` })
    else await slash([deed])
  }
  await arrive(load, (index, due) => void talks.push(perform(index, due).catch((error: unknown) => void troubles.push(String(error)))))
  await Promise.all(talks)
  isOver = true
  return waitsOf(times, [...troubles, ...discord.violations.splice(0).map((violation) => JSON.stringify(violation))])
}

async function loadTelegram(load: Load): Promise<Waits> {
  const { journal, world, violations, requests, callbackQueries } = telegram.state
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
        } else if ((entry.kind === 'sent' || entry.kind === 'edited') && entry.message.fromBot) {
          const own = asked.get(entry.message.chatId)?.shift()
          if (own === undefined) continue
          own.answered = now
          open -= 1
          own.goOn?.(entry.message)
        }
      }
      mark = journal.mark
      return isOver && open === 0 && times.every(({ acknowledged }) => acknowledged !== undefined) ? true : undefined
    },
    'every answer',
    TELEGRAM_LIMIT_MS,
  )
  watching.catch(() => undefined)
  /** Notes that `user` waits for one more answer. */
  function expect(user: number, due: number, goOn?: (answer: SentMessage) => void): Times {
    const own: Times = { due, ...(goOn === undefined ? {} : { goOn }) }
    times.push(own)
    open += 1
    asked.set(user, [...(asked.get(user) ?? []), own])
    return own
  }
  function write(user: number, text: string, due: number, goOn?: (answer: SentMessage) => void): void {
    const own = expect(user, due, goOn)
    const { updateId } = incoming.write(world.record(user), 'message', { text, from: world.user(user) })
    if (updateId !== undefined) byUpdate.set(updateId, own)
  }
  function press(user: number, message: SentMessage): void {
    const data = message.buttons.find((button) => button.data !== undefined)?.data ?? ''
    const id = String((presses += 1))
    callbackQueries.set(id, { id, createdAt: telegram.state.now(), answered: false, expired: false })
    const own = expect(user, performance.now())
    byUpdate.set(incoming.push('callback_query', { id, from: world.user(user), message: message.raw, chat_instance: id, data }), own)
  }
  await arrive(load, (index, due) => {
    const user = Number(memberAt('telegram', index).userId)
    const deed = deedAt(load.mix, index)
    // What follows an answer comes when the bot has heard that it arrived.
    const soon = (work: () => void): void => void setImmediate(work)
    if (deed === 'press') write(user, '/start', due, (answer) => soon(() => press(user, answer)))
    else if (deed === 'question') write(user, '/checkin hello', due, () => soon(() => write(user, codeFor(load, index), performance.now())))
    else write(user, lineOf(load, index, deed), due)
  })
  isOver = true
  await watching.catch(() => undefined)
  const refused = requests.slice(before).filter(({ code }) => code !== 200)
  const troubles = refused.map(({ method, code, description }) => `${method} ${code} ${description ?? ''}`)
  return waitsOf(times, [...troubles, ...violations.splice(0).map((violation) => JSON.stringify(violation))])
}

function lineOf(load: Load, index: number, deed: Deed): string {
  if (deed === 'checkin') return `/checkin ${codeFor(load, index)}`
  if (deed === 'event show') return `/event_show EVT-${eventFor(load, index).number}`
  return deed === 'suggest' ? '/help' : `/${deed}`
}

const eventFor = ({ events }: Load, index: number) => events[Math.floor(index / MEMBERS)]!

function codeFor(load: Load, index: number): string {
  const { number, codeSecret } = eventFor(load, index)
  return showCode(number, rotatingCode(hmacSha256, codeSecret, Date.now()))
}

/** Open loop: independent people (exponential gaps, the same ones in every run), none of whom waits for another's answer. */
async function arrive({ perSecond, deeds }: Load, ask: (index: number, due: number) => void): Promise<void> {
  const dice = new Dice(SEED, 'arrivals')
  const start = performance.now()
  let due = start
  for (let index = 0; index < deeds; index += 1) {
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
