import { expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { runReplay } from './run-replay.ts'

/** The small form of `npm run replay`. */
const SMALL = { seed: 20_261_121, crowds: 2, seats: 12 }

test('a stream at its worst on both platforms ends as the clean one does', { timeout: 240_000 }, async () => {
  const { differences, figures, effects } = await runReplay({ ...SMALL, database: freshDatabase })
  expect(differences).toEqual([])
  // It was a storm, and something was done in it.
  for (const { given, again, disordered, late } of Object.values(figures)) {
    expect(again / given).toBeGreaterThan(0.2)
    expect(disordered / given).toBeGreaterThan(0.1)
    expect(late).toBeGreaterThan(0)
  }
  expect(effects).toMatchObject({ members: 24, events: 4, codes: 200, checkIns: 36, wrongCodes: 8, rewards: 36 })
})
