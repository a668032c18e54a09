import { strict as assert } from 'node:assert'
import { openDatabase } from '../../adapters/postgres/database.ts'
import { startTelegramBot } from '../../bots/telegram/start-telegram-bot.ts'
import { compose, type Composed } from '../../main/compose.ts'
import { composeTelegram } from '../../main/telegram.ts'
import { telegramProblems } from '../messages/render-message.ts'
import { NO_CHAIN } from '../support/community.ts'
import { freshDatabase } from '../support/postgres.ts'
import type { SentMessage } from '../support/telegram/sent-message.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'

const FIRST_USER = 1_000
/** An answer may wait for its turn: thirty messages a second go out at most. */
const PATIENCE_MS = 60_000

export interface HostileTelegram extends AsyncDisposable {
  readonly fake: TelegramFake
  readonly composed: Composed
  readonly problems: string[]
  /** How many updates were given. */
  readonly given: number
  /** Somebody new, who may do everything: Telegram takes twenty messages to one in twenty seconds. */
  person(name: string): number
  /** Something typed in private. `isForAnother` is not ours to answer. */
  type(user: number, text: string, isForAnother?: boolean): Promise<readonly SentMessage[]>
  /** A message that was edited, in private: its author is told that this changes nothing. */
  edit(user: number, text: string): Promise<void>
  press(user: number, message: SentMessage, data: string): Promise<void>
  /** Updates as they are, which nobody is to be answered for. */
  raw(what: string, updates: readonly object[]): Promise<void>
}

/** The product over a database of its own, its bot, and the Bot API. Everyone is an operator, so that what is refused is refused for its input. */
export async function openHostileTelegram(now: number, people: number): Promise<HostileTelegram> {
  const fake = await startTelegramFake({ timeoutMs: PATIENCE_MS })
  const database = openDatabase(await freshDatabase(), { connections: 6 })
  const reported: unknown[] = []
  const composed = await compose({
    database,
    now: () => now,
    chain: { url: NO_CHAIN.url, deployment: { ...NO_CHAIN.deployment, genesis: now } },
    publicOrigin: 'http://localhost:8080',
    language: 'en',
    operators: new Set(Array.from({ length: people }, (_, index) => `telegram:${FIRST_USER + index}`)),
    homes: {},
    log: { info() {}, warn() {}, error() {} },
    openInLedger: () => Promise.resolve(),
    parts: () => Promise.resolve([]),
    reportBug(error) {
      reported.push(error)
      return `BUG-${reported.length}`
    },
  })
  const { records } = composeTelegram(database, undefined, Date.now)
  const bot = await startTelegramBot({ app: composed.chat, token: fake.token, apiUrl: fake.apiRoot, records })
  const problems: string[] = []
  let given = 0
  let judged = 0
  let users = 0
  let rawId = 2_000_000_000

  function judge(what: string, messages: readonly SentMessage[]): void {
    const [violations, bugs] = [fake.violations.slice(judged), reported.splice(0)]
    judged = fake.violations.length
    const found = [
      ...violations.map((violation) => `is refused by Telegram: ${JSON.stringify(violation).slice(0, 300)}`),
      ...bugs.map((error) => `is a bug: ${String(error)}`),
      ...messages.filter(({ text }) => /(?:^|\n)(?:bug|fault)(?:\.[a-z_]+)?$/.test(text)).map(({ text }) => `is answered by ${text}`),
      ...messages.filter(({ text }) => /[\0\u202a-\u202e\u2066-\u2069]/.test(text)).map(() => 'shows what turns or hides text'),
      ...messages.filter(({ parseMode }) => parseMode === 'HTML').flatMap(({ source }) => (source === '' ? [] : telegramProblems(source))),
    ]
    problems.push(...found.map((problem) => `${what}: ${problem}`))
  }

  return {
    fake,
    composed,
    problems,
    get given() {
      return given
    },
    person(name) {
      assert.ok(users < people, 'more people are needed')
      const id = FIRST_USER + users
      users += 1
      fake.addUser({ id, firstName: name, languageCode: users % 2 === 0 ? 'zh-hans' : 'en', started: true })
      return id
    },
    async type(user, text, isForAnother = false) {
      given += 1
      if (isForAnother) {
        await fake.sendNoAnswer({ user, text })
        return []
      }
      const { messages, edited } = await fake.send({ user, text })
      judge(`“${shorten(text)}”`, [...messages, ...edited])
      return messages
    },
    async edit(user, text) {
      given += 1
      if (fake.history(user).length === 0) await fake.send({ user, text: '/help' })
      const own = fake.history(user).find(({ fromBot }) => !fromBot)
      if (own === undefined) throw new Error('nothing was written')
      const before = fake.messages(user).length
      await fake.edit({ user, message: own, text })
      const shown = () => fake.messages(user).slice(before)
      await fake.until(() => (shown().length > 0 ? true : undefined), `the answer to an edit to ${shorten(text)}`)
      judge(`an edit to “${shorten(text)}”`, shown())
    },
    async press(user, message, data) {
      given += 1
      const before = fake.messages(user).length
      const { edited, callbackAnswer } = await fake.press({ user, message, data, forged: true })
      const notices = edited.length + (callbackAnswer?.text === undefined ? 0 : 1)
      const shown = () => fake.messages(user).slice(before)
      // The waiting sign ends before the answer comes as a message.
      if (notices === 0) await fake.until(() => (shown().length > 0 ? true : undefined), `the answer to the button ${data}`)
      judge(`the button “${shorten(data)}”`, [...shown(), ...edited])
      if (notices + shown().length !== 1) problems.push(`the button “${shorten(data)}” is answered ${notices + shown().length} times`)
    },
    async raw(what, updates) {
      given += updates.length
      const sent = fake.requestsOf('sendMessage').length
      await fake.deliverRaw(updates.map((update) => ({ update_id: (rawId += 1), ...update })))
      judge(what, [])
      if (fake.requestsOf('sendMessage').length !== sent) problems.push(`${what} were answered`)
    },
    async [Symbol.asyncDispose]() {
      await bot.stop()
      await fake.close()
      await database.close()
      assert.deepEqual([fake.violations, reported], [[], []])
    },
  }
}

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}… (${text.length})` : text)
