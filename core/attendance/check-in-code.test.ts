import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CODE_STEP_MS, codeText, readCheckInCode, rotatingCode, showCode, type Hmac } from './check-in-code.ts'

const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest()
const secret = new Uint8Array(32).fill(9)
const bytes = fc.uint8Array({ minLength: 5, maxLength: 32 })

test('five bytes become eight signs of Crockford’s base 32', () => {
  expect(codeText(Uint8Array.of(0, 0, 0, 0, 0))).toBe('00000000')
  expect(codeText(Uint8Array.of(255, 255, 255, 255, 255))).toBe('ZZZZZZZZ')
  // 0x0123456789 in groups of five bits: 0, 4, 17, 20, 10, 25, 28, 9.
  expect(codeText(Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89))).toBe('04HMASW9')
  expect(codeText(Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89, 0xff))).toBe('04HMASW9')
})

test('16,000 codes in every form that people pass on are read back', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 999_999_999 }), fc.nat(7), (random, event, form) => {
      const code = codeText(random)
      expect(readCheckInCode(write(form, event, code))).toEqual({ event, code })
      expect(readCheckInCode(write(form, undefined, code))).toEqual({ event: undefined, code })
    }),
    { numRuns: 16_000 },
  )
})

/** The forms in which a code is typed, by number. */
function write(form: number, event: number | undefined, code: string): string {
  const shown = event === undefined ? `${code.slice(0, 4)}-${code.slice(4)}` : showCode(event, code)
  switch (form) {
    case 0:
      return shown
    case 1:
      return shown.toLowerCase()
    case 2:
      return shown.replaceAll('-', '')
    case 3:
      return ` ${shown.replaceAll('-', '  ')}\t`
    case 4:
      // Full width, as a Chinese keyboard gives it.
      return Array.from(shown, (sign) => String.fromCodePoint(sign.codePointAt(0)! + 0xfee0)).join('')
    case 5:
      return shown.replaceAll('-', '–')
    case 6:
      return shown.replaceAll('0', 'o').replaceAll('1', event === undefined ? 'l' : 'I')
    default:
      return event === undefined ? shown.replaceAll('-', '_') : `evt-${shown.replaceAll('-', '.')}`
  }
}

test('a code that begins with the letters of an event’s code is still a code', () => {
  expect(readCheckInCode('EVT0-1234')).toEqual({ event: undefined, code: 'EVT01234' })
  expect(readCheckInCode('EVT-12-EVT0-1234')).toEqual({ event: 12, code: 'EVT01234' })
})

describe('what is no code', () => {
  test.each(['', '   ', 'hello', '7K3M-9QR', '7K3M-9QRU', '1234567890-7K3M-9QRT', '12-7K3M-9QRT!', '签到', '12-7K3M-9QR\0'])(
    '%j',
    (typed) => {
      expect(readCheckInCode(typed)).toBeUndefined()
    },
  )
})

test('a rotating code lives for one step of 30 seconds, and `back` gives the ones before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 50 * CODE_STEP_MS, max: 4_000_000_000_000 }), fc.nat(40), (at, back) => {
      const start = at - (at % CODE_STEP_MS)
      expect(rotatingCode(hmac, secret, start)).toBe(rotatingCode(hmac, secret, start + CODE_STEP_MS - 1))
      expect(rotatingCode(hmac, secret, at, back)).toBe(rotatingCode(hmac, secret, at - back * CODE_STEP_MS))
      expect(rotatingCode(hmac, secret, at)).not.toBe(rotatingCode(hmac, new Uint8Array(32), at))
    }),
  )
})
