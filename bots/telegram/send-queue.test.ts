import { expect, it } from 'vitest'
import { ApiFailure } from './api-failure.ts'
import { createSendQueue } from './send-queue.ts'
import type { Timers } from './timers.ts'

/** Time passes only when everyone waits; then to the next moment that somebody waits for. */
function simulatedTimers(): Timers {
  let now = 1_000_000
  const sleepers: { at: number; wake: () => void }[] = []
  let isScheduled = false
  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      sleepers.sort((a, b) => a.at - b.at)
      const next = sleepers.shift()
      if (next === undefined) return
      now = Math.max(now, next.at)
      next.wake()
      schedule()
    })
  }
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((resolve) => {
        sleepers.push({ at: now + ms, wake: resolve })
        schedule()
      }),
  }
}

const limited = (seconds: number) =>
  new ApiFailure({ method: 'sendMessage', code: 429, description: 'Too Many Requests', retryAfterMs: seconds * 1_000 })
const most = (times: readonly number[], span: number): number =>
  Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + span).length))

it('keeps the limits: 30 a second over all, 20 a minute in a group, 20 in 20 s in private, in order', async () => {
  const timers = simulatedTimers()
  const queue = createSendQueue(timers)
  const sent: { chat: number; index: number; at: number }[] = []
  const chats = [-1, -2, ...Array.from({ length: 40 }, (_, index) => index + 1)]
  await Promise.all(
    chats.flatMap((chat) =>
      Array.from({ length: 45 }, (_, index) => queue.run(chat, () => Promise.resolve(sent.push({ chat, index, at: timers.now() })), 1)),
    ),
  )
  expect(sent).toHaveLength(chats.length * 45)
  expect(
    most(
      sent.map(({ at }) => at),
      1_000,
    ),
  ).toBeLessThanOrEqual(30)
  for (const chat of chats) {
    const own = sent.filter((each) => each.chat === chat)
    expect(own.map(({ index }) => index)).toEqual(own.map((_, index) => index))
    expect(
      most(
        own.map(({ at }) => at),
        chat < 0 ? 60_000 : 20_000,
      ),
    ).toBeLessThanOrEqual(20)
  }
})

it('waits out a limit and holds up only that chat', async () => {
  const timers = simulatedTimers()
  const queue = createSendQueue(timers)
  const start = timers.now()
  const times: Record<string, number> = {}
  let tries = 0
  await Promise.all([
    queue.run(1, () => (tries++ === 0 ? Promise.reject(limited(30)) : Promise.resolve((times['first'] = timers.now()))), 3),
    queue.run(1, () => Promise.resolve((times['second'] = timers.now())), 3),
    queue.run(2, () => Promise.resolve((times['other'] = timers.now())), 3),
  ])
  expect(times['other']).toBe(start)
  expect(times['first']).toBe(start + 30_000)
  expect(times['second']).toBeGreaterThanOrEqual(start + 30_000)
})

it('gives up after the given tries, at once when it makes no sense, and when the wait is too long', async () => {
  const queue = createSendQueue(simulatedTimers())
  const fail = (failure: ApiFailure, counter: { tries: number }) => () => {
    counter.tries++
    return Promise.reject(failure)
  }
  const down = { tries: 0 }
  await expect(queue.run(1, fail(new ApiFailure({ method: 'x', code: 502, description: 'Bad Gateway' }), down), 3)).rejects.toThrow('502')
  const blocked = { tries: 0 }
  await expect(queue.run(2, fail(new ApiFailure({ method: 'x', code: 403, description: 'blocked' }), blocked), 3)).rejects.toThrow('403')
  const long = { tries: 0 }
  await expect(queue.run(3, fail(limited(3_600), long), 3)).rejects.toThrow('429')
  expect([down.tries, blocked.tries, long.tries]).toEqual([3, 1, 1])
})

it('takes no more than it can send in time', async () => {
  const queue = createSendQueue(simulatedTimers())
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => queue.run(-1, () => Promise.resolve(), 1)))
  const refused = results.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(40)
  expect(refused[0]).toMatchObject({ reason: { source: 'overload', retryable: true } })
  expect(queue.isCrowded(-1)).toBe(true)
  expect(queue.isCrowded(-2)).toBe(false)
})

it('lets the first who waits go first, and tells when everybody has to wait', async () => {
  const timers = simulatedTimers()
  const queue = createSendQueue(timers)
  expect(queue.isFull()).toBe(false)
  const sent: number[] = []
  const chats = Array.from({ length: 100 }, (_, index) => index + 1)
  const all = Promise.all(chats.map((chat) => queue.run(chat, () => Promise.resolve(sent.push(chat)), 1)))
  await timers.sleep(1)
  expect(queue.isFull()).toBe(true)
  await all
  expect(sent).toEqual(chats)
  await timers.sleep(2_000)
  expect(queue.isFull()).toBe(false)
})

it('keeps the common limit as the platform counts, however long the network keeps a message', async () => {
  const timers = simulatedTimers()
  const queue = createSendQueue(timers)
  const counted: number[] = []
  const send = async (index: number): Promise<void> => {
    // One burst is slow on its way there, the next one quick; every fourth answer is slow on its way back.
    await timers.sleep(index % 60 < 30 ? 900 : 5)
    counted.push(timers.now())
    await timers.sleep(index % 4 === 0 ? 900 : 5)
  }
  await Promise.all(Array.from({ length: 300 }, (_, index) => queue.run(index + 1, () => send(index), 1)))
  expect(most(counted, 1_000)).toBeLessThanOrEqual(30)
})
