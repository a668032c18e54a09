import type { InlineKeyboardMarkup } from '@grammyjs/types'
import type { Answer } from '../../core/shared/dispatch.ts'
import { inSteps } from '../../core/shared/draw-questions.ts'
import { hasControls } from '../../core/shared/press.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Text, TextValue } from '../../core/shared/text.ts'
import { BLANK, blockRows, layOut, lengthOfAll, lineRows, MAX_CAPTION, MAX_TEXT, pieces, toHtml, type Row } from './page.ts'
import { renderKeyboard } from './render-keyboard.ts'
import { renderTable } from './render-table.ts'
import { telegramTexts } from './telegram.texts.ts'
import { exactStyle, messageStyle } from './writing-style.ts'

export interface RenderedFile {
  readonly name: string
  readonly content: string
}

/** A reply as Telegram messages: texts in HTML, then files. The keyboard belongs to the last text. */
export interface RenderedReply {
  readonly texts: readonly [string, ...string[]]
  readonly files: readonly RenderedFile[]
  /** PNG of the reply's chart. */
  readonly picture?: Uint8Array
  readonly keyboard?: InlineKeyboardMarkup
  /** The only text is short enough to be the caption of the only file, or of the picture. */
  readonly fitsCaption: boolean
}

export interface RenderOptions {
  readonly speak: Speak
  readonly publicOrigin: string
  /**
   * `one`: everything in a single message without files, so that it can be edited in place; a picture comes along where the words fit below it and the
   * message is no card. `pages`: one text a page, each with its number, to be shown one at a time.
   */
  readonly shape: 'one' | 'several' | 'pages'
  /** Said at the end, such as a question. */
  readonly closing?: readonly Text[]
}

/** More than this is a wall of text that nobody reads in a chat. */
const MOST_MESSAGES = 3
/** To turn over; a longer answer should have been a file. */
const MOST_PAGES = 40
/** Left free on each page for its number. */
const PAGE_NUMBER = 60
/** A longer text to copy comes as a file. */
const LONGEST_VERBATIM = 3_000
const MARK: Readonly<Record<Reply['tone'], string>> = { done: '✅ ', info: '', refused: '⚠️ ', fault: '🛠 ' }

const { say } = telegramTexts

export function renderReply({ reply: given, language, timeZone, picture }: Answer, options: RenderOptions): RenderedReply {
  const reply = inSteps(given)
  const styles = { message: messageStyle(timeZone, options.publicOrigin), exact: exactStyle(timeZone) }
  const write = (value: TextValue, where: 'message' | 'exact' = 'message'): string =>
    options.speak(value, language, styles[where]).toWellFormed()
  const files: RenderedFile[] = reply.file === undefined ? [] : [{ name: fileName(reply.file.name), content: reply.file.content }]
  const keyboard = renderKeyboard(reply, (label) => write(label, 'exact'))

  const colon = language === 'zh' ? '：' : ': '
  const paragraphs: Row[][] = [
    [...(reply.title === undefined ? [] : lineRows(write(reply.title), 'b')), ...reply.lines.flatMap((line) => lineRows(write(line)))],
  ]
  paragraphs.push((reply.fields ?? []).flatMap(({ label, value }) => fieldRows(`${write(label)}${colon}`, write(value))))
  if (reply.table !== undefined) paragraphs.push(renderTable(reply.table, colon, write))
  if (reply.verbatim !== undefined) {
    if (options.shape === 'one' || reply.verbatim.length <= LONGEST_VERBATIM)
      paragraphs.push(blockRows('verbatim', reply.verbatim.toWellFormed()))
    else {
      files.unshift({ name: 'text.txt', content: reply.verbatim })
      paragraphs.push(lineRows(write(say('inFile', { name: 'text.txt' }))))
    }
  }
  // Telegram has no lists: what there is to choose stands above the buttons of its options.
  const listed = (reply.choices ?? []).filter(({ options }) => typeof options !== 'string' && options.length > 0)
  paragraphs.push(listed.flatMap(({ label }) => lineRows(`${write(label)}${colon.trimEnd()}`)))
  if (keyboard !== undefined && keyboard.leftOver > 0) paragraphs.push(lineRows(write(say('moreButtons', { count: keyboard.leftOver }))))
  if (reply.code !== undefined) paragraphs.push(lineRows(reply.code, 'code'))
  paragraphs.push((options.closing ?? []).flatMap((text) => lineRows(write(text))))

  const rows = marked(
    MARK[reply.tone],
    paragraphs.filter((paragraph) => paragraph.length > 0),
  )
  const pages = layOut(rows, {
    limit: options.shape === 'pages' ? MAX_TEXT - PAGE_NUMBER : MAX_TEXT,
    maxPages: { one: 1, several: MOST_MESSAGES, pages: MOST_PAGES }[options.shape],
    leftOver: (count) => write(say('moreLines', { count })),
  })
  const numbered = (page: readonly Row[], index: number): readonly Row[] =>
    options.shape === 'pages' && pages.length > 1
      ? [...page, BLANK, ...lineRows(write(say('pageNumber', { page: index + 1, count: pages.length })))]
      : page
  const [first, ...others] = pages.map((page, index) => toHtml(numbered(page, index)))
  const fitsCaption = files.length + (picture === undefined ? 0 : 1) === 1 && pages.length === 1 && lengthOfAll(pages[0]!) <= MAX_CAPTION
  const hasPicture = options.shape !== 'one' || (fitsCaption && reply.card === undefined)
  return {
    texts: [first ?? '…', ...others],
    files: options.shape === 'one' ? [] : files,
    ...(picture === undefined || !hasPicture ? {} : { picture: picture.data }),
    ...(keyboard === undefined ? {} : { keyboard: keyboard.markup }),
    fitsCaption,
  }
}

/** A reply as one short plain text, for the alert over a pressed button; undefined when it is more than that. */
export function renderAlert({ reply, language, timeZone }: Answer, speak: Speak): { text: string; isWhole: boolean } {
  const texts = [...(reply.title === undefined ? [] : [reply.title]), ...reply.lines]
  const written = texts.map((text) => speak(text, language, exactStyle(timeZone)))
  const text = [...written, ...(reply.code === undefined ? [] : [`[${reply.code}]`])].join('\n')
  const parts = [reply.fields, reply.table, reply.verbatim, reply.file, reply.ask, reply.form, hasControls(reply) ? true : undefined]
  return { text, isWhole: parts.every((part) => part === undefined) }
}

function fieldRows(label: string, value: string): Row[] {
  const [first = '', ...others] = value.split('\n')
  return [{ kind: 'line', spans: [{ text: label, as: 'b' }, { text: first }] }, ...others.flatMap((line) => lineRows(line))]
}

/** Paragraphs parted by blank lines, the first line marked by the tone of the reply. */
function marked(mark: string, paragraphs: readonly Row[][]): Row[] {
  const rows = paragraphs.flatMap((paragraph, index) => (index === 0 ? paragraph : [BLANK, ...paragraph]))
  const [first] = rows
  if (mark === '') return rows
  if (first === undefined || first.kind !== 'line') return [...lineRows(mark.trim()), ...rows]
  return [{ ...first, spans: [{ text: mark }, ...first.spans] }, ...rows.slice(1)]
}

/** A name that survives the header of a form and every file system. */
function fileName(name: string): string {
  const kept = pieces(name.toWellFormed().replace(/[\p{Cc}"\\/:*?<>|]/gu, '_'), 80)[0] ?? ''
  return kept.trim() === '' ? 'file.txt' : kept
}
