import { typedSigns } from '../shared/crockford.ts'
import { MINUTE } from '../shared/instant.ts'

export const LINK_CODE_LIFETIME_MS = 10 * MINUTE
/** Tries of a member that are allowed in this time (reliability S1); a right code is no try. */
export const LINK_TRIES_ALLOWED = 5
export const LINK_TRY_WINDOW_MS = 10 * MINUTE

/** Reads a typed code; undefined when it can be no code at all. */
export function readLinkCode(typed: string): string | undefined {
  const text = typedSigns(typed)
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(text) ? text : undefined
}
