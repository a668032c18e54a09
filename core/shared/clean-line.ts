/**
 * One displayable line of what a person typed: NFKC, no control characters (NUL would be refused by PostgreSQL), no bidirectional overrides or
 * zero-width characters (they fake names in review), no lone surrogates, runs of white space as one space (reliability 2.2, B7).
 */
export function cleanLine(typed: string): string {
  return cleanAs('NFKC', typed)
}

function cleanAs(form: 'NFC' | 'NFKC', typed: string): string {
  return typed
    .toWellFormed()
    .normalize(form)
    .replace(/[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffd]/g, '')
    .replace(/\s+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim()
}

/** What parts lines, on any system and in any script. */
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u

/** Several displayable lines: each as {@link cleanLine} leaves it, paragraphs one blank line apart, none before or after them. */
export function cleanLines(typed: string): string {
  return linesOf('NFKC', typed)
}

/** {@link cleanLine} for what people write to be read: the punctuation of their script stays (NFKC would make `，` a comma). */
export function cleanProse(typed: string): string {
  return cleanAs('NFC', typed)
}

/** {@link cleanLines} for what people write to be read. */
export function cleanParagraphs(typed: string): string {
  return linesOf('NFC', typed)
}

function linesOf(form: 'NFC' | 'NFKC', typed: string): string {
  return typed
    .split(LINE_BREAK)
    .map((line) => cleanAs(form, line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '')
}
