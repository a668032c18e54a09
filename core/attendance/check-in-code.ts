import { inGroups, typedSigns } from '../shared/crockford.ts'
import type { Instant } from '../shared/instant.ts'

/** An event named instead of a code, `EVT-12`: with its dash, or too short to be a code that itself begins with EVT. */
export function readEventCode(typed: string): number | undefined {
  const text = typed.normalize('NFKC').toUpperCase().replace(/\s/g, '').replace(/[‐-―]/g, '-')
  const [, digits] = /^EVT(?:-(?=\d)|(?=\d{1,4}$))(\d{1,9})$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** HMAC-SHA-256, given by the caller because core has no cryptography of its own. */
export type Hmac = (key: Uint8Array, message: string) => Uint8Array

/** A rotating code changes every 30 seconds and is valid for the step before too (spec 03). */
export const CODE_STEP_MS = 30_000
export const VALID_STEPS_BACK = 1
/** For this many steps a rotated-out code is recognised as such, so that the member is told "expired" and not "wrong". */
export const REMEMBERED_STEPS = 40
/** 8 characters of 32 signs: 40 bits, too many to guess at five tries in ten minutes (reliability S1). */
export const CODE_LENGTH = 8

const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Crockford's base 32 of the first 40 bits. */
export function codeText(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes.subarray(0, 5)) bits = (bits << 8n) | BigInt(byte)
  return Array.from({ length: CODE_LENGTH }, (_, index) => SIGNS[Number((bits >> BigInt(35 - 5 * index)) & 31n)]).join('')
}

/** The rotating code of an event in the 30-second step that holds an instant, `back` steps earlier. */
export function rotatingCode(hmac: Hmac, secret: Uint8Array, at: Instant, back = 0): string {
  return codeText(hmac(secret, `rotating:${Math.floor(at / CODE_STEP_MS) - back}`))
}

/** A code as people pass it on: the event's number, then two groups of four, `12-7K3M-9QRT`. */
export function showCode(event: number, code: string): string {
  return `${event}-${inGroups(code)}`
}

/**
 * Reads a typed check-in code, as forgiving as {@link typedSigns}.
 * The last eight signs are the code, what stands before is the event's number; undefined when it can be no code at all.
 */
export function readCheckInCode(typed: string): { event: number | undefined; code: string } | undefined {
  const text = typedSigns(typed)
  // A code may itself begin with EVT: the prefix is one only when a whole code is left after it.
  const match = /^(?:EVT)?(\d{0,9})([0-9A-HJKMNP-TV-Z]{8})$/.exec(text)
  if (match === null) return undefined
  return { event: match[1] === '' ? undefined : Number(match[1]), code: match[2]! }
}
