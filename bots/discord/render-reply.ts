import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APIMediaGalleryComponent,
} from 'discord.js'
import { inPages } from '../../core/shared/draw-questions.ts'
import { isIssued } from '../../core/shared/press.ts'
import type { Picture } from '../../core/shared/chart.ts'
import { MOST_OPTIONS, type Button, type IssuedButton, type Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language, Text } from '../../core/shared/text.ts'
import { discordTexts } from './discord.texts.ts'
import { cutMarkdown, cutPlain, markdownStyle, plainStyle } from './markdown.ts'
import { renderChoice } from './render-choice.ts'
import { renderTable } from './render-table.ts'

const { say } = discordTexts

/** Text of all parts of a message with Components V2 (developers/components/reference, "Text Display"), less what the last lines need. */
const MAX_TEXT = 4000
const RESERVED = 640
const MAX_TITLE = 250
const MAX_LINE = 900
/** A line of what has only a few, such as an announcement whose every sign is escaped. */
const MAX_ALONE = 3_100
const MAX_VERBATIM = 2400
const MAX_BUTTONS = 25
const ROW = 5
const MAX_LABEL = 80
/** Each takes a row of its own; together they take the place of one row of buttons among the 40 components of a message. */
const MAX_LISTS = 3
/** Of a picture, for those who cannot see it (developers/components/reference, "Media Gallery Item"). */
const MAX_ALT = 1024
const PICTURE = 'chart.png'
/** Well below the 10 MiB that Discord takes from a bot. */
const MAX_FILE_BYTES = 8 * 1024 * 1024

const ACCENT: Readonly<Record<Reply['tone'], number>> = { done: 0x2e9e5b, info: 0x3b7dd8, refused: 0xd9931e, fault: 0xc93c3c }
const STYLE = { primary: ButtonStyle.Primary, danger: ButtonStyle.Danger, plain: ButtonStyle.Secondary } as const

/** A message with Components V2: it has neither content nor embeds. */
export interface RenderedMessage {
  readonly components: readonly [APIContainerComponent]
  /** `description`: of a picture, for those who cannot see it. */
  readonly files: readonly { readonly name: string; readonly data: Buffer; readonly description?: string }[]
}

/** `custom_id` of a button whose token dispatch knows; versioned, so that old messages stay readable. */
export const PRESS = 'b1:'
/** `custom_id` of a button behind whose token is a page of questions. */
export const OPEN_PAGE = 'f1:'

/**
 * A reply as one message inside Discord's limits: what does not fit is left out with a line that says so, never refused by Discord.
 * @param askId `custom_id` of the button that opens a form for the value that `reply.ask` names
 * @param picture the reply's chart in this language
 */
export function renderReply(given: Reply, language: Language, speak: Speak, askId?: string, picture?: Picture): RenderedMessage {
  const reply = inPages(given)
  const write = (value: Parameters<Speak>[0], max: number): string => cutMarkdown(speak(value, language, markdownStyle).trim(), max)
  const files: { name: string; data: Buffer; description?: string }[] = []
  const notes: Text[] = []
  const parts: string[] = []
  let left = MAX_TEXT - RESERVED
  let omitted = 0

  /** Shows as many lines as fit in `most`, counts the rest. */
  const show = (lines: readonly string[], most: number, head: readonly string[] = [], fence = false): void => {
    const extra = [...(fence ? ['```', '```'] : []), ...head].reduce((sum, line) => sum + line.length + 1, 0)
    const shown: string[] = []
    let used = extra
    for (const line of lines) {
      if (used + line.length + 1 > Math.min(most, left)) break
      used += line.length + 1
      shown.push(line)
    }
    omitted += lines.length - shown.length
    if (shown.length === 0) return
    const body = [...head, ...shown]
    parts.push((fence ? ['```', ...body, '```'] : body).join('\n'))
    left -= used
  }

  const fenced = reply.verbatim === undefined || !fitsFence(reply.verbatim) ? undefined : `\`\`\`\n${reply.verbatim}\n\`\`\``
  if (fenced !== undefined) left -= fenced.length + 1
  else if (reply.verbatim !== undefined && reply.verbatim !== '') {
    if (addFile(files, notes, { name: 'text.txt', content: reply.verbatim })) notes.push(say('textInFile'))
  }
  if (reply.title !== undefined) {
    const title = write(reply.title, MAX_TITLE).replaceAll('\n', ' ')
    if (title !== '') show([`### ${title}`], left)
  }
  // A full-width colon brings its own room.
  const named = (label: string) => (language === 'zh' ? `**${label}**：` : `**${label}:** `)
  const fields = (reply.fields ?? []).map(({ label, value }) => `${named(write(label, MAX_TITLE))}${write(value, MAX_LINE) || '—'}`)
  const table = reply.table === undefined ? undefined : renderTable(reply.table, language, speak)
  const later = (fields.length > 0 ? 1 : 0) + (table === undefined ? 0 : 1)
  const longest = later === 0 && reply.lines.length <= 3 ? MAX_ALONE : MAX_LINE
  const lines = reply.lines.map((line) => write(line, longest)).filter((line) => line !== '')
  show(lines, later === 0 ? left : Math.floor(left / 2))
  show(fields, table === undefined ? left : Math.floor(left / 2))
  if (table !== undefined) show(table.lines, left, table.head, table.fence)
  if (fenced !== undefined) parts.push(fenced)
  if (reply.file !== undefined) addFile(files, notes, reply.file)

  const buttons = (reply.buttons ?? []).filter(isIssued)
  const choices = (reply.choices ?? []).filter(isIssued)
  omitted += Math.max(0, choices.length - MAX_LISTS)
  const lists = choices.slice(0, MAX_LISTS).flatMap((choice) => renderChoice(choice, language, speak) ?? [])
  const room = MAX_BUTTONS - (askId === undefined ? 0 : 1) - (lists.length === 0 ? 0 : ROW)
  omitted += choices.reduce((sum, { options }) => sum + Math.max(0, typeof options === 'string' ? 0 : options.length - MOST_OPTIONS), 0)
  if (omitted > 0) notes.push(say('moreLines', { count: omitted }))
  if (buttons.length > room) notes.push(say('moreButtons', { count: buttons.length - room }))
  const last = [
    ...notes.map((note) => write(note, 100)),
    ...(reply.code === undefined ? [] : [`-# \`${cutPlain(reply.code, 60).replaceAll('`', '')}\``]),
  ]
  if (last.length > 0) parts.push(last.join('\n'))
  if (parts.length === 0) parts.push('—')

  const shownButtons = buttons.slice(0, room).map((button) => renderButton(button, language, speak))
  if (askId !== undefined)
    shownButtons.push({
      type: ComponentType.Button,
      style: ButtonStyle.Primary,
      custom_id: askId,
      label: speak(say('answer'), language, plainStyle),
    })
  // A picture is shown in its own component, not as a file to download.
  const shownFiles = [...files]
  if (picture !== undefined) files.push({ name: PICTURE, data: Buffer.from(picture.data), description: cutPlain(picture.alt, MAX_ALT) })
  const components: APIComponentInContainer[] = [
    ...parts.map((content) => ({ type: ComponentType.TextDisplay, content }) as const),
    ...shownFiles.map(({ name }) => ({ type: ComponentType.File, file: { url: `attachment://${name}` } }) as const),
    ...(picture === undefined ? [] : [galleryOf(picture)]),
    ...inRows(shownButtons),
    ...lists.map((list): APIComponentInContainer => ({ type: ComponentType.ActionRow, components: [list] })),
  ]
  return { components: [{ type: ComponentType.Container, accent_color: ACCENT[reply.tone], components }], files }
}

function galleryOf({ alt }: Picture): APIMediaGalleryComponent {
  return {
    type: ComponentType.MediaGallery,
    items: [{ media: { url: `attachment://${PICTURE}` }, description: cutPlain(alt, MAX_ALT) }],
  }
}

/** Whether a code block gives a text back exactly: Discord ends it at three backticks, drops outer line breaks and shows no blank one. */
function fitsFence(text: string): boolean {
  return text.length <= MAX_VERBATIM && text.trim() !== '' && !text.includes('```') && !/^\n|\n$|\r|^\s+$/.test(text)
}

/** @returns whether it could be added; if not, a note says so */
function addFile(files: { name: string; data: Buffer }[], notes: Text[], file: { name: string; content: string }): boolean {
  const data = Buffer.from(file.content, 'utf8')
  const name = fileName(file.name)
  if (data.length > MAX_FILE_BYTES) {
    notes.push(say('fileTooLargeToSend', { name }))
    return false
  }
  files.push({ name: files.some((other) => other.name === name) ? `2-${name}` : name, data })
  return true
}

/** Discord changes other signs in names of files, and then no component would find its file. */
function fileName(name: string): string {
  const safe = name
    .replaceAll(/[^\w.-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(-60)
  return safe === '' ? 'file.txt' : safe
}

function renderButton(button: Button & IssuedButton, language: Language, speak: Speak): APIButtonComponent {
  const label = cutPlain(speak(button.label, language, plainStyle).trim(), MAX_LABEL)
  return {
    type: ComponentType.Button,
    style: STYLE[button.style ?? 'plain'],
    custom_id: `${button.opens === 'page' ? OPEN_PAGE : PRESS}${button.token}`,
    label: label === '' ? '—' : label,
  }
}

function inRows(buttons: readonly APIButtonComponent[]): APIActionRowComponent<APIButtonComponent>[] {
  return Array.from({ length: Math.ceil(buttons.length / ROW) }, (_, row) => ({
    type: ComponentType.ActionRow,
    components: buttons.slice(row * ROW, (row + 1) * ROW),
  }))
}
