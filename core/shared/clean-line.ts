/**
 * One displayable line of what a person typed: NFKC, no control characters (NUL would be refused by PostgreSQL), no bidirectional overrides or
 * zero-width characters (they fake names in review), no lone surrogates, runs of white space as one space (reliability 2.2, B7).
 */
export function cleanLine(typed: string): string {
  return typed
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffd]/g, '')
    .replace(/\s+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim()
}
