import { MINUTE } from '../shared/instant.ts'

export const LINK_CODE_LIFETIME_MS = 10 * MINUTE
/** Tries of a member that are allowed in this time (reliability S1); a right code is no try. */
export const LINK_TRIES_ALLOWED = 5
export const LINK_TRY_WINDOW_MS = 10 * MINUTE

/** A code as people copy it: two groups of four. */
export function showLinkCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** Reads a typed code: case, full-width characters, spaces and dashes are forgiven, O reads as 0, I and L as 1. Undefined when it can be no code at all. */
export function readLinkCode(typed: string): string | undefined {
  const text = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-‐-―_.]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(text) ? text : undefined
}
