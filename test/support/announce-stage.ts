import assert from 'node:assert/strict'
import { outboxStore } from '../../adapters/postgres/outbox-store.ts'
import { createChatAliases } from '../../bots/telegram/chat-aliases.ts'
import { createMessenger } from '../../bots/telegram/messenger.ts'
import { createPoster } from '../../bots/telegram/poster.ts'
import { createSendQueue } from '../../bots/telegram/send-queue.ts'
import { startTelegramBot } from '../../bots/telegram/start-telegram-bot.ts'
import { createTelegramApi } from '../../bots/telegram/telegram-api.ts'
import { realTimers } from '../../bots/telegram/timers.ts'
import { startDiscordBot } from '../../bots/discord/start-discord-bot.ts'
import type { Messenger } from '../../core/shared/chat-app.ts'
import type { Draw } from '../../core/shared/chart.ts'
import type { OutboxPort } from '../../core/shared/outbox.ts'
import { deliverOutbox } from '../../jobs/deliver-outbox.ts'
import { startCommunity, type Community } from './community.ts'
import { visibleText } from './discord/conversation.ts'
import { startDiscordFake, type DiscordFake } from './discord/discord-fake.ts'
import { pathTo } from './discord/path-to.ts'
import { keepRecords } from './telegram/kept-records.ts'
import { startTelegramFake, type TelegramFake } from './telegram/telegram-fake.ts'

const GUILD = '200000000000000001'
export const OLGA = '300000000000000001'
const OLEG = 100
export const GROUP = -1_001_000_000_001
export const TOPIC_ID = 7

/** What a worker is made of; a test puts its own hands between. */
export interface WorkerParts {
  readonly outbox: OutboxPort
  readonly messengers: ReadonlyMap<'discord' | 'telegram', Messenger>
  /** Left out: as the product draws. */
  readonly draw?: Draw
}

/** The composed product with both real bots over both stand-ins, in this process; Olga (Discord) and Oleg (Telegram) are operators. */
export interface AnnounceStage {
  readonly community: Community
  readonly discord: DiscordFake
  readonly telegram: TelegramFake
  /** Where Olga and everybody write. */
  readonly channel: string
  olga(command: string, options?: Readonly<Record<string, string>>, channel?: string): ReturnType<DiscordFake['slash']>
  /** In the group, unless in his private chat. */
  oleg(text: string, where?: { topicId?: number; chat?: 'private' }): ReturnType<TelegramFake['send']>
  /** Everything of a worker anew, as after a start of the process: nothing of an earlier one is kept. */
  worker(): WorkerParts
  /** One pass of a worker at the time of the community's clock. */
  deliver(parts?: WorkerParts): Promise<number>
  onDiscord(channel?: string): string[]
  onTelegram(): string[]
  close(): Promise<void>
}

export async function startAnnounceStage(genesis: number): Promise<AnnounceStage> {
  const community = await startCommunity(genesis)
  const discord = await startDiscordFake()
  const telegram = await startTelegramFake()
  discord.addGuild({ id: GUILD, name: 'House' })
  const channel = discord.addChannel({ name: 'general' })
  discord.addMember({ userId: OLGA, name: 'Olga', locale: 'en-US' })
  telegram.addUser({ id: OLEG, firstName: 'Oleg', languageCode: 'en', started: true })
  telegram.addGroup({ id: GROUP, title: 'Community', topics: [{ id: TOPIC_ID, name: 'News' }] })
  const app = community.chat
  const bots = [
    await startDiscordBot({ app, token: discord.token, apiUrl: discord.apiUrl }),
    await startTelegramBot({ app, token: telegram.token, apiUrl: telegram.apiRoot, records: keepRecords() }),
  ] as const
  await community.say('op', 'start')
  await discord.slash({ user: OLGA, channel, path: ['pos', 'start'] })
  await telegram.send({ user: OLEG, text: '/help' })
  const { prisma } = community.database
  for (const { memberId } of await prisma.chatAccount.findMany({ where: { platform: { not: 'console' } } }))
    await prisma.roleGrant.create({ data: { memberId, role: 'operator', grantedAt: new Date(genesis) } })

  const worker = (): WorkerParts => {
    const api = createTelegramApi({ token: telegram.token, apiUrl: telegram.apiRoot })
    const aliases = createChatAliases([], () => Promise.resolve())
    const poster = createPoster({ api, queue: createSendQueue(realTimers), aliases })
    return {
      outbox: outboxStore(community.database, { events: community.events, operators: new Set(), publicOrigin: app.publicOrigin }),
      messengers: new Map([
        ['discord', bots[0].messenger],
        ['telegram', createMessenger({ app, poster, aliases })],
      ]),
    }
  }
  return {
    community,
    discord,
    telegram,
    channel,
    olga: (command, options = {}, where = channel) =>
      discord.slash({ user: OLGA, channel: where, path: pathTo(discord, command), options }),
    oleg: (text, { chat, ...where } = {}) => telegram.send({ user: OLEG, ...(chat === 'private' ? {} : { chat: GROUP }), text, ...where }),
    worker,
    deliver: (parts = worker()) => deliverOutbox({ draw: community.draw, ...parts, publicLanguage: 'en' }, community.clock.now),
    onDiscord: (where = channel) => discord.messages(where).map(visibleText),
    onTelegram: () => telegram.messages(GROUP).map(({ text }) => text.replaceAll('\u2060', '')),
    async close() {
      const violations = [...discord.violations, ...telegram.violations]
      await Promise.all(bots.map((bot) => bot.stop()))
      await discord.close()
      await telegram.close()
      await community.close()
      assert.deepEqual(violations, [], 'the bots broke the rules of a platform')
    },
  }
}
