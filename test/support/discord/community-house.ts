import { strict as assert } from 'node:assert'
import { openDatabase, type Database } from '../../../adapters/postgres/database.ts'
import { startDiscordBot, type DiscordBotOptions } from '../../../bots/discord/start-discord-bot.ts'
import type { Bot } from '../../../core/shared/chat-app.ts'
import type { Instant } from '../../../core/shared/instant.ts'
import { compose, type Composed } from '../../../main/compose.ts'
import { NO_CHAIN } from '../community.ts'
import { freshDatabase } from '../postgres.ts'
import type { Conversation } from './conversation.ts'
import { startDiscordFake, type DiscordFake } from './discord-fake.ts'
import { pathTo } from './path-to.ts'
import { pingsIn } from './pings.ts'

export const HOME = '200000000000000001'
export const OPERATOR = '300000000000000001'
export const MEMBER = '300000000000000002'
export const READER = '300000000000000003'

/** The product over a database of its own, its bot, and one Discord server. The first account is an operator by the configuration, the third reads Chinese. */
export interface CommunityHouse extends AsyncDisposable {
  readonly fake: DiscordFake
  readonly database: Database
  readonly composed: Composed
  readonly channel: string
  readonly clock: { now: Instant }
  readonly bot: Bot
  readonly reported: readonly unknown[]
  /** A slash command; the root is found by the words. */
  give(
    user: string,
    command: string,
    options?: Readonly<Record<string, string>>,
    where?: { guild?: string; channel?: string; dm?: boolean },
  ): Promise<Conversation>
}

export async function openCommunityHouse(now: Instant, options: Partial<DiscordBotOptions> = {}): Promise<CommunityHouse> {
  const fake = await startDiscordFake()
  fake.addGuild({ id: HOME, name: 'Home' })
  const channel = fake.addChannel({ name: 'general' })
  fake.addMember({ userId: OPERATOR, name: 'olga' })
  fake.addMember({ userId: MEMBER, name: 'bob' })
  fake.addMember({ userId: READER, name: '陈晨', locale: 'zh-CN' })
  const database = openDatabase(await freshDatabase(), { connections: 6 })
  const clock = { now }
  const reported: unknown[] = []
  let bot: Bot | undefined
  const composed = await compose({
    database,
    now: () => clock.now,
    chain: { url: NO_CHAIN.url, deployment: { ...NO_CHAIN.deployment, genesis: now } },
    publicOrigin: 'http://localhost:8080',
    language: 'en',
    operators: new Set([`discord:${OPERATOR}`]),
    homes: { discord: [HOME] },
    log: { info() {}, warn() {}, error() {} },
    openInLedger: () => Promise.resolve(),
    parts: () => Promise.resolve([]),
    inspect: async ({ communityId }, chatIds, also) => bot?.inspect?.(communityId, chatIds, also),
    reportBug(error) {
      reported.push(error)
      return `BUG-${reported.length}`
    },
  })
  const running = await startDiscordBot({ app: composed.chat, token: fake.token, apiUrl: fake.apiUrl, ...options })
  bot = running
  return {
    fake,
    database,
    composed,
    channel,
    clock,
    bot: running,
    reported,
    async give(user, command, options = {}, where = {}) {
      const place = { ...(where.guild === undefined && where.dm !== true && where.channel === undefined ? { channel } : {}), ...where }
      const talk = await fake.slash({ user, path: pathTo(fake, command, where.guild), options, ...place })
      // A refusal of a public command takes the placeholder away before it comes.
      return talk.until('the answer', ({ text }) => text !== '')
    },
    async [Symbol.asyncDispose]() {
      await running.stop()
      await fake.close()
      await database.close()
      assert.deepEqual([fake.violations, pingsIn(fake), reported], [[], [], []])
    },
  }
}
