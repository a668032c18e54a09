import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

test('lets no second see more than it may, and nobody wait who need not', async () => {
  let now = 0
  const slept: number[] = []
  const pace = createPace(40, {
    now: () => now,
    sleep(ms) {
      slept.push(now + ms)
      return Promise.resolve()
    },
  })
  const crowd = Array.from({ length: 100 }, () => pace())
  await Promise.all(crowd)
  const turns = [0, ...slept]
  expect(turns).toHaveLength(100)
  for (const from of turns) expect(turns.filter((turn) => turn >= from && turn < from + 1_000).length).toBeLessThanOrEqual(40)
  expect(turns.at(-1)).toBe(99 * 25)
  now = 10_000
  await pace()
  expect(slept).toHaveLength(99)
})
