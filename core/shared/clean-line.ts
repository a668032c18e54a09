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

/** What parts lines, on any system and in any script. */
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u

/** Several displayable lines: each as {@link cleanLine} leaves it, paragraphs one blank line apart, none before or after them. */
export function cleanLines(typed: string): string {
  return typed
    .split(LINE_BREAK)
    .map(cleanLine)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '')
}
