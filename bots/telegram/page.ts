/** Limits of the Bot API in UTF-16 code units, counted after the tags are taken out (sendMessage `text`, sendDocument `caption`). */
export const MAX_TEXT = 4096
export const MAX_CAPTION = 1024

/** A piece of a line: plain text and how it stands out. */
export interface Span {
  readonly text: string
  readonly as?: 'b' | 'code'
}

/** One line of a message. `fixed` lines that follow each other make one block in a fixed-width font; `verbatim` is such a block that can be copied. */
export interface Row {
  readonly kind: 'line' | 'fixed' | 'verbatim'
  readonly spans: readonly Span[]
}

export const lineRows = (text: string, as?: Span['as']): Row[] =>
  text.split('\n').map((line) => ({ kind: 'line', spans: [as === undefined ? { text: line } : { text: line, as }] }))

export const blockRows = (kind: 'fixed' | 'verbatim', text: string): Row[] =>
  text.split('\n').map((line) => ({ kind, spans: [{ text: line }] }))

export const BLANK: Row = { kind: 'line', spans: [] }

export const lengthOf = (row: Row): number => row.spans.reduce((sum, { text }) => sum + text.length, 0)

/** Length of all rows as Telegram counts them. */
export const lengthOfAll = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + lengthOf(row) + 1, -1)

/**
 * Lays rows out on pages of at most `limit` characters, at most `maxPages` of them. A verbatim block stays on one page if it fits on one.
 * When rows are left over the last page ends with the line that `leftOver` gives for their number.
 */
export function layOut(
  rows: readonly Row[],
  { limit, maxPages, leftOver }: { limit: number; maxPages: number; leftOver: (count: number) => string },
): Row[][] {
  const wholes = together(
    rows.flatMap((row) => split(row, limit)),
    limit,
  )
  const pages: Row[][] = [[]]
  let used = 0
  for (const [index, whole] of wholes.entries()) {
    const size = lengthOfAll(whole) + 1
    if (used > 0 && used + size > limit + 1) {
      if (pages.length === maxPages) {
        pages.push(closed(pages.pop()!, wholes.slice(index).flat(), limit, leftOver))
        break
      }
      pages.push([])
      used = 0
    }
    pages.at(-1)!.push(...whole)
    used += size
  }
  return pages.map(trimBlank).filter((page) => page.length > 0)
}

/** A full last page: rows give way to the line about what is missing. */
function closed(page: readonly Row[], left: readonly Row[], limit: number, leftOver: (count: number) => string): Row[] {
  const kept = [...page]
  const missing = [...left]
  for (;;) {
    const closing = leftOver(missing.filter((row) => lengthOf(row) > 0).length)
    if (kept.length === 0 || lengthOfAll(kept) + 1 + closing.length <= limit) return [...kept, ...lineRows(closing)]
    missing.unshift(kept.pop()!)
  }
}

/** Rows that must not be parted are one entry, all others are entries of their own. */
function together(rows: readonly Row[], limit: number): Row[][] {
  const wholes: Row[][] = []
  for (const row of rows) {
    const before = wholes.at(-1)
    if (row.kind === 'verbatim' && before?.[0]?.kind === 'verbatim') before.push(row)
    else wholes.push([row])
  }
  return wholes.flatMap((whole) => (lengthOfAll(whole) > limit * 0.8 ? whole.map((row) => [row]) : [whole]))
}

/** A row that is too long for a page becomes several; only then is a line broken inside. */
function split(row: Row, limit: number): Row[] {
  if (lengthOf(row) <= limit / 2) return [row]
  const most = Math.floor(limit / 2)
  return row.spans.flatMap((span) => pieces(span.text, most).map((text) => ({ kind: row.kind, spans: [{ ...span, text }] })))
}

export function pieces(text: string, most: number): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + most)
    // Never between the two halves of one character.
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end--
    found.push(text.slice(at, end))
    at = end
  }
  return found
}

function trimBlank(rows: readonly Row[]): Row[] {
  const isBlank = (row: Row | undefined): boolean => row !== undefined && row.spans.every(({ text }) => text.trim() === '')
  const kept = [...rows]
  while (isBlank(kept[0])) kept.shift()
  while (isBlank(kept.at(-1))) kept.pop()
  return kept
}

/** HTML of one page (https://core.telegram.org/bots/api#html-style). */
export function toHtml(rows: readonly Row[]): string {
  let html = ''
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1]?.kind
    if (row.kind !== before) html += closing(before) + (index > 0 ? '\n' : '') + opening(row.kind)
    else html += '\n'
    html += row.spans.map(spanHtml).join('')
  }
  return html + closing(rows.at(-1)?.kind)
}

const opening = (kind: Row['kind']): string => (kind === 'line' ? '' : kind === 'fixed' ? '<pre>' : '<pre><code>')
const closing = (kind: Row['kind'] | undefined): string => (kind === 'fixed' ? '</pre>' : kind === 'verbatim' ? '</code></pre>' : '')

const spanHtml = ({ text, as }: Span): string => (as === undefined || text === '' ? escapeHtml(text) : `<${as}>${escapeHtml(text)}</${as}>`)

export const escapeHtml = (plain: string): string => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
