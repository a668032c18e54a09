import { expect, test } from 'vitest'
import { createPace, createWindow } from './pace.ts'

test('lets no second see more than it may, and nobody wait who need not', async () => {
  let now = 0
  let sleeps = 0
  const pace = createPace(40, {
    now: () => now,
    sleep(ms) {
      sleeps += 1
      // Once the whole process stands still for a while.
      now += sleeps === 50 ? 3_000 : ms
      return Promise.resolve()
    },
  })
  const turns: number[] = []
  await Promise.all(Array.from({ length: 100 }, () => pace().then(() => turns.push(now))))
  expect(turns).toHaveLength(100)
  for (const from of turns) expect(turns.filter((turn) => turn >= from && turn < from + 1_000).length).toBeLessThanOrEqual(40)
  expect(turns.at(-1)).toBe(98 * 25 + 3_000)
  now += 10_000
  const before = sleeps
  await pace()
  expect(sleeps).toBe(before)
})

test('counts what is on its way as arriving at any moment until its answer has come', async () => {
  let now = 0
  const alarms: { at: number; ring: () => void }[] = []
  const sleep = (ms: number): Promise<void> => new Promise((ring) => alarms.push({ at: now + ms, ring }))
  const run = createWindow(5, 1_000, { now: () => now, sleep })
  const trips: { left: number; back: number }[] = []
  const all = Array.from({ length: 60 }, (_, index) =>
    run(async () => {
      const left = now
      // Some are slow; some fail.
      await sleep(index % 7 === 0 ? 900 : 30)
      trips.push({ left, back: now })
      if (index % 11 === 0) throw new Error('lost')
    }).catch(() => undefined),
  )
  while (trips.length < all.length) {
    await new Promise((done) => setImmediate(done))
    const next = alarms.toSorted((a, b) => a.at - b.at)[0]
    if (next === undefined) continue
    alarms.splice(alarms.indexOf(next), 1)
    now = Math.max(now, next.at)
    next.ring()
  }
  expect(trips).toHaveLength(60)
  // Whoever chose the moments of arrival could not bring more into one second: those are all that might arrive in the one that begins with `back`.
  for (const { back } of trips) expect(trips.filter((trip) => trip.back >= back && trip.left < back + 1_000).length).toBeLessThanOrEqual(5)
})
