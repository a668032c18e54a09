import { strict as assert } from 'node:assert'
import type { Bot } from '../../../core/shared/chat-app.ts'
import type { Dispatch, Request } from '../../../core/shared/dispatch.ts'
import { startTelegramBot } from '../../../bots/telegram/start-telegram-bot.ts'
import { telegramTexts } from '../../../bots/telegram/telegram.texts.ts'
import { keepRecords, type KeptRecords } from './kept-records.ts'
import { openWebhookDoor } from './webhook-door.ts'
import { createSampleApp, type SampleApp } from '../sample-app.ts'
import { startTelegramFake, type TelegramFake } from './telegram-fake.ts'
import type { TelegramFakeOptions } from './telegram-fake.types.ts'

/** Ann is a host; Bob and Lin (who reads Chinese) are members; Eve never started the bot. */
export const ANN = 101
export const BOB = 102
export const LIN = 103
export const EVE = 104
export const GROUP = -1_001_000_000_001
export const TOPIC = 7

export interface Stage {
  readonly fake: TelegramFake
  readonly app: SampleApp
  readonly bot: Bot
  /** What the bot remembers; kept over a restart. */
  readonly records: KeptRecords
  /** Where the server listens that takes deliveries; empty with long polling. */
  readonly door: string
  /** What reached dispatch, but for presses. */
  readonly requests: readonly Request[]
  /** Resolves when dispatch was reached this often. */
  heard(count: number): Promise<void>
  /** Another bot over the same chats and the same product, as after a restart. */
  restart(how?: { readonly isWebhook: boolean }): Promise<Bot>
  /** @throws when the bot did what the official document does not allow */
  close(): Promise<void>
}

/** The real bot with the sample product, among four people and one group on the fake platform. */
export async function startTelegramStage(
  options: TelegramFakeOptions & { chatId?: string; isWebhook?: boolean; before?: (fake: TelegramFake) => void } = {},
): Promise<Stage> {
  const records = keepRecords()
  const fake = await startTelegramFake({ untilHandled: records.untilHandled, ...options })
  fake.addUser({ id: ANN, firstName: 'Ann', username: 'ann_host', languageCode: 'en', started: true })
  fake.addUser({ id: BOB, firstName: 'Bob', languageCode: 'en', started: true })
  fake.addUser({ id: LIN, firstName: 'Lin', languageCode: 'zh-hans', started: true })
  fake.addUser({ id: EVE, firstName: 'Eve', languageCode: 'en' })
  fake.addGroup({ id: GROUP, title: 'Community', topics: [{ id: TOPIC, name: 'Reviews' }] })
  options.before?.(fake)
  const app = createSampleApp({ catalogues: [telegramTexts.catalogue] })
  app.grant({ platform: 'telegram', userId: String(ANN) }, 'host')
  const { chatId, isWebhook = false } = options
  const door = isWebhook ? await openWebhookDoor(fake, records) : undefined
  const requests: Request[] = []
  const watchers = new Set<() => void>()
  const hear = (request: Request) => {
    requests.push(request)
    for (const look of watchers) look()
    return app.dispatch(request)
  }
  const dispatch: Dispatch = Object.assign(hear, {
    press: (press: Parameters<Dispatch['press']>[0]) => app.dispatch.press(press),
  })
  const watched = { ...app, dispatch }
  const start = (byWebhook = isWebhook) =>
    startTelegramBot({
      app: watched,
      token: fake.token,
      apiUrl: fake.apiRoot,
      records,
      webhook: byWebhook ? door?.webhook : undefined,
      ...(chatId === undefined ? {} : { chatId }),
    })
  const running = [await start()]
  return {
    fake,
    app,
    records,
    door: door?.origin ?? '',
    requests,
    heard: (count) =>
      new Promise((resolve) => {
        const look = () => void (requests.length >= count && resolve())
        watchers.add(look)
        look()
      }),
    bot: running[0]!,
    async restart(how) {
      const bot = await start(how?.isWebhook)
      running.push(bot)
      return bot
    },
    async close() {
      const { violations } = fake
      for (const bot of running) await bot.stop()
      await fake.close()
      await door?.close()
      assert.deepEqual(violations, [], 'the bot broke the Bot API')
    },
  }
}
