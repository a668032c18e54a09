/** Bounds of a number field; `decimals` is how many digits may stand after the point. */
export interface NumberBounds {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly decimals: number
}

const MOST_DECIMALS = 6
const SCALE = 10n ** BigInt(MOST_DECIMALS)
const NUMBER = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(\d+))?$/

/**
 * Reads a number as people type it: full-width digits, a minus of any kind, `,` between thousands. Exact, so that a bound is never passed by rounding. The
 * value has no zeros that say nothing.
 */
export function readNumber(
  typed: string,
  { min, max, decimals }: NumberBounds,
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: 'form' | 'decimals' | 'below' | 'above' } {
  const text = typed
    .normalize('NFKC')
    .trim()
    .replace(/^[\u2212\u2010-\u2014]/u, '-')
  const [, sign = '', whole, fraction = ''] = NUMBER.exec(text) ?? []
  if (whole === undefined) return { ok: false, problem: 'form' }
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > decimals) return { ok: false, problem: 'decimals' }
  const magnitude = BigInt(whole.replaceAll(',', '')) * SCALE + BigInt(digits.padEnd(MOST_DECIMALS, '0'))
  const scaled = sign === '-' ? -magnitude : magnitude
  if (min !== undefined && scaled < BigInt(min) * SCALE) return { ok: false, problem: 'below' }
  if (max !== undefined && scaled > BigInt(max) * SCALE) return { ok: false, problem: 'above' }
  return { ok: true, value: `${scaled < 0n ? '-' : ''}${magnitude / SCALE}${digits === '' ? '' : `.${digits}`}` }
}
