import { createSampleApp } from '../../test/support/sample-app.ts'
import { entitiesOfPlainText } from '../../test/support/telegram/formatted-text.ts'
import { keepRecords } from '../../test/support/telegram/kept-records.ts'
import type { SentMessage } from '../../test/support/telegram/sent-message.ts'
import { startTelegramFake } from '../../test/support/telegram/telegram-fake.ts'
import { openWebhookDoor } from '../../test/support/telegram/webhook-door.ts'
import type { Answer, CallbackAnswer } from '../../test/support/telegram/telegram-fake.types.ts'
import { describeBot, WHO, type ConformanceDriver, type Shown, type Who } from '../conformance.ts'
import { startTelegramBot } from './start-telegram-bot.ts'
import { telegramTexts } from './telegram.texts.ts'

const USER: Readonly<Record<Who, number>> = { ann: 101, bob: 102, lin: 103 }
const GROUP = -1_001_000_000_001
const ALIVE: ReadonlySet<string> = new Set(['mention', 'url', 'text_link', 'text_mention', 'hashtag'])
/** What the platform refuses when a press is delivered twice. */
const EXPECTED = /message is not modified|query is too old/
/** Lines around an answer that say where it is; they hold nothing of it. */
const SIGNPOSTS: ReadonlySet<string> = new Set(
  (['answeredPrivately', 'startFirst', 'shownInGroup'] as const).flatMap((key) => [
    telegramTexts.catalogue.en[key] ?? '',
    telegramTexts.catalogue.zh[key] ?? '',
  ]),
)

/** What a reader's app would make of a message: links and mentions that it finds by itself count, those inside code do not. */
function liveOf(message: SentMessage): string[] {
  const code = message.entities.filter(({ type }) => type === 'pre' || type === 'code')
  const isInCode = (offset: number) => code.some((entity) => offset >= entity.offset && offset < entity.offset + entity.length)
  const found = [...message.entities, ...entitiesOfPlainText(message.text)].filter(
    ({ type, offset }) => ALIVE.has(type) && !isInCode(offset),
  )
  const domains = [...message.text.matchAll(/[\w-]+\.(?:example|com|org)\b/g)].filter((match) => !isInCode(match.index))
  return [...found.map(({ offset, length }) => message.text.slice(offset, offset + length)), ...domains.map(([domain]) => domain)]
}

/** Its token names the place of an option in its list. */
const isOption = ({ data }: { readonly data?: string }): boolean => /\.\d+$/.test(data ?? '')

async function startDriver(isWebhook: boolean): Promise<ConformanceDriver> {
  const records = keepRecords()
  const fake = await startTelegramFake({ untilHandled: records.untilHandled })
  const door = isWebhook ? await openWebhookDoor(fake, records) : undefined
  const app = createSampleApp({ catalogues: [telegramTexts.catalogue], communityId: String(GROUP) })
  fake.addUser({ id: USER.ann, firstName: 'Ann', username: 'ann_h', languageCode: 'en', started: true })
  fake.addUser({ id: USER.bob, firstName: 'Bob', languageCode: 'en', started: true })
  fake.addUser({ id: USER.lin, firstName: 'Lin', languageCode: 'zh-hans', started: true })
  fake.addGroup({ id: GROUP, title: 'Community' })
  app.grant({ platform: 'telegram', userId: String(USER.ann) }, 'host')
  const bot = await startTelegramBot({
    app,
    token: fake.token,
    apiUrl: fake.apiRoot,
    chatId: String(GROUP),
    records,
    webhook: door?.webhook,
  })
  const messagesOf = new Map<Shown, readonly SentMessage[]>()
  const everShown: SentMessage[] = []
  let lastUpdate = 0

  function shownTo(who: Who, answer: Answer, alert?: CallbackAnswer): Shown {
    lastUpdate = answer.updateId
    const all = [...answer.messages, ...answer.edited]
    everShown.push(...all)
    const told = all.filter((message) => !SIGNPOSTS.has(message.text))
    const isPublic = told.some((message) => message.chatId === GROUP)
    const texts = [...told.map((message) => message.text), ...(alert?.text === undefined || SIGNPOSTS.has(alert.text) ? [] : [alert.text])]
    const shown: Shown = {
      // What keeps words from becoming links cannot be seen.
      text: texts.join('\n').replaceAll('\u2060', ''),
      buttons: told.flatMap((message) =>
        message.buttons.filter((button) => button.data !== undefined && !isOption(button)).map((button) => button.text),
      ),
      options: told.flatMap((message) => message.buttons.filter(isOption).map((button) => button.text)),
      live: told.flatMap(liveOf),
      seenBy: isPublic ? WHO : [who],
      files: told.flatMap(({ file }) => (file === undefined ? [] : [{ name: file.fileName, content: file.bytes.toString('utf8') }])),
      asks: told.some(({ replyMarkup }) => replyMarkup !== undefined && JSON.stringify(replyMarkup).includes('force_reply')),
    }
    messagesOf.set(shown, told)
    return shown
  }

  const press: ConformanceDriver['press'] = async (who, shown, label) => {
    const message = messagesOf.get(shown)?.find((each) => each.buttons.some((button) => button.text === label))
    const data = message?.buttons.find((button) => button.text === label)?.data
    if (message === undefined || data === undefined) throw new Error(`nothing shown has a button ${label}`)
    // An app shows the old buttons until the edit has reached it.
    const result = await fake.press({ user: USER[who], message, data, forged: true })
    return shownTo(who, result, result.callbackAnswer)
  }

  return {
    press,
    choose: press,
    async command(who, command, input = {}) {
      const values = Object.entries(input)
      const typed = values.length === 1 ? (values[0]?.[1] ?? '') : values.map(([name, value]) => `${name}:"${value}"`).join(' ')
      const text = `/${command.replaceAll(' ', '_')}@pos_test_bot ${typed}`.trim()
      return shownTo(who, await fake.send({ user: USER[who], chat: GROUP, text }))
    },
    async answer(who, _shown, value) {
      const before = fake.messages(GROUP).length
      const answer = await fake.send({ user: USER[who], text: value })
      // The result of a command given in the group appears there, before the private chat hears of it.
      return shownTo(who, { ...answer, messages: [...answer.messages, ...fake.messages(GROUP).slice(before)] })
    },
    async redeliverLast() {
      await fake.redeliver(lastUpdate)
    },
    effects: () => ({ ...app.data, bugs: app.bugs.length }),
    violations: () => [
      ...fake.violations,
      ...fake.requests.filter(({ code, description }) => code !== 200 && !EXPECTED.test(description ?? '')),
      ...everShown.flatMap(liveOf),
    ],
    async [Symbol.asyncDispose]() {
      await bot.stop()
      await fake.close()
      await door?.close()
    },
  }
}

describeBot('Telegram by long polling', () => startDriver(false))
describeBot('Telegram by webhook', () => startDriver(true))
