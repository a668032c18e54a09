import { FACT_NAMES, TOTAL_NAMES, type FactName, type TotalName } from './statement-fields.ts'
import {
  CLOSING,
  FACTS_OPEN,
  FIELDS_CLOSE,
  LINES_CLOSE,
  LINES_OPEN,
  MAX_TEXT_LINE,
  OPENING,
  TOTALS_OPEN,
  TRANSACTIONS_CLOSE,
  TRANSACTIONS_OPEN,
} from './statement-text.ts'

/** Why a file as a whole can not be read as a statement. */
export type FileProblem =
  | 'empty'
  | 'compressed'
  | 'encoding'
  | 'line_endings'
  | 'not_json'
  | 'not_statement'
  | 'version'
  | 'layout'
  | 'too_long'
  | 'truncated'
  | 'trailing'

/** Stops the reading of a file. `textLine` is the line of text, from 1. */
export class FileRefused extends Error {
  readonly problem: FileProblem
  readonly textLine: number
  readonly found: string

  constructor(problem: FileProblem, textLine: number, found = '') {
    super(`statement file: ${problem} at line ${textLine}`)
    this.name = 'FileRefused'
    this.problem = problem
    this.textLine = textLine
    this.found = found.slice(0, 80)
  }
}

/** Receives the entries of a file in order, as text without the comma after them. May throw `FileRefused`. */
export type StatementEntries = {
  fact(name: FactName, entry: string): void
  line(number: number, entry: string): void
  total(name: TotalName, entry: string): void
  root(text: string): void
  transaction(number: number, entry: string): void
}

type Cursor = { textLine: number }
type Text = Generator<undefined, void, string>

function* expectText(cursor: Cursor, expected: string): Text {
  const found = yield
  if (found !== expected) throw new FileRefused('layout', cursor.textLine, found)
}

/** Entries up to the closing text; each but the last ends with a comma. */
function* readEntries(cursor: Cursor, close: string, take: (entry: string, index: number) => void): Text {
  let commaBefore = true
  for (let index = 0; ; index += 1) {
    const text = yield
    if (text === close && (index === 0 || !commaBefore)) return
    if (text === close || !commaBefore || (text[0] !== '{' && text[0] !== '"')) throw new FileRefused('layout', cursor.textLine, text)
    commaBefore = text.endsWith(',')
    take(commaBefore ? text.slice(0, -1) : text, index)
  }
}

function* readFields<Name extends string>(cursor: Cursor, names: readonly Name[], take: (name: Name, entry: string) => void): Text {
  let count = 0
  yield* readEntries(cursor, FIELDS_CLOSE, (entry, index) => {
    const name = names[index]
    if (name === undefined) throw new FileRefused('layout', cursor.textLine, entry)
    take(name, entry)
    count += 1
  })
  if (count !== names.length) throw new FileRefused('layout', cursor.textLine)
}

/** The layout of `statement-text.ts`, fed one line of text at a time. */
function* layout(cursor: Cursor, entries: StatementEntries): Text {
  const opening = yield
  if (opening.endsWith('\r')) throw new FileRefused('line_endings', 1)
  if (opening !== OPENING) throw new FileRefused(/^\s*[[{]/.test(opening) ? 'not_statement' : 'not_json', 1, opening)
  yield* expectText(cursor, FACTS_OPEN)
  yield* readFields(cursor, FACT_NAMES, (name, entry) => entries.fact(name, entry))
  yield* expectText(cursor, LINES_OPEN)
  yield* readEntries(cursor, LINES_CLOSE, (entry, index) => entries.line(index + 1, entry))
  yield* expectText(cursor, TOTALS_OPEN)
  yield* readFields(cursor, TOTAL_NAMES, (name, entry) => entries.total(name, entry))
  entries.root(yield)
  yield* expectText(cursor, TRANSACTIONS_OPEN)
  yield* readEntries(cursor, TRANSACTIONS_CLOSE, (entry, index) => entries.transaction(index + 1, entry))
  yield* expectText(cursor, CLOSING)
}

/** Bytes that no ASCII text begins with. */
function assertPlainText(start: Uint8Array): void {
  const [first, second] = start
  if (first === 0x1f && second === 0x8b) throw new FileRefused('compressed', 1)
  if (start.subarray(0, 64).some((byte) => byte === 0 || byte > 0x7e)) throw new FileRefused('encoding', 1)
}

/** Reads a statement file of any size with one chunk and one line of text in memory. Throws `FileRefused`. */
export async function readStatement(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, entries: StatementEntries): Promise<void> {
  const cursor: Cursor = { textLine: 0 }
  const reader = layout(cursor, entries)
  reader.next()
  let rest = ''
  let finished = false
  let started = false
  // Every byte becomes one character, so a byte outside ASCII reaches the grammar and is refused where it stands.
  const decoder = new TextDecoder('latin1')
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    if (!started) assertPlainText(chunk)
    started = true
    const texts = (rest + decoder.decode(chunk)).split('\n')
    rest = texts.pop()!
    for (const text of texts) {
      cursor.textLine += 1
      if (finished) throw new FileRefused('trailing', cursor.textLine, text)
      if (text.length > MAX_TEXT_LINE && cursor.textLine > 1) throw new FileRefused('too_long', cursor.textLine)
      finished = reader.next(text).done === true
    }
    if (rest.length > MAX_TEXT_LINE) {
      // A file of another kind may be one line without an end: the opening rule says what it is.
      if (cursor.textLine === 0) reader.next(rest)
      throw new FileRefused('too_long', cursor.textLine + 1)
    }
  }
  if (!started) throw new FileRefused('empty', 1)
  if (finished && rest !== '') throw new FileRefused('trailing', cursor.textLine + 1, rest)
  if (finished) return
  // What a short file of another kind is matters more than that it stops.
  if (cursor.textLine === 0 && !OPENING.startsWith(rest)) reader.next(rest)
  throw new FileRefused('truncated', cursor.textLine + 1, rest)
}
