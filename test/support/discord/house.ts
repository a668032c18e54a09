import { strict as assert } from 'node:assert'
import { discordTexts } from '../../../bots/discord/discord.texts.ts'
import { type DiscordBotOptions, startDiscordBot } from '../../../bots/discord/start-discord-bot.ts'
import type { Bot, ChatApp } from '../../../core/shared/chat-app.ts'
import { createSampleApp, type SampleApp } from '../sample-app.ts'
import { type DiscordFake, type DiscordFakeOptions, startDiscordFake } from './discord-fake.ts'
import { pingsIn } from './pings.ts'

export const GUILD = '200000000000000001'
export const ANN = '300000000000000001'
export const BOB = '300000000000000002'
export const LIN = '300000000000000003'

/** One server with one channel, the sample product, and its bot connected. Ann is a host, Lin reads Chinese. */
export interface House extends AsyncDisposable {
  // Closing it fails when the platform would have refused a request of the bot, or when a message could have pinged somebody.
  readonly fake: DiscordFake
  readonly channel: string
  readonly app: SampleApp
  readonly bot: Bot
  /** Another process of the same bot, after the first was stopped; with another product or other options if given. */
  restart(app?: ChatApp, bot?: Partial<DiscordBotOptions>): Promise<Bot>
}

export async function openHouse(options: DiscordFakeOptions = {}, bot: Partial<DiscordBotOptions> = {}): Promise<House> {
  const fake = await startDiscordFake(options)
  fake.addGuild({ id: GUILD, name: 'House' })
  const channel = fake.addChannel({ name: 'general' })
  fake.addMember({ userId: ANN, name: 'ann' })
  fake.addMember({ userId: BOB, name: 'bob', nick: 'Bob the *Builder*' })
  fake.addMember({ userId: LIN, name: 'lin', locale: 'zh-CN' })
  const app = createSampleApp({ catalogues: [discordTexts.catalogue], communityId: GUILD })
  app.grant({ platform: 'discord', userId: ANN }, 'host')
  const start = (product: ChatApp, more = bot): Promise<Bot> =>
    startDiscordBot({ app: product, token: fake.token, apiUrl: fake.apiUrl, ...more })
  let running = await start(app)
  return {
    fake,
    channel,
    app,
    get bot() {
      return running
    },
    async restart(product = app, more = bot) {
      await running.stop()
      running = await start(product, more)
      return running
    },
    async [Symbol.asyncDispose]() {
      await running.stop()
      await fake.close()
      assert.deepEqual([fake.violations, pingsIn(fake)], [[], []])
    },
  }
}
