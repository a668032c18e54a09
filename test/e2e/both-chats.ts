import { strict as assert } from 'node:assert'
import { seedForms } from '../../adapters/postgres/form-desk.ts'
import { startTelegramBot } from '../../bots/telegram/start-telegram-bot.ts'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import { composeTelegram } from '../../main/telegram.ts'
import { MEMBER, openCommunityHouse, type CommunityHouse } from '../support/discord/community-house.ts'
import type { SentMessage } from '../support/telegram/sent-message.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'

export const NOW = Date.UTC(2027, 0, 31, 12)
export const BOB = 102

/** One member in both chats: the product over one database, and both bots against their stand-ins. */
export interface Both extends AsyncDisposable {
  readonly house: CommunityHouse
  readonly telegram: TelegramFake
  /** The Telegram bot goes down and comes up again. */
  restart(): Promise<void>
  type(text: string): Promise<SentMessage>
  press(message: SentMessage, label: string): Promise<SentMessage>
}

export async function openBoth(): Promise<Both> {
  const house = await openCommunityHouse(NOW)
  await seedForms(house.database, BUILTIN_FORMS, NOW)
  const telegram = await startTelegramFake()
  telegram.addUser({ id: BOB, firstName: 'Bob', languageCode: 'en', started: true })
  await house.give(MEMBER, 'start')
  const account = await house.database.prisma.chatAccount.findFirstOrThrow({ where: { platform: 'discord', userId: MEMBER } })
  await house.database.prisma.chatAccount.create({
    data: { platform: 'telegram', userId: String(BOB), name: 'Bob', memberId: account.memberId, linkedAt: account.linkedAt },
  })
  const start = () => {
    const { records } = composeTelegram(house.database, undefined, Date.now)
    return startTelegramBot({ app: house.composed.chat, token: telegram.token, apiUrl: telegram.apiRoot, records })
  }
  let bot = await start()
  const shown = (messages: readonly SentMessage[]): SentMessage => {
    const last = messages.at(-1)
    assert.ok(last !== undefined, 'nothing was shown')
    return last
  }
  return {
    house,
    telegram,
    async restart() {
      await bot.stop()
      bot = await start()
    },
    async type(text) {
      return shown((await telegram.send({ user: BOB, text })).messages)
    },
    async press(message, label) {
      const data = message.buttons.find(({ text }) => text === label)?.data
      assert.ok(data !== undefined, `no button “${label}” under: ${message.text}`)
      const answer = await telegram.press({ user: BOB, message, data })
      return shown([...answer.messages, ...answer.edited])
    },
    async [Symbol.asyncDispose]() {
      await bot.stop()
      const { violations } = telegram
      await telegram.close()
      await house[Symbol.asyncDispose]()
      assert.deepEqual(violations, [])
    },
  }
}
