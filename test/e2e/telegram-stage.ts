import { startProduct, type Settings } from '../support/product.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'
import type { Answer } from '../support/telegram/telegram-fake.types.ts'
import { PEOPLE, type ChatStage, type Person } from './chat-story.ts'

export const TELEGRAM_ID: Readonly<Record<Person, number>> = { Olga: 100, Hana: 101, Ann: 102, Bob: 103, 陈晨: 104 }
const HANDLE: Readonly<Record<Person, string>> = { Olga: 'olga_op', Hana: 'hana_host', Ann: 'ann_pos', Bob: 'bob_pos', 陈晨: 'chenchen' }
export const GROUP = -1_001_000_000_001
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
      username: HANDLE[who],
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
  const asked = new Set<number>()
  let last = 0

  function shown(answer: Answer) {
    last = answer.updateId
    for (const { messageId } of [...answer.messages, ...answer.edited]) asked.add(messageId)
    const isPublic = answer.messages.some(({ chatId }) => chatId === GROUP)
    // What keeps words from becoming links cannot be seen.
    return { text: answer.text.replaceAll('\u2060', ''), isPublic }
  }

  return {
    fake,
    product,
    keepsMessages: true,
    async give(who, command, input = {}, place) {
      const words = Object.entries(input).map(([name, value]) => `${name}:"${name === 'member' ? `@${HANDLE[nameOf(value)]}` : value}"`)
      const address = place === 'open' ? { chat: GROUP } : {}
      const to = place === 'open' ? `@${String(fake.bot.username)}` : ''
      const text = [`/${command.replaceAll(' ', '_')}${to}`, ...words].join(' ')
      return shown(await fake.send({ user: TELEGRAM_ID[who], ...address, text }))
    },
    answer: async (who, value) => shown(await fake.send({ user: TELEGRAM_ID[who], text: value })),
    notices: (who) =>
      fake
        .messages(TELEGRAM_ID[who])
        .filter(({ messageId }) => !asked.has(messageId))
        .map(({ text }) => text),
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
