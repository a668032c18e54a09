import { afterAll, beforeAll, expect, test } from 'vitest'
import { replyToJson } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { takeNotices } from './notices.ts'
import { notifyMember, warnMember } from './notify-member.ts'

const NOW = Date.UTC(2027, 1, 3)
const ANN = 'a'.repeat(20)
let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 6 })
  const accounts = [
    { platform: 'console', userId: 'ann', name: 'Ann', linkedAt: new Date(NOW) },
    { platform: 'discord', userId: '77', name: 'Ann', linkedAt: new Date(NOW) },
    { platform: 'telegram', userId: '88', name: 'Ann', linkedAt: new Date(NOW) },
  ]
  await database.prisma.member.create({
    data: {
      id: ANN,
      publicId: new Uint8Array(32),
      name: 'Ann',
      language: 'zh',
      joinedAt: new Date(NOW),
      accounts: { create: accounts },
    },
  })
})
afterAll(() => database.close())

test('a screen of the console shows what is unread in order, once, however many look at once, and then it is read', async () => {
  for (const text of ['first', 'second'])
    await database.transaction(async (tx) => {
      await notifyMember(tx, ANN, sharedTexts.say('plain', { text }), NOW)
      return { keep: true, value: undefined }
    })
  expect(await takeNotices(database, 'bob', NOW)).toEqual([])
  const taken = await Promise.all(Array.from({ length: 4 }, () => takeNotices(database, 'ann', NOW)))
  // All of them in one answer, whichever came first.
  expect(taken.filter((notices) => notices.length > 0).map((notices) => notices.map(({ language }) => language))).toEqual([['zh', 'zh']])
  expect(taken.flat().map(({ reply }) => JSON.stringify(reply.lines[0]))).toEqual([
    expect.stringContaining('first'),
    expect.stringContaining('second'),
  ])
  expect(await takeNotices(database, 'ann', NOW)).toEqual([])
  expect(await database.prisma.inboxMessage.count({ where: { memberId: ANN, readAt: null } })).toBe(0)
  expect(await database.prisma.outboxRow.count()).toBe(0)
})

test('what was sent to an account of the console comes beside what is unread, by its time', async () => {
  const reply = replyToJson({ audience: 'private', tone: 'info', lines: [sharedTexts.say('plain', { text: 'asked for' })] })
  await database.prisma.outboxRow.create({
    data: { topic: 'private', subject: 'console:ann', payload: { reply, language: 'zh' }, createdAt: new Date(NOW + 1) },
  })
  for (const at of [NOW, NOW + 2])
    await database.transaction(async (tx) => {
      await notifyMember(tx, ANN, sharedTexts.say('plain', { text: `at ${at - NOW}` }), at)
      return { keep: true, value: undefined }
    })
  const taken = await takeNotices(database, 'ann', NOW + 3)
  expect(taken.map(({ reply: { lines } }) => lines[0]?.values['text'])).toEqual(['at 0', 'asked for', 'at 2'])
  expect(await takeNotices(database, 'ann', NOW + 3)).toEqual([])
})

test('a warning is in the inbox, and goes to every chat account but the one that acted', async () => {
  for (const [platform, userId] of [
    ['telegram', '88'],
    ['discord', '77'],
    ['console', 'ann'],
  ] as const) {
    await database.prisma.outboxRow.deleteMany()
    await database.transaction(async (tx) => {
      await warnMember(tx, ANN, { platform, userId, name: 'Ann' }, sharedTexts.say('plain', { text: 'a wallet' }), NOW)
      return { keep: true, value: undefined }
    })
    const sent = await database.prisma.outboxRow.findMany({ orderBy: { subject: 'asc' } })
    expect(sent.map(({ subject }) => subject)).toEqual(['discord:77', 'telegram:88'].filter((to) => to !== `${platform}:${userId}`))
    expect(JSON.stringify(sent[0]?.payload)).toContain('a wallet')
  }
  expect(await database.prisma.inboxMessage.count({ where: { memberId: ANN, readAt: null } })).toBe(3)
})
