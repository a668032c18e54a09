import type { TextValue } from '../../core/shared/text.ts'
import { displayWidth, padToWidth } from './display-width.ts'
import { blockRows, type Row } from './page.ts'

/** Columns that a phone shows of a fixed-width line without breaking it. */
const PHONE_WIDTH = 38

interface Table {
  readonly header: readonly TextValue[]
  readonly rows: readonly (readonly TextValue[])[]
}

/**
 * A table as a block in a fixed-width font where a phone can show it, otherwise one line for each row that names its columns.
 * @param colon between a name and its value, as the language writes it
 * @param write a value as plain text; `exact` for the block, where nothing needs to be kept from becoming a link
 */
export function renderTable(table: Table, colon: string, write: (value: TextValue, where: 'message' | 'exact') => string): Row[] {
  const cells = [table.header, ...table.rows].map((row) => row.map((value) => write(value, 'exact').replaceAll('\n', ' ')))
  const widths = table.header.map((_, column) => cells.reduce((width, row) => Math.max(width, displayWidth(row[column] ?? '')), 0))
  const isNumber = table.header.map((_, column) =>
    table.rows.every((row) => typeof row[column] === 'bigint' || typeof row[column] === 'number'),
  )
  if (widths.reduce((sum, width) => sum + width + 2, -2) <= PHONE_WIDTH) {
    const lines = cells.map((row) =>
      widths.map((width, column) => padToWidth(row[column] ?? '', width, isNumber[column] ? 'start' : 'end')),
    )
    return blockRows('fixed', lines.map((line) => line.join('  ').trimEnd()).join('\n'))
  }
  const names = table.header.map((value) => write(value, 'message'))
  return table.rows.map((row): Row => {
    const [first = '', ...others] = row.map((value) => write(value, 'message').replaceAll('\n', ' '))
    const rest = others.map((value, index) => `${names[index + 1] ?? ''}${colon}${value}`).join(' · ')
    return { kind: 'line', spans: [{ text: '• ' }, { text: first, as: 'b' }, { text: rest === '' ? '' : ` — ${rest}` }] }
  })
}
