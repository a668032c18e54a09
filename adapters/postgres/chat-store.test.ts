import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { createHome, forgetQuestions, promptStore } from './chat-store.ts'
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

test('a question is for one message, which finds it again when it is delivered again, until the next question', async () => {
  let now = Date.UTC(2027, 0, 5)
  const prompts = promptStore(
    database,
    () => now,
    () => false,
  )
  const [ada, here] = [account('telegram'), { kind: 'private', chatId: '1' } as const]
  const question = (field: string) => ({ command: 'event create', field, input: { minutes: '30' } })
  expect(await prompts.take(ada, here, 'a')).toBeUndefined()
  await prompts.put(ada, here, question('title'))
  // Of two messages at once one is the answer.
  const taken = await Promise.all([prompts.take(ada, here, 'a'), prompts.take(ada, here, 'b')])
  expect(taken.filter((each) => each !== undefined)).toEqual([question('title')])
  const [by, other] = taken[0] === undefined ? ['b', 'a'] : ['a', 'b']
  expect([await prompts.take(ada, here, other), await prompts.take(ada, here, by)]).toEqual([undefined, question('title')])
  await prompts.put(ada, here, question('place'))
  expect(await prompts.take(ada, here, other)).toEqual(question('place'))
  now += 15 * MINUTE
  expect(await prompts.take(ada, here, other)).toBeUndefined()
  expect([await forgetQuestions(database, now), await forgetQuestions(database, now + 1)]).toEqual([0, 1])
})
