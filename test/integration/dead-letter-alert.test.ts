import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hasUntoldDeadLetters, tellOfDeadLetters } from '../../adapters/postgres/dead-letter-alert.ts'
import { outboxStore } from '../../adapters/postgres/outbox-store.ts'
import type { Messenger } from '../../core/shared/chat-app.ts'
import { Fault } from '../../core/shared/fault.ts'
import { HOUR, MINUTE } from '../../core/shared/instant.ts'
import { deliverOutbox } from '../../jobs/deliver-outbox.ts'
import { PLAIN_STYLE, startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const NOTHING = { failed: 0, unknown: 0 }
let community: Community
let heard: string[] = []
let isClosed = false

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  await community.say('op', 'start')
})
afterAll(() => community.close())
beforeEach(async () => {
  heard = []
  isClosed = false
  community.clock.now += 2 * HOUR
  await community.database.prisma.outboxRow.deleteMany()
})

const messenger: Messenger = {
  remembersNonceMs: 0,
  post: () => expect.unreachable('nothing is posted'),
  edit: () => expect.unreachable('nothing is edited'),
  sendPrivate(_user, reply, { language }) {
    if (isClosed) return Promise.reject(new Fault('console', 'no such account', { retryable: false }))
    heard.push(reply.lines.map((line) => community.chat.speak(line, language, PLAIN_STYLE)).join(' '))
    return Promise.resolve('sent')
  },
}

async function deliver(): Promise<void> {
  const { database, events, clock } = community
  const outbox = outboxStore(database, { events, operators: new Set(['console:op']), publicOrigin: 'http://localhost:8080' })
  while ((await deliverOutbox({ outbox, messengers: new Map([['console', messenger]]), publicLanguage: 'en' }, clock.now)) > 0);
}

async function goWrong(failed: number, unknown = 0): Promise<void> {
  const at = new Date(community.clock.now)
  const row = { topic: 'post', subject: 'discord:1', payload: {}, createdAt: at, error: '403: Missing Access' }
  await community.database.prisma.outboxRow.createMany({
    data: [...Array.from({ length: failed }, () => row), ...Array.from({ length: unknown }, () => ({ ...row, sendingSince: at }))],
  })
}

const isDue = () => hasUntoldDeadLetters(community.database, community.clock.now)
const tell = () => tellOfDeadLetters(community.database, community.clock.now)

test('operators hear how many messages went wrong and what to type, once, whoever asks at the same time', async () => {
  expect(await isDue()).toBe(false)
  expect(await tell()).toEqual(NOTHING)
  await goWrong(2, 1)
  expect(await isDue()).toBe(true)
  const told = await Promise.all([tell(), tell(), tell(), tell()])
  expect(told.filter(({ failed }) => failed > 0)).toEqual([{ failed: 2, unknown: 1 }])
  await deliver()
  expect(heard).toEqual([
    '2 messages could not be delivered. Nobody knows whether one message arrived. Send outbox dead to see which and why; outbox again repeats those that certainly failed.',
  ])
})

test('what goes wrong within the hour is told of together after it, and only that', async () => {
  await goWrong(1)
  await tell()
  for (let minute = 0; minute < 59; minute += 20) {
    community.clock.now += 20 * MINUTE - 1
    await goWrong(1)
    expect(await isDue()).toBe(false)
    expect(await tell()).toEqual(NOTHING)
  }
  community.clock.now += MINUTE
  expect(await isDue()).toBe(true)
  expect(await tell()).toEqual({ failed: 3, unknown: 0 })
  community.clock.now += HOUR
  expect(await isDue()).toBe(false)
  expect(await tell()).toEqual(NOTHING)
})

test('an alert that can not be delivered itself causes no other, and is named by outbox dead', async () => {
  await goWrong(1)
  await tell()
  isClosed = true
  await deliver()
  for (let hour = 0; hour < 3; hour += 1) {
    community.clock.now += HOUR
    expect(await isDue()).toBe(false)
    expect(await tell()).toEqual(NOTHING)
  }
  expect((await community.say('op', 'outbox dead')).text).toContain('console:op')
})

test('what was sent again and went wrong again is told of again', async () => {
  await goWrong(1)
  await tell()
  await community.say('op', 'outbox again')
  community.clock.now += HOUR
  expect(await isDue()).toBe(false)
  await community.database.prisma.outboxRow.updateMany({ where: { topic: 'post' }, data: { error: '403: Missing Access' } })
  expect(await tell()).toEqual({ failed: 1, unknown: 0 })
})
