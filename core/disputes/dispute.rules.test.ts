import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR } from '../shared/instant.ts'
import { pos } from '../shared/amount.ts'
import { disputablePeriod, disputeEffect, disputeProblem, disputeTimes, highestAmount } from './dispute.rules.ts'
import type { DisputableLine } from './dispute.types.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const times = (period: number) => disputeTimes(GENESIS, period)
const { end, until, decidedBy } = times(1)
const line: DisputableLine = {
  number: 7,
  memberId: 'ann',
  kind: 'attendance',
  reference: 'EVT-1',
  amount: pos(10),
  period: 1,
  isThere: true,
  isSealed: false,
  attendance: undefined,
  dispute: undefined,
}
const problem = (changes: Partial<DisputableLine> = {}, now = end, who = 'ann') => disputeProblem({ ...line, ...changes }, who, times, now)

describe('a line can be disputed', () => {
  test('by whose it is, from the end of its period for 72 hours', () => {
    expect(until).toBe(end + 72 * HOUR)
    expect(decidedBy).toBe(end + 7 * 24 * HOUR)
    expect([end - 1, end, until - 1, until].map((now) => problem({}, now))).toEqual(['too_early', undefined, undefined, 'too_late'])
  })

  test('once, and not when it is another’s, taken back, or in a statement that takes no more lines', () => {
    expect(problem({}, end, 'ben')).toBe('no_line')
    expect(disputeProblem(undefined, 'ann', times, end)).toBe('no_line')
    expect(problem({ isThere: false })).toBe('no_line')
    expect(problem({ isSealed: true })).toBe('too_late')
    expect(problem({ dispute: { number: 1, state: 'open' } })).toBe('open')
    for (const state of ['corrected', 'kept', 'lapsed'] as const) expect(problem({ dispute: { number: 1, state } })).toBe('decided')
    expect(problem({ kind: 'correction' })).toBe('decided')
  })

  test('while there is a draft: of the period that ended last', () => {
    expect([GENESIS - 1, GENESIS, end - 1].map((now) => disputablePeriod(GENESIS, now))).toEqual([undefined, undefined, undefined])
    expect([end, until - 1, until].map((now) => disputablePeriod(GENESIS, now))).toEqual([1, 1, undefined])
    const last = times(13)
    expect([last.end, last.until].map((now) => disputablePeriod(GENESIS, now))).toEqual([13, undefined])
  })
})

test('a panel can give any contribution what the best paid one earns, and leave a line as it is', () => {
  expect(highestAmount({ amount: pos(10), period: 1 })).toBe(pos(500))
  expect(highestAmount({ amount: pos(10), period: 11 })).toBe(pos(8_000))
  expect(highestAmount({ amount: pos(20_000), period: 1 })).toBe(pos(20_000))
})

test('line and what is added or taken back make the decided amount; all but an approval keeps the line', () => {
  const amount = fc.bigInt({ min: 0n, max: pos(1_000_000) })
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: pos(1_000_000) }), amount, (old, wanted) => {
      const effect = disputeEffect(old, { outcome: 'approved', amount: wanted, reason: '' })
      const change = effect.kind === 'keep' ? 0n : effect.kind === 'grant' ? effect.amount : -effect.amount
      expect(old + change).toBe(wanted)
      expect(effect.kind === 'keep' || effect.amount > 0n).toBe(true)
      for (const outcome of ['returned', 'rejected'] as const)
        expect(disputeEffect(old, { outcome, amount: wanted, reason: '' })).toEqual({ kind: 'keep' })
    }),
  )
})
