/** A code of eight signs as people copy it: two groups of four. */
export function inGroups(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** What was typed where a code is meant, in the signs of codes (Crockford): any case, full-width characters, spaces and dashes are forgiven, O reads as 0 and I or L as 1. */
export function typedSigns(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-‐-―_.]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
}
