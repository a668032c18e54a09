import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { createHome } from './chat-store.ts'
import { openDatabase, type Database } from './database.ts'

let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 4 })
})
afterAll(() => database.close())

const account = (platform: ChatAccount['platform']): ChatAccount => ({ platform, userId: '1', name: 'Ada', locale: 'en' })
const place = (communityId: string): ChatPlace => ({ kind: 'group', chatId: 'c', communityId })

/** Counts the inserts that reach the database; the first `failing` of them find it gone. */
function watched(failing = 0): { prisma: Database['prisma']; inserts: () => number } {
  let inserts = 0
  const prisma = database.prisma.$extends({
    query: {
      setting: {
        async createMany({ args, query }) {
          inserts += 1
          if (inserts <= failing) throw new Error('the database is gone')
          return query(args)
        },
      },
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the extension adds no method and takes none away
  return { prisma: prisma as unknown as Database['prisma'], inserts: () => inserts }
}

test('a burst of first messages asks once who is at home, and the first of them is', async () => {
  const { prisma, inserts } = watched()
  const isHome = createHome({ prisma }, {})
  const asked = Array.from({ length: 50 }, (_, index) => isHome(account('discord'), place(`guild-${index}`)))
  expect(await Promise.all(asked)).toEqual(asked.map((_, index) => index === 0))
  expect(await isHome(account('discord'), place('guild-0'))).toBe(true)
  expect(inserts()).toBe(1)
})

test('a look that failed is not kept: the next one finds out', async () => {
  const { prisma } = watched(1)
  const isHome = createHome({ prisma }, {})
  await expect(isHome(account('telegram'), place('chat-1'))).rejects.toThrow('the database is gone')
  expect(await isHome(account('telegram'), place('chat-1'))).toBe(true)
  expect(await isHome(account('telegram'), place('chat-2'))).toBe(false)
})
