import type { Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import { isText, type Language, type TextValue } from '../../core/shared/text.ts'
import { cutMarkdown, markdownStyle, plainStyle } from './markdown.ts'

/** Columns of fixed width that a phone shows without breaking a line. */
const PHONE_COLUMNS = 36
const MAX_CELL = 300
/** Scripts whose signs take two columns, and emoji (Unicode "East Asian Width"). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}|[\u{20000}-\u{3fffd}]/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Columns that a text takes in a font of fixed width. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += WIDE.test(segment) ? 2 : 1
  return columns
}

type Table = NonNullable<Reply['table']>

/**
 * A table as lines of markdown. Aligned columns in a code block when a phone can show them, else one list entry per row: Discord breaks long lines
 * of a code block on phones, shows no timestamps or names in one, and gives wide signs other widths on every device.
 * @returns `fence` is put round the lines that are shown, whatever their number; `head` is shown when at least one line is
 */
export function renderTable(
  table: Table,
  language: Language,
  speak: Speak,
): { head: readonly string[]; lines: readonly string[]; fence: boolean } {
  const header = table.header.map((cell) => speak(cell, language, plainStyle))
  const cells = table.rows.map((row) => row.map((cell) => speak(cell, language, plainStyle)))
  const widths = header.map((cell, column) => Math.max(...[cell, ...cells.map((row) => row[column] ?? '')].map(columnsOf)))
  const total = widths.reduce((sum, width) => sum + width + 2, -2)
  if (total <= PHONE_COLUMNS && !table.rows.flat().some(needsMarkup) && [header, ...cells].flat().every(fitsCode) && alignsWell(cells)) {
    const isNumber = table.header.map((_cell, column) => table.rows.every((row) => isQuantity(row[column])))
    const line = (row: readonly string[]): string =>
      header
        .map((_cell, column) => pad(row[column] ?? '', widths[column] ?? 0, isNumber[column] === true))
        .join('  ')
        .trimEnd()
    return { head: [line(header)], lines: cells.map(line), fence: true }
  }
  const write = (value: TextValue): string => cutMarkdown(speak(value, language, markdownStyle).replaceAll('\n', ' ').trim(), MAX_CELL)
  const labels = table.header.map(write)
  const lines = table.rows.map((row) => {
    const [first = '', ...rest] = row.map(write)
    const named = rest.map((cell, index) => `${labels[index + 1] ?? ''}${language === 'zh' ? '：' : ': '}${cell}`).join(' · ')
    return `- **${first === '' ? '—' : first}**${named === '' ? '' : ` — ${named}`}`
  })
  return { head: [], lines, fence: false }
}

/** Wide signs before the last column would push the columns after them out of line on most devices. */
const alignsWell = (rows: readonly (readonly string[])[]): boolean => rows.every((row) => !row.slice(0, -1).some((cell) => WIDE.test(cell)))
const fitsCode = (cell: string): boolean => !/[`\n]/.test(cell)
const isQuantity = (value: TextValue | undefined): boolean => typeof value === 'bigint' || typeof value === 'number'

function needsMarkup(value: TextValue): boolean {
  if (typeof value !== 'object') return false
  return isText(value) ? Object.values(value.values).some(needsMarkup) : true
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - columnsOf(text)))
  return right ? space + text : text + space
}
