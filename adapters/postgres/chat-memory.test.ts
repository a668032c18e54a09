import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatAccount } from '../../core/shared/actor.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { newId } from '../../main/ids.ts'
import { createChatMemory } from './chat-memory.ts'
import { createHome, createServed, promptStore, rememberCard } from './chat-store.ts'
import { createMembership } from './put-out.ts'
import { openDatabase, type Database } from './database.ts'
import { createIdentify } from './identify.ts'

const NOW = Date.UTC(2027, 0, 5)
const OLD = '-77'
const NEW = '-1003000000001'
let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 4 })
})
afterAll(() => database.close())

const account = (userId: string): ChatAccount => ({ platform: 'telegram', userId, name: `Name ${userId}` })

test('an account that takes no messages is left alone and counted until it is back', async () => {
  const { identify } = createIdentify({ pool: database.pool, newId, operators: new Set(), hashAccount: (account) => Buffer.from(account) })
  await identify(account('7'), { kind: 'private', chatId: '7' }, NOW)
  const memory = createChatMemory(database)
  expect(await memory.holdsBack(account('7'))).toBe(false)
  await memory.lost(account('7'), NOW)
  await memory.lost(account('7'), NOW + 5)
  expect(await memory.holdsBack(account('7'))).toBe(true)
  expect(await memory.holdsBack(account('7'))).toBe(true)
  // Of another platform, or unknown.
  expect(await memory.holdsBack({ platform: 'discord', userId: '7' })).toBe(false)
  await memory.lost(account('8'), NOW)
  expect(await database.prisma.chatAccount.findFirst({ where: { userId: '7' } })).toMatchObject({
    unreachableSince: new Date(NOW),
    undelivered: 2,
  })
  await memory.found(account('7'))
  expect(await memory.holdsBack(account('7'))).toBe(false)
})

test('remembers where the bot is, and since when', async () => {
  const memory = createChatMemory(database)
  const group = { platform: 'telegram', chatId: '-5' } as const
  await memory.setGroup({ ...group, title: 'Club \0', status: 'member' }, NOW)
  await memory.setGroup({ ...group, status: 'member' }, NOW + 5)
  expect(await database.prisma.chat.findFirst({ where: { chatId: '-5' } })).toMatchObject({
    title: 'Club ',
    status: 'member',
    since: new Date(NOW),
  })
  await memory.setGroup({ ...group, status: 'kicked' }, NOW + 9)
  expect(await database.prisma.chat.findFirst({ where: { chatId: '-5' } })).toMatchObject({
    title: 'Club ',
    status: 'kicked',
    since: new Date(NOW + 9),
  })
})

test('a group that moves takes everything along that names it, once, and the community stays at home', async () => {
  const memory = createChatMemory(database)
  const prompts = promptStore(
    database,
    () => NOW,
    () => false,
  )
  const inGroup = (chatId: string) => ({ kind: 'group', chatId, communityId: chatId }) as const
  const isHome = createHome(database, {})
  const isConfigured = createHome(database, { telegram: [OLD] })
  expect(await isHome(account('1'), inGroup(OLD))).toBe(true)
  expect(await isConfigured(account('1'), inGroup(NEW))).toBe(false)
  await rememberCard(database, 'EVT-1', { platform: 'telegram', chatId: OLD, messageId: '5' }, NOW)
  await rememberCard(database, 'EVT-1', { platform: 'discord', chatId: OLD, messageId: '5' }, NOW)
  await prompts.put(account('1'), { kind: 'private', chatId: '1' }, { command: 'c', field: 'f', input: { x: 'y', '@place': `${OLD} 7 5` } })
  await prompts.put(account('2'), { kind: 'private', chatId: '2' }, { command: 'c', field: 'f', input: { '@place': `${OLD}8 7 5` } })
  await prompts.put(account('1'), inGroup(OLD), { command: 'c', field: 'f', input: {} })

  const { memberId } = await database.prisma.chatAccount.findFirstOrThrow({ where: { userId: '7' } })
  const route = {
    platform: 'telegram',
    threadId: '',
    language: 'en',
    timeZone: 'UTC',
    rollUp: false,
    setBy: memberId,
    setAt: new Date(NOW),
  }
  await database.prisma.announceRoute.createMany({
    // The new group was routed already for one of them.
    data: [
      { ...route, topic: 'events', chatId: OLD },
      { ...route, topic: 'news', chatId: OLD },
      { ...route, topic: 'news', chatId: NEW },
    ],
  })

  // Leaving the old id may be heard before the move, or after it: neither is news for operators.
  const membership = createMembership(database, createServed(database, { telegram: [OLD] }), () => NOW)
  const alerts = () => database.prisma.outboxRow.count({ where: { subject: 'bot-put-out' } })
  await membership.putOut('telegram', '-1003000000002')
  expect(await alerts()).toBe(0)
  await membership.putOut('telegram', OLD)
  expect(await alerts()).toBe(1)
  const outcomes = await Promise.all([1, 2, 3].map((late) => memory.moved('telegram', OLD, NEW, NOW + late)))
  expect(outcomes.filter(Boolean)).toHaveLength(1)
  // What the platform says afterwards about the old id changes nothing.
  await memory.setGroup({ platform: 'telegram', chatId: OLD, status: 'left' }, NOW + 9)

  await membership.putOut('telegram', OLD)
  expect(await alerts()).toBe(0)
  await membership.putOut('telegram', NEW)
  expect(await alerts()).toBe(1)
  expect(await memory.moves('telegram')).toEqual([{ from: OLD, to: NEW }])
  expect(await database.prisma.setting.findUnique({ where: { key: 'home:telegram' } })).toMatchObject({ value: NEW })
  for (const home of [isHome, isConfigured, createHome(database, {})]) expect(await home(account('1'), inGroup(NEW))).toBe(true)
  expect(await isHome(account('1'), inGroup('-1003000000002'))).toBe(false)
  expect(await database.prisma.card.findMany({ select: { platform: true } })).toEqual([{ platform: 'discord' }])
  expect(await prompts.take(account('1'), { kind: 'private', chatId: '1' }, 'key')).toMatchObject({
    input: { x: 'y', '@place': `${NEW} 7 0` },
  })
  expect(await prompts.take(account('2'), { kind: 'private', chatId: '2' }, 'key')).toMatchObject({ input: { '@place': `${OLD}8 7 5` } })
  const routes = await database.prisma.announceRoute.findMany({
    where: { chatId: NEW },
    orderBy: { topic: 'asc' },
    select: { topic: true },
  })
  expect(routes).toEqual([{ topic: 'events' }, { topic: 'news' }])
  expect(await prompts.take(account('1'), inGroup(NEW), 'key')).toMatchObject({ command: 'c' })
})
