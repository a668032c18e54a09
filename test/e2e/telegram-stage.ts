import { startProduct, type Settings } from '../support/product.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'
import type { SentMessage } from '../support/telegram/sent-message.ts'
import type { Answer } from '../support/telegram/telegram-fake.types.ts'
import { PEOPLE, type ChatStage, type Person, type Shown } from './chat-story.ts'

export const TELEGRAM_ID: Readonly<Record<Person, number>> = { Olga: 100, Hana: 101, Ann: 102, Bob: 103, 陈晨: 104 }
export const TELEGRAM_HANDLE: Readonly<Record<Person, string>> = {
  Olga: 'olga_op',
  Hana: 'hana_host',
  Ann: 'ann_pos',
  Bob: 'bob_pos',
  陈晨: 'chenchen',
}
export const GROUP = -1_001_000_000_001
const LIVE: ReadonlySet<string> = new Set(['mention', 'url', 'text_link', 'text_mention', 'hashtag', 'bot_command'])
/** A product that was killed must first come back (ms). */
const TIMEOUT_MS = 120_000

export interface TelegramStage extends ChatStage {
  readonly fake: TelegramFake
}

/** The five people in one Telegram group, each with the private chat started, and the product. */
export async function startTelegramStage(settings: Settings = {}): Promise<TelegramStage> {
  const fake = await startTelegramFake({ token: '123456:token-of-the-stand-in', timeoutMs: TIMEOUT_MS })
  for (const who of PEOPLE)
    fake.addUser({
      id: TELEGRAM_ID[who],
      firstName: who,
      username: TELEGRAM_HANDLE[who],
      languageCode: who === '陈晨' ? 'zh-hans' : 'en',
      started: true,
    })
  fake.addGroup({ id: GROUP, title: 'Community' })
  const product = await startProduct({
    SANDBOX: 'on',
    TELEGRAM_TOKEN: fake.token,
    TELEGRAM_API_URL: fake.apiRoot,
    TELEGRAM_CHAT_ID: String(GROUP),
    OPERATORS: `telegram:${TELEGRAM_ID.Olga}`,
    ...settings,
  }).catch(async (error: unknown) => {
    await fake.close()
    throw error
  })
  const lastShown = new Map<Person, readonly SentMessage[]>()
  let last = 0
  let newcomers = 0

  function shown(who: Person | undefined, answer: Answer, alert = ''): Shown {
    last = answer.updateId
    const messages = [...answer.messages, ...answer.edited]
    if (who !== undefined && messages.length > 0) lastShown.set(who, messages)
    return {
      // What keeps words from becoming links cannot be seen.
      text: `${answer.text}\n${alert}`.trim().replaceAll('\u2060', ''),
      isPublic: answer.messages.some(({ chatId }) => chatId === GROUP),
      files: messages.flatMap(({ file }) => (file === undefined ? [] : [file.bytes.toString('utf8')])),
      live: messages.flatMap(({ text, entities }) =>
        entities.filter(({ type }) => LIVE.has(type)).map(({ offset, length }) => text.slice(offset, offset + length)),
      ),
    }
  }
  const words = (command: string, input: Readonly<Record<string, string>>, to = ''): string => {
    const values = Object.entries(input).map(
      ([name, value]) => `${name}:"${name === 'member' ? `@${TELEGRAM_HANDLE[nameOf(value)]}` : value}"`,
    )
    return [`/${command.replaceAll(' ', '_')}${to}`, ...values].join(' ')
  }

  return {
    fake,
    product,
    keepsMessages: true,
    async give(who, command, input = {}, place) {
      const user = TELEGRAM_ID[who]
      if (place === undefined) return shown(who, await fake.send({ user, text: words(command, input) }))
      const text = words(command, input, `@${String(fake.bot.username)}`)
      return shown(who, await fake.send({ user, chat: GROUP, text }))
    },
    answer: async (who, value) => shown(who, await fake.send({ user: TELEGRAM_ID[who], text: value })),
    async giveFile(who, command, input, _field, content) {
      const document = { name: 'list.csv', bytes: Buffer.from(content) }
      return shown(who, await fake.send({ user: TELEGRAM_ID[who], text: words(command, input), document }))
    },
    async press(who, label) {
      const message = lastShown.get(who)?.find(({ buttons }) => buttons.some(({ text }) => text === label))
      const data = message?.buttons.find(({ text }) => text === label)?.data
      if (message === undefined || data === undefined) throw new Error(`${who} sees no button “${label}”`)
      // An app shows a button until the edit that takes it off has reached it.
      const result = await fake.press({ user: TELEGRAM_ID[who], message, data, forged: true })
      return shown(who, result, result.callbackAnswer?.text)
    },
    handle: (who) => TELEGRAM_HANDLE[who],
    async checkInAs(name, code) {
      newcomers += 1
      const user = 200 + newcomers
      fake.addUser({ id: user, firstName: name, languageCode: 'en', started: true })
      return shown(undefined, await fake.send({ user, text: words('checkin', { code }) }))
    },
    inbox: (who) => fake.messages(TELEGRAM_ID[who]).map(({ text }) => text),
    redeliver: async () => void (await fake.redeliver(last)),
    lineLost() {},
    problems: () => [
      ...fake.violations,
      ...fake.requests.filter(({ code }) => code !== 200),
      ...product
        .output()
        .split('\n')
        .filter((line) => /"level":(50|60)/.test(line)),
    ],
    async close() {
      await product.remove()
      await fake.close()
    },
  }
}

function nameOf(value: string): Person {
  const person = PEOPLE.find((who) => who === value)
  if (person === undefined) throw new Error(`nobody is called ${value}`)
  return person
}
