import fc from 'fast-check'
import { MAX_WITHDRAWAL } from '../economy/withdraw.rules.ts'
import { expect, test } from 'vitest'
import { DEFAULT_PAYOUT_LIMIT } from '../../contracts/script/deploy.ts'
import type { Hex } from '../economy/merkle-hex.ts'
import { pos } from '../shared/amount.ts'
import { callFromJson, callToJson } from './chain-call.ts'
import {
  anchorFault,
  choosePayouts,
  confirmedBlock,
  depthOf,
  isAccepted,
  judgeReserves,
  MAX_PAYOUT_LINES,
  outOfTurn,
  raisedFees,
  subjectOf,
} from './settlement.rules.ts'
import type { ChainCall, Position, Receipt, WaitingWithdrawal } from './settlement.types.ts'

const hash = (digit: string): Hex => `0x${digit.repeat(64)}`
const address = (digit: string): Hex => `0x${digit.repeat(40)}`
const block = { number: 100, hash: hash('b') }
const position: Position = {
  block,
  openedPeriods: 3,
  closedPeriods: 1,
  fundSerial: 50n,
  fundHead: hash('f'),
  paySerial: 7n,
  payHead: hash('a'),
  vaultBalance: pos(100),
  expiredRoots: [],
}
const open: ChainCall = { kind: 'open', period: 4 }
const close: ChainCall = { kind: 'close', period: 2, statementRoot: hash('2') }
const fund: ChainCall = {
  kind: 'fund',
  period: 3,
  firstSerial: 50n,
  lastSerial: 59n,
  amount: pos(9),
  linesRoot: hash('1'),
  headBefore: hash('f'),
}
const expire: ChainCall = { kind: 'expire', period: 2, amount: pos(3), statementRoot: hash('2') }
const pay: ChainCall = { kind: 'pay', firstSerial: 7n, lines: [{ to: address('1'), amount: 1n }], headBefore: hash('a') }

test.each([open, close, fund, pay])('$kind: whose turn it is follows from the position', (call) => {
  expect(isAccepted(call, position)).toBe(false)
  expect(outOfTurn(call, position)).toBeUndefined()
  const after = { ...position, openedPeriods: 4, closedPeriods: 2, fundSerial: 60n, paySerial: 8n }
  expect(isAccepted(call, after)).toBe(true)
  const before = { ...position, openedPeriods: 2, closedPeriods: 0, fundSerial: 40n, paySerial: 6n }
  expect(isAccepted(call, before)).toBe(false)
  expect(outOfTurn(call, before)).toMatch(/^the chain expects (period|line) \d+, the ledger has \d+ next$/)
})

test.each([fund, pay])('$kind: a head on chain that is not the ledger’s stops it before anything is sent', (call) => {
  expect(outOfTurn(call, { ...position, fundHead: hash('e'), payHead: hash('e') })).toMatch(/the head on chain is 0xe+, the ledger has/)
})

test('a burn in the vault is accepted when its root was used, and depends on nothing before it', () => {
  expect(isAccepted(expire, position)).toBe(false)
  expect(isAccepted(expire, { ...position, expiredRoots: [hash('2')] })).toBe(true)
  expect(outOfTurn(expire, { ...position, closedPeriods: 0 })).toBeUndefined()
})

test('what is anchored must be what was asked for', () => {
  const receipt = (anchored: Hex | undefined): Receipt => ({ ok: true, txHash: hash('7'), block, gasUsed: 1n, anchored, burned: pos(3) })
  expect(anchorFault(open, undefined, receipt(undefined))).toBeUndefined()
  expect(anchorFault(close, undefined, receipt(hash('2')))).toBeUndefined()
  expect(anchorFault(close, undefined, receipt(hash('3')))).toContain(hash('3'))
  expect(anchorFault(expire, undefined, receipt(hash('2')))).toBeUndefined()
  expect(anchorFault(expire, undefined, receipt(hash('3')))).toContain(hash('3'))
  expect(anchorFault(expire, undefined, { ...receipt(hash('2')), burned: pos(4) })).toContain('burned 4000000000')
  expect(anchorFault(pay, hash('5'), receipt(hash('5')))).toBeUndefined()
  expect(anchorFault(pay, hash('5'), receipt(hash('6')))).toContain('pay 7-7 is on chain')
  expect(anchorFault(fund, hash('5'), receipt(undefined))).toContain('nothing')
})

test('a block is confirmed exactly when it is as deep as asked', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 1e9 }),
      (head, confirmations, at) => {
        expect(depthOf(at, head) >= confirmations).toBe(at <= confirmedBlock(head, confirmations))
      },
    ),
  )
})

test('a replacement is at least an eighth dearer in both fees, and never below what is asked now', () => {
  const fee = fc.bigInt({ min: 0n, max: 10n ** 15n })
  fc.assert(
    fc.property(fee, fee, fee, fee, (maxFee, maxTip, askedFee, askedTip) => {
      const raised = raisedFees({ maxFee, maxTip }, { maxFee: askedFee, maxTip: askedTip })
      expect(raised.maxFee * 8n >= maxFee * 9n && raised.maxTip * 8n >= maxTip * 9n).toBe(true)
      expect(raised.maxFee >= askedFee && raised.maxTip >= askedTip).toBe(true)
    }),
  )
})

const room = { available: pos(100), capacity: pos(200), vaultBalance: pos(80) }
const waiting = (...amounts: number[]): WaitingWithdrawal[] =>
  amounts.map((amount, index) => ({ id: `w${index}`, address: address('1'), amount: pos(amount) }))

test('payouts go oldest first within bucket and vault, less what is under way, and a large one is not overtaken', () => {
  const chosen = (...args: [WaitingWithdrawal[], bigint?]) => choosePayouts(args[0], room, args[1] ?? 0n, []).lines.map(({ id }) => id)
  expect(chosen(waiting(50, 30, 1))).toEqual(['w0', 'w1'])
  expect(chosen(waiting(50, 31, 1))).toEqual(['w0'])
  expect(chosen(waiting(50, 30), pos(30))).toEqual(['w0'])
  expect(chosen(waiting(50), pos(500))).toEqual([])
  const many = Array.from({ length: MAX_PAYOUT_LINES + 5 }, (_, index) => ({ id: `w${index}`, address: address('1'), amount: 1n }))
  expect(chosen(many)).toHaveLength(MAX_PAYOUT_LINES)
})

test('what can never be paid stands aside and is named', () => {
  const [first, second, third] = waiting(1, 201, 2)
  const toVault = { ...first!, address: address('A') }
  const toBurn = { ...first!, id: 'b', address: '0x000000000000000000000000000000000000dEaD' as const }
  const { lines, unpayable } = choosePayouts([toVault, toBurn, second!, third!], room, 0n, [address('a')])
  expect(lines.map(({ id }) => id)).toEqual(['w2'])
  expect(unpayable).toEqual([
    { id: 'w0', reason: 'address' },
    { id: 'b', reason: 'address' },
    { id: 'w1', reason: 'above_limit' },
  ])
})

test('the largest withdrawal fits what the vault lets go at once', () => {
  expect(MAX_WITHDRAWAL).toBeLessThanOrEqual(DEFAULT_PAYOUT_LIMIT.capacity)
})

test('reserves count what is still to come into the vault and what has just left it', () => {
  const owed = { balances: pos(120), fundingDue: pos(30), paidEarly: pos(5), paidLate: pos(15) }
  expect(judgeReserves(position, owed, 1)).toMatchObject({ liabilities: pos(130), ok: true })
  expect(judgeReserves({ ...position, vaultBalance: pos(100) - 1n }, owed, 1).ok).toBe(false)
})

test.each([open, close, fund, pay, expire])('$kind: a call comes back from its JSON as it was', (call) => {
  expect(callFromJson(JSON.parse(callToJson(call)))).toEqual(call)
})

test('calls that were changed by hand are not taken', () => {
  expect(() => callFromJson({ kind: 'open', period: 14 })).toThrow(/period/)
  expect(() => callFromJson({ ...(JSON.parse(callToJson(fund)) as object), amount: '1e9' })).toThrow(/amount/)
})

test('the same value has one name, other value another', () => {
  expect([open, close, fund, pay, expire].map(subjectOf)).toEqual(['4', '2', '3:50-59', '7-7', '2'])
})
