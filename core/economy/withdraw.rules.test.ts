import { describe, expect, it } from 'vitest'
import { pos } from '../shared/amount.ts'
import { MAX_WITHDRAWAL, MIN_WITHDRAWAL, withdrawalProblem } from './withdraw.rules.ts'

describe('what may be withdrawn', () => {
  it.each([
    [MIN_WITHDRAWAL, pos(100), undefined],
    [MIN_WITHDRAWAL - 1n, pos(100), 'too_little'],
    [pos(100), pos(100), undefined],
    [pos(100) + 1n, pos(100), 'too_much'],
    [MAX_WITHDRAWAL, pos(2_000_000), undefined],
    [MAX_WITHDRAWAL + 1n, pos(2_000_000), 'too_large'],
    // Who has less than they ask for is told that first: splitting would not help them.
    [MAX_WITHDRAWAL + 1n, pos(5), 'too_much'],
  ])('%s nano of %s: %s', (amount, withdrawable, problem) => {
    expect(withdrawalProblem(amount, withdrawable)).toBe(problem)
  })
})
