import assert from 'node:assert'
import { announce } from '../adapters/postgres/announce-intent.ts'
import { announceStore } from '../adapters/postgres/announce-store.ts'
import { openDatabase, type Database } from '../adapters/postgres/database.ts'
import { outboxStore } from '../adapters/postgres/outbox-store.ts'
import { createSpeak } from '../adapters/speak.ts'
import { createRest } from '../bots/discord/connect.ts'
import { discordMessenger } from '../bots/discord/messenger.ts'
import { createChatAliases } from '../bots/telegram/chat-aliases.ts'
import { createMessenger } from '../bots/telegram/messenger.ts'
import { createPoster } from '../bots/telegram/poster.ts'
import { createSendQueue } from '../bots/telegram/send-queue.ts'
import { createTelegramApi } from '../bots/telegram/telegram-api.ts'
import { realTimers } from '../bots/telegram/timers.ts'
import { announceTexts } from '../core/announce/announce.texts.ts'
import { createDeliveries, type Deliveries } from '../jobs/deliver-outbox.ts'
import { CATALOGUES } from '../main/catalogues.ts'
import { channelAt, CHATS_EACH, groupAt, type Arrived, type FromChats, type ToChats } from './announce-scene.ts'
import { startBenchDatabase } from './bench-database.ts'
import { forkBeside } from './forked.ts'
import { below, loadNow, whole, type Figure } from './measure.ts'
import { heapInUse } from './memory.ts'

const ANNOUNCEMENTS = 50
const CHATS = 2 * CHATS_EACH
const DELIVERIES = ANNOUNCEMENTS * CHATS
/** Telegram takes 30 messages a second: half of the deliveries need 167 seconds. Our own queue promises 24 a second, which is 208; the rest is for a busy machine. */
const BOUND_SECONDS = 300
const GIVE_UP_SECONDS = 600
const OPERATOR = 'b'.repeat(20)

/**
 * 50 announcements written at once for 200 chats, half of them on each platform, until every chat has every message. Real time, the real sending queues, and
 * stand-ins in another process that refuse what is over the platforms' limits: 30 a second and 20 a minute in a group, 50 a second and 5 in 5 seconds in a channel.
 */
export async function measureAnnouncements(): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  const database = openDatabase(server.url, { connections: 10 })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own other half speaks
  const chats = forkBeside<FromChats, ToChats>('announce-platforms.ts', (message) => message as FromChats)
  try {
    const ready = await chats.heard()
    assert('discord' in ready)
    await follow(database)
    const worker = openWorker(database, ready)
    await write(database)
    const { seconds, memory } = await run(database, worker)
    chats.tell('count')
    const counted = await chats.heard()
    assert('arrived' in counted)
    for (const violation of counted.arrived.violations.slice(0, 5)) console.error(violation.slice(0, 500))
    return figures(counted.arrived, seconds, memory)
  } finally {
    chats.tell('end')
    await chats.ended
    await database.close()
    await server.stop()
  }
}

/** Every chat follows the topic. */
async function follow(database: Database): Promise<void> {
  const setAt = Date.now()
  await database.prisma.member.create({
    data: { id: OPERATOR, publicId: new Uint8Array(32), name: 'Operator', language: 'en', joinedAt: new Date(setAt) },
  })
  const targets = Array.from({ length: CHATS_EACH }, (_, index) => [
    { platform: 'discord', chatId: channelAt(index) } as const,
    { platform: 'telegram', chatId: String(groupAt(index)) } as const,
  ]).flat()
  const rhythm = { timeZone: 'UTC', quiet: undefined, digestHour: undefined, rollUp: false }
  for (const target of targets)
    await announceStore(database.prisma, 'en').setRoute({ topic: 'news', target, language: 'en', ...rhythm, setBy: OPERATOR, setAt })
}

/** All at once, in one order. */
async function write(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    for (let number = 1; number <= ANNOUNCEMENTS; number += 1) {
      const reply = { audience: 'public', tone: 'info', lines: [announceTexts.say('body', { body: `Announcement ${number}` })] } as const
      await announce(tx, { topic: 'news', subject: `BC-${number}`, reply }, Date.now())
    }
    return { keep: true, value: undefined }
  })
}

/** The worker as the product has it, with both platforms' own ways of sending. */
function openWorker(database: Database, { discord, telegram }: Extract<FromChats, { discord: object }>): Deliveries {
  const speak = createSpeak(CATALOGUES)
  const aliases = createChatAliases([], () => Promise.resolve())
  const poster = createPoster({ api: createTelegramApi(telegram), queue: createSendQueue(realTimers), aliases })
  const messengers = new Map([
    ['discord' as const, discordMessenger(createRest(discord.apiUrl, discord.token), speak)],
    ['telegram' as const, createMessenger({ app: { speak, publicOrigin: 'http://localhost:8080' }, poster, aliases })],
  ])
  const events = {
    hmac: () => assert.fail('no event is shown'),
    genesis: 0,
    randomBytes: () => assert.fail('no event is made'),
    hashCode: () => assert.fail('no code is made'),
  }
  const outbox = outboxStore(database, { events, operators: new Set(), publicOrigin: 'http://localhost:8080' })
  return createDeliveries({ outbox, messengers, publicLanguage: 'en' }, Date.now, (error) => console.error(error))
}

interface Memory {
  /** Megabytes in use after a collection, when a fifth was delivered and when all was. */
  readonly early: number
  readonly late: number
}

async function run(database: Database, worker: Deliveries): Promise<{ seconds: number; memory: Memory }> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1_000
  let early: number | undefined
  for (let looked = 0; ;) {
    await worker.step()
    if (seconds() - looked < 1) continue
    looked = seconds()
    const left = await database.prisma.outboxRow.count({ where: { deliveredAt: null, error: null } })
    if (left <= DELIVERIES * 0.8) early ??= heapInUse()
    if (left === 0 || looked > GIVE_UP_SECONDS) break
  }
  await worker.drain()
  return { seconds: seconds(), memory: { early: early ?? Number.NaN, late: heapInUse() } }
}

function figures({ chats, limited, violations }: Arrived, seconds: number, { early, late }: Memory): readonly Figure[] {
  const wanted = JSON.stringify(Array.from({ length: ANNOUNCEMENTS }, (_, index) => index + 1))
  const arrivedAll = chats.reduce((sum, numbers) => sum + numbers.length, 0)
  const once = chats.reduce((sum, numbers) => sum + new Set(numbers).size, 0)
  const inOrder = chats.filter((numbers) => JSON.stringify(numbers) === wanted).length
  const exactly = (name: string, bound: number, measured: number): Figure => ({
    name,
    bound: whole(bound),
    measured: whole(measured),
    isMet: measured === bound,
  })
  return [
    exactly('announcements: delivered', DELIVERIES, once),
    exactly('announcements: twice', 0, arrivedAll - once),
    exactly('announcements: chats that have all in order', CHATS, inOrder),
    exactly('announcements: breaches of platform rules', 0, violations.length),
    exactly('announcements: refused by Discord’s rate limits (429)', 0, limited.discord),
    exactly('announcements: refused by Telegram’s rate limits (429)', 0, limited.telegram),
    below(
      'announcements: until the last arrived',
      's',
      BOUND_SECONDS,
      seconds,
      `at least 167 s by Telegram’s 30 a second; load ${loadNow()}`,
    ),
    below(
      'announcements: memory that grew on the way',
      'MB',
      32,
      late - early,
      `${whole(early)} MB after a fifth, ${whole(late)} MB at the end`,
    ),
  ]
}
