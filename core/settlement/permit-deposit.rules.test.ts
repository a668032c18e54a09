import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pos, TOTAL_SUPPLY } from '../shared/amount.ts'
import { DAY, HOUR, SECOND } from '../shared/instant.ts'
import {
  amountRefusal,
  dayOf,
  isSamePermit,
  isStuck,
  MAX_PERMIT_LIFETIME,
  nextNonce,
  offeredDeadline,
  permitRefusal,
  trialRefusal,
} from './permit-deposit.rules.ts'
import type { OwnerPosition, Permit, RelayedDeposit } from './permit-deposit.types.ts'
import { BLOCKS_BEFORE_BUMP, MAX_ATTEMPTS } from './settlement.rules.ts'

const NOW = Date.UTC(2027, 1, 3, 12)
const owner: OwnerPosition = { nonce: 3n, balance: pos(50), block: 100, at: NOW }
const permit: Permit = { owner: `0x${'a1'.repeat(20)}`, amount: pos(50), nonce: 3n, deadline: NOW + HOUR }
const facts = { member: { isBlocked: false }, owner, now: NOW }

describe('an amount', () => {
  test('is relayed from exactly 1 PoS up to the supply, to the nano', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -5n, max: TOTAL_SUPPLY * 2n }), (amount) => {
        const code = amountRefusal(amount)?.code
        expect(code).toBe(amount < pos(1) ? 'deposit.too_small' : amount > TOTAL_SUPPLY ? 'deposit.too_large' : undefined)
      }),
      { examples: [[pos(1)], [pos(1) - 1n], [TOTAL_SUPPLY], [TOTAL_SUPPLY + 1n], [0n]] },
    )
  })
})

describe('a permit', () => {
  test('at every bound is taken', () => {
    expect(permitRefusal(permit, facts)).toBeUndefined()
    expect(permitRefusal({ ...permit, deadline: NOW + 1 }, facts)).toBeUndefined()
  })

  test.each<[string, string, Partial<Permit>, Partial<typeof facts>]>([
    ['of a wallet that nobody has linked', 'not_linked', {}, { member: undefined as never }],
    ['of a blocked member', 'blocked', {}, { member: { isBlocked: true } }],
    ['that ends now', 'late', { deadline: NOW }, {}],
    ['that ends a millisecond after an hour', 'too_far', { deadline: NOW + MAX_PERMIT_LIFETIME + 1 }, {}],
    ['of a nonce that is used', 'permit_used', { nonce: 2n }, {}],
    ['of a later nonce', 'other_nonce', { nonce: 4n }, {}],
    ['of a nano more than the wallet holds', 'too_much', { amount: pos(50) + 1n }, {}],
  ])('%s is refused', (_what, code, change, other) => {
    expect(permitRefusal({ ...permit, ...change }, { ...facts, ...other })?.code).toBe(`deposit.${code}`)
  })

  test('of a stranger is refused as such, whatever else is wrong with it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -DAY, max: DAY }), fc.bigInt(0n, 9n), fc.bigInt(1n, TOTAL_SUPPLY), (offset, nonce, amount) => {
        const refusal = permitRefusal({ ...permit, deadline: NOW + offset, nonce, amount }, { ...facts, member: undefined })
        expect(refusal?.code).toBe('deposit.not_linked')
      }),
    )
  })

  test('as the page offers it ends on a whole second and within what is taken, at any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (now) => {
        const deadline = offeredDeadline(now)
        expect(deadline % SECOND).toBe(0)
        expect(permitRefusal({ ...permit, deadline }, { ...facts, now })).toBeUndefined()
      }),
    )
  })

  test('is the same when it asks for the same', () => {
    expect(isSamePermit(permit, { ...permit })).toBe(true)
    expect(isSamePermit(permit, { ...permit, amount: permit.amount - 1n })).toBe(false)
    expect(isSamePermit(permit, { ...permit, deadline: permit.deadline + SECOND })).toBe(false)
  })
})

test('what a contract refuses is said to the member where the member can help it', () => {
  const said = (error: string) => trialRefusal(error, owner)?.code
  expect(said('EnforcedPause')).toBe('deposit.paused')
  expect(said('ERC2612ExpiredSignature')).toBe('deposit.late')
  expect(said('ERC2612InvalidSigner')).toBe('deposit.permit_used')
  expect(said('ERC20InsufficientBalance')).toBe('deposit.too_much')
  expect(said('WrongSerial')).toBeUndefined()
})

test('the next nonce is the first that neither the node nor a kept transaction has', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.uniqueArray(fc.nat(60), { maxLength: 16 }), (expected, kept) => {
      const nonce = nextNonce(expected, kept)
      expect(nonce).toBeGreaterThanOrEqual(expected)
      expect(kept).not.toContain(nonce)
      for (let below = expected; below < nonce; below += 1) expect(kept).toContain(below)
    }),
  )
})

test('a day is a UTC day', () => {
  expect(dayOf(Date.UTC(2027, 1, 3))).toBe('2027-02-03')
  expect(dayOf(Date.UTC(2027, 1, 3) - 1)).toBe('2027-02-02')
})

test('a transaction is stuck after some blocks, until there were too many of them', () => {
  const attempt = { hash: '0x01', raw: '0x02', nonce: 1, fees: { maxFee: 1n, maxTip: 1n }, sentBlock: 10 } as const
  const deposit = (count: number): RelayedDeposit => ({
    id: 1n,
    permit,
    relayer: permit.owner,
    relayerNonce: 1,
    hasFailed: false,
    attempts: Array.from({ length: count }, () => attempt),
  })
  expect(isStuck(deposit(1), attempt, 10 + BLOCKS_BEFORE_BUMP)).toBe(true)
  expect(isStuck(deposit(1), attempt, 9 + BLOCKS_BEFORE_BUMP)).toBe(false)
  expect(isStuck(deposit(MAX_ATTEMPTS), attempt, 1_000)).toBe(false)
})
