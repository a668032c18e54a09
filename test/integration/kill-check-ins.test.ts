import { expect, test } from 'vitest'
import { killCheckIns } from '../../bench/kill-check-ins.ts'
import { freshDatabase } from '../support/postgres.ts'

test('check-ins that were acknowledged before a kill are there, and sending all again doubles none', { timeout: 120_000 }, async () => {
  const report = await killCheckIns(await freshDatabase(), 2_000, 3)
  expect(report).toEqual({
    kills: 3,
    asked: 2_000,
    acknowledged: expect.any(Number) as number,
    lost: 0,
    doubled: 0,
    missing: 0,
    ledgerError: 0n,
  })
  expect(report.acknowledged).toBeGreaterThanOrEqual(500)
})
