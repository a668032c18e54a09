import { strict as assert } from 'node:assert'
import type { InlineKeyboardButton, InlineKeyboardMarkup } from '@grammyjs/types'
import { isIssued, optionButtons } from '../../core/shared/press.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Text } from '../../core/shared/text.ts'
import { displayWidth } from './display-width.ts'
import { pieces } from './page.ts'

/** Telegram takes 100 in all and 8 in a row; nobody finds one among so many on a phone. */
const MOST_BUTTONS = 48
const MOST_IN_ROW = 8
/** Columns of text that a row has room for; a button's frame takes four more. */
const ROW_WIDTH = 34
const LONGEST_LABEL = 60
const MAX_DATA_BYTES = 64

const STYLES = { primary: 'primary', danger: 'danger', plain: undefined } as const

export interface RenderedKeyboard {
  readonly markup: InlineKeyboardMarkup
  /** Buttons that have no place. */
  readonly leftOver: number
}

/** The buttons of a reply and the options of its choices as rows that are easy to hit; undefined when it has none. */
export function renderKeyboard(
  { buttons = [], choices = [] }: Pick<Reply, 'buttons' | 'choices'>,
  write: (label: Text) => string,
): RenderedKeyboard | undefined {
  const issued = [...buttons.filter(isIssued), ...choices.filter(isIssued).flatMap(optionButtons)]
  if (issued.length === 0) return undefined
  const rows: InlineKeyboardButton[][] = []
  let room = 0
  for (const button of issued.slice(0, MOST_BUTTONS)) {
    assert.ok(Buffer.byteLength(button.token) <= MAX_DATA_BYTES && button.token !== '', 'a token that Telegram does not carry')
    const written = write(button.label).trim() || '·'
    const text = written.length > LONGEST_LABEL ? `${pieces(written, LONGEST_LABEL)[0] ?? ''}…` : written
    const width = displayWidth(text) + 4
    const style = STYLES[button.style ?? 'plain']
    const made = { text, callback_data: button.token, ...(style === undefined ? {} : { style }) }
    const row = rows.at(-1)
    if (row !== undefined && width <= room && row.length < MOST_IN_ROW) row.push(made)
    else {
      rows.push([made])
      room = ROW_WIDTH
    }
    room -= width
  }
  return { markup: { inline_keyboard: rows }, leftOver: Math.max(0, issued.length - MOST_BUTTONS) }
}
