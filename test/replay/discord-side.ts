import type { APIInteraction } from 'discord-api-types/v10'
import type { Bot, ChatApp } from '../../core/shared/chat-app.ts'
import { startDiscordBot } from '../../bots/discord/start-discord-bot.ts'
import { buttonsOf, type Conversation } from '../support/discord/conversation.ts'
import { startDiscordFake } from '../support/discord/discord-fake.ts'
import { pathTo } from '../support/discord/path-to.ts'
import type { Act, Person } from './script.ts'
import { halfOf, type Side, type Trouble } from './side.ts'
import type { Delivery } from './storm.ts'

const GUILD = '200000000000000001'
const CHANNEL = '210000000000000001'
const LIMIT_MS = 60_000
/** Bot and stand-in share a process here: more at once, and on a busy machine the bot takes its own requests for lost. */
const AT_ONCE = 30

interface Options {
  readonly app: ChatApp
  readonly people: readonly Person[]
  /** The platform's clock, in milliseconds since 1970: on a busy machine nobody is too late for its three seconds. */
  readonly now: () => number
  readonly tokenOf: (event: number) => Promise<string>
}

/** What became of one act. */
interface Talk {
  readonly act: Act
  readonly interaction: APIInteraction
  conversation?: Conversation
}

/**
 * Discord keeps the order of what it sends, so people act in the order of the storm. What it may do: send an interaction again, let it wait for a line that is cut
 * and replay it at RESUME, and forget the session. An interaction that meets a bot that stops is lost to it: the person sees that nothing answers and acts again.
 */
export async function startDiscordSide({ app, people, now, tokenOf }: Options): Promise<Side> {
  const fake = await startDiscordFake({ timeoutMs: LIMIT_MS, now })
  fake.addGuild({ id: GUILD, name: 'Community' })
  fake.addChannel({ id: CHANNEL, name: 'general' })
  for (const { userId, name } of people) fake.addMember({ userId, name, locale: 'en-US' })
  const start = (): Promise<Bot> => startDiscordBot({ app, token: fake.token, apiUrl: fake.apiUrl })
  let bot = await start()
  /** The last try of each act. */
  const talks = new Map<number, Talk>()
  /** What each person was shown last by an act of the wave before: a question, a form. */
  const latest = new Map<string, Conversation>()
  let running: Promise<unknown>[] = []
  const unanswered: string[] = []

  async function perform({ person, deed }: Act): Promise<Conversation> {
    const { userId: user } = person
    if (deed.kind === 'line') return fake.slash({ user, channel: CHANNEL, path: pathTo(fake, deed.command), options: deed.input })
    if (deed.kind === 'press') {
      const token = tokens.get(deed.event)
      const made = [...talks.values()]
        .flatMap(({ conversation }) => conversation?.buttons ?? [])
        .find(({ customId }) => customId === `b1:${token}`)
      if (made === undefined) throw new Error(`nobody was shown the button ${token}`)
      return fake.click({ user, message: { id: made.messageId }, customId: made.customId })
    }
    const before = latest.get(user)
    if (before === undefined) throw new Error(`user ${user} was asked nothing`)
    if (deed.kind === 'value') {
      const { modal } = before
      if (modal === undefined) throw new Error(`user ${user} has no form`)
      return fake.submitModal({ user, modal, fields: { value: deed.value } })
    }
    const question = before.messages.flatMap(buttonsOf).find(({ customId }) => customId.startsWith('a1:'))
    if (question === undefined) throw new Error(`user ${user} was asked nothing: ${before.text}`)
    return fake.click({ user, message: { id: question.messageId }, customId: question.customId })
  }

  const tokens = new Map<number, string>()
  function send(act: Act): void {
    const answered = perform(act)
    const interaction = fake.lastInteraction
    if (interaction === undefined) throw new Error('nothing was sent')
    const talk: Talk = { act, interaction }
    talks.set(act.id, talk)
    running.push(follow(talk, answered))
  }

  async function follow(talk: Talk, answered: Promise<Conversation>): Promise<void> {
    const { act } = talk
    try {
      talk.conversation = await answered
      latest.set(act.person.userId, talk.conversation)
    } catch (error) {
      // A try that was lost ends when its time is over; the person has long acted again.
      if (talks.get(act.id) === talk) unanswered.push(String(error))
    }
  }

  async function restart(): Promise<void> {
    await bot.stop()
    bot = await start()
    // The process that stopped has answered everything that it had begun.
    running = []
    for (const talk of talks.values()) if (talk.conversation === undefined && !fake.isAnswered(talk.interaction)) send(talk.act)
  }

  async function playCrowd(deliveries: readonly Delivery[], trouble: Trouble | undefined): Promise<void> {
    const restore = trouble === 'line' ? fake.cutLines() : undefined
    for (const [index, { act, isAgain }] of deliveries.entries()) {
      const known = talks.get(act.id)
      if (isAgain && known !== undefined) fake.redeliver(known.interaction)
      else send(act)
      if (index === halfOf(deliveries) && trouble === 'restart') await restart()
    }
    restore?.()
    await Promise.all(running)
    running = []
    // Second deliveries too.
    await fake.heard()
  }

  return {
    async make(acts) {
      for (const { deed } of acts) if (deed.kind === 'press') tokens.set(deed.event, await tokenOf(deed.event))
    },
    async play(deliveries, trouble) {
      for (let from = 0; from < deliveries.length; from += AT_ONCE) {
        const crowd = deliveries.slice(from, from + AT_ONCE)
        const isMiddle = halfOf(deliveries) >= from && halfOf(deliveries) < from + AT_ONCE
        await playCrowd(crowd, isMiddle ? trouble : undefined)
      }
    },
    async awake() {
      const { identifies } = fake
      fake.forgetSession()
      fake.dropGateway()
      await fake.until('a new session', () => fake.identifies > identifies && fake.connected)
    },
    shown() {
      return Promise.resolve(
        [...talks.values()].map(({ act, conversation }) => `discord act ${act.id}: ${countOf(act, conversation)} of 1`),
      )
    },
    troubles: () => [...unanswered, ...fake.violations.map((violation) => JSON.stringify(violation))],
    async close() {
      await bot.stop()
      await fake.close()
    },
  }
}

/** New messages and forms; the message of a pressed button stays as it is. */
function countOf({ deed }: Act, conversation: Conversation | undefined): number {
  if (conversation === undefined) return 0
  if (deed.kind === 'open') return conversation.modal === undefined ? 0 : 1
  return conversation.messages.length - (deed.kind === 'press' ? 1 : 0)
}
