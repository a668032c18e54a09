/** Value in nano PoS: 1 PoS = 10^9 nano. The whole supply is 10^17, so every amount fits a signed 64-bit integer (spec 01, "Units"). */
export type Amount = bigint

export const NANO_PER_POS = 1_000_000_000n
export const TOTAL_SUPPLY: Amount = 100_000_000n * NANO_PER_POS

/** Whole PoS to nano. */
export function pos(whole: bigint | number): Amount {
  return BigInt(whole) * NANO_PER_POS
}

/** Exact decimal text of an amount, without trailing zeros: `12.5`, `0.000000001`, `-3`. The form of statements, exports and proofs. */
export function exactAmount(amount: Amount): string {
  const sign = amount < 0n ? '-' : ''
  const magnitude = amount < 0n ? -amount : amount
  const fraction = (magnitude % NANO_PER_POS).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${magnitude / NANO_PER_POS}${fraction === '' ? '' : `.${fraction}`}`
}

/** Text for people: at most two decimals, rounded down so that nobody is shown value they do not have, `,` between thousands. */
export function shortAmountRoundedDown(
  amount: Amount,
  separators: { thousands: string; decimal: string } = { thousands: ',', decimal: '.' },
): string {
  const sign = amount < 0n ? '-' : ''
  const magnitude = amount < 0n ? -amount : amount
  const whole = (magnitude / NANO_PER_POS).toString().replace(/\B(?=(\d{3})+$)/g, separators.thousands)
  const cents = (magnitude % NANO_PER_POS) / 10_000_000n
  return `${sign}${whole}${cents === 0n ? '' : `${separators.decimal}${cents.toString().padStart(2, '0')}`}`
}

/** Why a typed amount was not understood; each has a text of its own that tells the member what to type. */
export type AmountProblem = 'empty' | 'negative' | 'zero' | 'exponent' | 'full_width' | 'too_many_decimals' | 'too_large' | 'not_a_number'

/**
 * Reads an amount as a member types it: digits with an optional point and at most nine decimals, optional `,` between thousands, optional unit `PoS`.
 * Nothing is guessed: exponents, signs and full-width digits are refused with their own reason. The result is positive and at most the total supply.
 */
export function parseAmount(typed: string): { ok: true; amount: Amount } | { ok: false; problem: AmountProblem } {
  const text = typed.trim().replace(/\s*pos$/i, '')
  if (text === '') return { ok: false, problem: 'empty' }
  if (/[０-９．，－＋]/.test(text)) return { ok: false, problem: 'full_width' }
  if (/^[-−–]/.test(text)) return { ok: false, problem: 'negative' }
  if (/^\d[\d.]*e[+-]?\d+$/i.test(text)) return { ok: false, problem: 'exponent' }
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return { ok: false, problem: 'not_a_number' }
  const whole = match[1]!.replaceAll(',', '')
  const fraction = match[2] ?? ''
  if (fraction.length > 9) return { ok: false, problem: 'too_many_decimals' }
  if (whole.replace(/^0+/, '').length > 9) return { ok: false, problem: 'too_large' }
  const amount = BigInt(whole) * NANO_PER_POS + BigInt(fraction.padEnd(9, '0'))
  if (amount === 0n) return { ok: false, problem: 'zero' }
  if (amount > TOTAL_SUPPLY) return { ok: false, problem: 'too_large' }
  return { ok: true, amount }
}
