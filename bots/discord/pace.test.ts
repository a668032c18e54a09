import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

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
