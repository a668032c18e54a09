import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { notifyMember } from './notify-member.ts'
import { takeNotices } from './outbox-store.ts'

const NOW = Date.UTC(2027, 1, 3)
const ANN = 'a'.repeat(20)
let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 6 })
  const accounts = [
    { platform: 'console', userId: 'ann', name: 'Ann', linkedAt: new Date(NOW) },
    { platform: 'discord', userId: '77', name: 'Ann', linkedAt: new Date(NOW) },
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

test('a chat of the console fetches what waits for it in order, once, however many ask at once; other platforms keep theirs', async () => {
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
  expect(await database.prisma.outboxRow.count({ where: { subject: 'discord:77', deliveredAt: null } })).toBe(2)
})
