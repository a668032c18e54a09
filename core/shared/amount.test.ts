import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactAmount, NANO_PER_POS, parseAmount, pos, shortAmountRoundedDown, TOTAL_SUPPLY, type AmountProblem } from './amount.ts'

const amount = fc.bigInt({ min: 1n, max: TOTAL_SUPPLY })

test('the whole supply is 10^17 nano and fits a signed 64-bit integer', () => {
  expect(TOTAL_SUPPLY).toBe(10n ** 17n)
  expect(TOTAL_SUPPLY < 2n ** 63n).toBe(true)
  expect(pos(3)).toBe(3_000_000_000n)
})

test('every amount is read back from its exact text, with thousands and unit or without', () => {
  fc.assert(
    fc.property(amount, fc.constantFrom('', ' PoS', 'pos', ' POS '), (value, unit) => {
      expect(parseAmount(` ${exactAmount(value)}${unit}`)).toEqual({ ok: true, amount: value })
      const [whole, fraction] = exactAmount(value).split('.')
      const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
      expect(parseAmount(grouped)).toEqual({ ok: true, amount: value })
    }),
    { numRuns: 2_000 },
  )
})

test('exact text has no zeros at the end and no exponent', () => {
  expect([12_500_000_000n, 1n, -3_000_000_000n, 0n, TOTAL_SUPPLY].map(exactAmount)).toEqual(['12.5', '0.000000001', '-3', '0', '100000000'])
})

test('short text never shows more than there is, and at most a cent less', () => {
  expect([12_509_999_999n, 1n, 1_234_567_890_000_000n, -12_509_999_999n].map((value) => shortAmountRoundedDown(value))).toEqual([
    '12.50',
    '0',
    '1,234,567.89',
    '-12.50',
  ])
  expect(shortAmountRoundedDown(1_234_500_000_000n, { thousands: '.', decimal: ',' })).toBe('1.234,50')
  fc.assert(
    fc.property(amount, (value) => {
      const shown = parseAmount(shortAmountRoundedDown(value))
      const read = shown.ok ? shown.amount : 0n
      expect(read <= value && value - read < NANO_PER_POS / 100n).toBe(true)
    }),
  )
})

describe('what is refused, each for its own reason', () => {
  const refused: readonly [string, AmountProblem][] = [
    ['', 'empty'],
    [' PoS', 'empty'],
    ['-1', 'negative'],
    ['−1', 'negative'],
    ['0', 'zero'],
    ['0.000000000', 'zero'],
    ['1e3', 'exponent'],
    ['1.5E-2', 'exponent'],
    ['１２', 'full_width'],
    ['1．5', 'full_width'],
    ['1.0000000001', 'too_many_decimals'],
    ['100000000.000000001', 'too_large'],
    ['1000000000', 'too_large'],
    ['9'.repeat(300), 'too_large'],
    ['1,00', 'not_a_number'],
    ['1,2345', 'not_a_number'],
    ['.5', 'not_a_number'],
    ['5.', 'not_a_number'],
    ['+5', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['12 34', 'not_a_number'],
    ['ten', 'not_a_number'],
    ['NaN', 'not_a_number'],
  ]
  test.each(refused)('%j: %s', (typed, problem) => {
    expect(parseAmount(typed)).toEqual({ ok: false, problem })
  })

  test.each([
    ['1', NANO_PER_POS],
    ['100000000', TOTAL_SUPPLY],
    ['0.000000001', 1n],
    ['1,000', 1_000n * NANO_PER_POS],
    ['007.50', 7_500_000_000n],
  ])('their neighbour %j is taken', (typed, value) => {
    expect(parseAmount(typed)).toEqual({ ok: true, amount: value })
  })

  // oxlint-disable-next-line vitest/expect-expect -- fast-check fails on false, and the return is what is asserted
  test('nothing that anybody types makes it throw, and what it takes is in bounds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+0-9.,e posＰ]{0,20}$/)), (typed) => {
        const read = parseAmount(typed)
        return !read.ok || (read.amount > 0n && read.amount <= TOTAL_SUPPLY)
      }),
      { numRuns: 2_000 },
    )
  })
})
