import type { Bot, ChatApp } from '../../core/shared/chat-app.ts'
import type { Database } from '../../adapters/postgres/database.ts'
import { Fault } from '../../core/shared/fault.ts'
import { nameOf } from '../../bots/telegram/read-update.ts'
import { startTelegramBot } from '../../bots/telegram/start-telegram-bot.ts'
import { composeTelegram } from '../../main/telegram.ts'
import { createServer } from '../../server/app.ts'
import { Dice } from '../support/dice.ts'
import { createSampleServer } from '../support/sample-server.ts'
import type { ApiUpdate } from '../support/telegram/api-types.ts'
import { assembleFake } from '../support/telegram/assemble-fake.ts'
import { plainMessage } from '../support/telegram/chat-world.ts'
import { deliver } from '../support/telegram/fake-state.ts'
import { entitiesOfPlainText } from '../support/telegram/formatted-text.ts'
import { listen } from '../support/telegram/http-api.ts'
import { viewOf } from '../support/telegram/sent-message.ts'
import type { Act, Person } from './script.ts'
import { halfOf, type Side } from './side.ts'

const GROUP = -1_001_000_000_001
const ORIGIN = 'https://pos.example'
const LIMIT_MS = 60_000
const GAP = 0.1
const FIRST_NUMBER = 700_000_000

interface Options {
  readonly app: ChatApp
  readonly database: Database
  readonly people: readonly Person[]
  readonly seed: number
  /** Milliseconds since 1970: what stands in messages. */
  readonly now: () => number
  readonly tokenOf: (event: number) => Promise<string>
}

/**
 * Telegram delivers by webhook: there a second delivery, a late one and any order are the platform's own ways (by long polling an update that is older than a
 * confirmed one never comes). The door stays open while the bot is restarted, as another process of ours would.
 */
export async function startTelegramSide({ app, database, people, seed, now, tokenOf }: Options): Promise<Side> {
  const { state, calls } = assembleFake({})
  const { world, journal, violations } = state
  for (const { userId, name, handle } of people)
    world.addUser({ id: Number(userId), firstName: name, username: handle, languageCode: 'en', started: true })
  world.addGroup({ id: GROUP, title: 'Community' })
  const api = await listen(state, calls)
  const { records, door, webhookFor } = composeTelegram(database, ORIGIN, Date.now)
  const watchers = new Set<() => void>()
  const notice = (): void => {
    for (const look of watchers) look()
  }
  /** Deliveries that were refused since the door was shut; undefined while it is open. */
  let refused: number | undefined
  const watched: typeof door = door && {
    ...door,
    async take(body) {
      if (refused === undefined) return door.take(body)
      refused += 1
      notice()
      throw new Fault('database', 'away for a moment', { retryable: true })
    },
  }
  const server = await createServer(createSampleServer({ telegram: watched }).app)
  state.webhook.routes.set(ORIGIN, await server.listen({ host: '127.0.0.1', port: 0 }))
  const webhook = await webhookFor(state.token)
  const handled = new Set<string>()
  const inbox: typeof records.inbox = {
    ...records.inbox,
    async settle(update, at) {
      await records.inbox.settle(update, at)
      handled.add(update.key)
      notice()
    },
  }
  const start = (): Promise<Bot> => startTelegramBot({ app, token: state.token, apiUrl: api.url, records: { ...records, inbox }, webhook })
  let bot = await start()
  const dice = new Dice(seed, 'numbers of updates')
  let updateId = FIRST_NUMBER
  let presses = 0
  const made = new Map<number, ApiUpdate>()
  const expected = new Set<string>()
  const answers = new Map<number, number>()

  async function make({ id, person, deed }: Act): Promise<void> {
    updateId += dice.chance(GAP) ? dice.between(2, 9) : 1
    const user = world.user(Number(person.userId))
    const isPublic = deed.kind === 'line' && deed.isPublic === true
    const record = world.record(isPublic ? GROUP : user.id)
    answers.set(record.chat.id, (answers.get(record.chat.id) ?? 0) + 1)
    if (deed.kind === 'press') {
      const token = await tokenOf(deed.event)
      const find = () => [...record.messages.values()].find((stored) => viewOf(stored).buttons.some(({ data }) => data === token))
      // Answers wait for their turn, and nobody presses what is not there.
      const message = await journal.until(find, `the button ${token} before the eyes of user ${user.id}`, LIMIT_MS)
      const query = String((presses += 1))
      state.callbackQueries.set(query, { id: query, createdAt: state.now(), answered: false, expired: false })
      const press = { id: query, from: user, message: message.api, chat_instance: String(user.id), data: token }
      made.set(id, { update_id: updateId, callback_query: press })
      return
    }
    const text = deed.kind === 'line' ? lineOf(deed) : deed.kind === 'value' ? deed.value : ''
    const message = {
      message_id: world.nextMessageId(record),
      date: Math.floor(now() / 1_000),
      chat: record.chat,
      from: user,
      text,
      entities: entitiesOfPlainText(text),
    }
    world.store(record, message, plainMessage(text))
    made.set(id, { update_id: updateId, message })
  }

  return {
    async make(acts) {
      for (const act of acts) await make(act)
    },
    async play(deliveries, trouble) {
      const mark = journal.mark
      refused = trouble === 'line' ? 0 : undefined
      for (const [index, { act, isAgain }] of deliveries.entries()) {
        const update = made.get(act.id)!
        expected.add(nameOf(update).key)
        deliver(state, structuredClone(update), isAgain)
        if (index !== halfOf(deliveries) || trouble !== 'restart') continue
        await bot.stop()
        bot = await start()
      }
      // Some of them more than once.
      if (refused !== undefined) await untilTrue(() => (refused ?? 0) >= deliveries.length, watchers)
      refused = undefined
      const taken = (): number => journal.since(mark).filter(({ kind }) => kind === 'confirmed').length
      await journal.until(() => (taken() >= deliveries.length ? true : undefined), 'every update taken', LIMIT_MS)
      await untilTrue(() => [...expected].every((key) => handled.has(key)), watchers)
    },
    /** An idle week is over: numbers begin anywhere, here among those that were used before. */
    awake() {
      updateId = dice.between(FIRST_NUMBER, Math.floor((FIRST_NUMBER + updateId) / 2))
      return Promise.resolve()
    },
    async shown() {
      const of = (chatId: number): number =>
        [...world.record(chatId).messages.values()].filter(({ fromBot, deleted }) => fromBot && !deleted).length
      const isTold = (): true | undefined => ([...answers].every(([chatId, count]) => of(chatId) >= count) ? true : undefined)
      // What is never shown is found by the comparison.
      await journal.until(isTold, 'every answer', LIMIT_MS).catch(() => undefined)
      return [...answers.keys()].map((chatId) => `telegram ${chatId}: ${of(chatId)} of ${answers.get(chatId)}`)
    },
    troubles: () => violations.map((violation) => JSON.stringify(violation)),
    async close() {
      await bot.stop()
      state.webhook.close()
      journal.close()
      await api.close()
      await server.close()
    },
  }
}

function lineOf({ command, input, isPublic }: Extract<Act['deed'], { kind: 'line' }>): string {
  const values = Object.entries(input).map(([name, value]) => (value.includes(' ') ? `${name}:"${value}"` : `${name}:${value}`))
  return [`/${command.replace(' ', '_')}${isPublic === true ? '@pos_test_bot' : ''}`, ...values].join(' ')
}

/** @throws when it does not become true in time */
function untilTrue(holds: () => boolean, watchers: Set<() => void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = (): void => void (holds() && resolve())
  const timer = setTimeout(() => reject(new Error('updates of Telegram were not handled in time')), LIMIT_MS)
  watchers.add(look)
  look()
  return promise.finally(() => {
    clearTimeout(timer)
    watchers.delete(look)
  })
}
