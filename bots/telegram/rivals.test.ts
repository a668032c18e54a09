import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE } from '../../core/shared/instant.ts'
import { keepRecords } from '../../test/support/telegram/kept-records.ts'
import { startTelegramFake, type TelegramFake } from '../../test/support/telegram/telegram-fake.ts'
import { createTelegramApi } from './telegram-api.ts'
import { startUpdateLoop, type UpdateLoop } from './update-loop.ts'

let fake: TelegramFake
let loop: UpdateLoop
let now = 0
let pauses: number[] = []
let said: string[] = []

beforeEach(async () => {
  fake = await startTelegramFake()
  ;[now, pauses, said] = [0, [], []]
  const keep = (_fields: object, message: string): void => void said.push(message)
  loop = startUpdateLoop({
    api: createTelegramApi({ token: fake.token, apiUrl: fake.apiRoot }),
    timers: {
      now: () => now,
      sleep(ms) {
        pauses.push(ms)
        now += ms
        return Promise.resolve()
      },
    },
    log: { info: keep, warn: keep, error: keep },
    record: keepRecords().inbox,
    handle: () => Promise.resolve(),
    onForeignWebhook: () => expect.unreachable('there is no webhook'),
  })
})
afterEach(async () => {
  await loop.stop()
  await fake.close()
})

/** Another process with our token asks once, while our call waits. */
async function intrude(): Promise<void> {
  await fake.untilPolling()
  const answer = await fetch(`${fake.apiRoot}/bot${fake.token}/getUpdates`)
  expect(answer.status).toBe(200)
}

test('a second process that polls is told of once, and left longer and longer alone', async () => {
  while (pauses.length < 12) await intrude()
  await fake.untilPolling()
  expect(said).toEqual([expect.stringContaining('another process reads the updates of this Telegram token; only one may')])
  expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000])
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  expect([pauses[0], pauses.at(-1)]).toEqual([1_000, 5 * MINUTE])
  await expect.poll(() => loop.isConnected()).toBe(true)
})

test('that it is gone is said once, and the next one is told of again', async () => {
  await intrude()
  await fake.untilPolling()
  now += 14 * MINUTE
  await intrude()
  expect(said).toHaveLength(1)
  await fake.untilPolling()
  now += 16 * MINUTE
  fake.addUser({ id: 7, firstName: 'Ann', started: true })
  await fake.sendNoAnswer({ user: 7, text: '/start' })
  await fake.untilPolling()
  expect(said).toEqual([said[0], 'no other process reads the updates of this Telegram token any more'])
  await intrude()
  await fake.untilPolling()
  expect(said).toHaveLength(3)
  expect(pauses.at(-1)).toBe(1_000)
})
