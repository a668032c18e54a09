import type { Answer } from '../../core/shared/dispatch.ts'
import { inSteps } from '../../core/shared/draw-questions.ts'
import { isIssued, optionButtons } from '../../core/shared/press.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Speak, WritingStyle } from '../../core/shared/speak.ts'
import type { Language, Text, TextValue } from '../../core/shared/text.ts'
import { consoleTexts } from './console.texts.ts'

const { say } = consoleTexts
/** More of one kind than anybody reads on a screen. */
const MAX_SHOWN = 200

/** How tones look; an empty paint for a terminal without colours. */
export type Paint = (tone: Reply['tone'] | 'quiet', text: string) => string

const SIGNS: Readonly<Record<Reply['tone'], string>> = { done: '✓ ', info: '', refused: '✗ ', fault: '! ' }

/** One line of text that a terminal shows as itself: no control characters, so that no name can move the cursor or colour the screen, and nothing turned round. */
export function terminalText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
}

/** Text to be copied exactly: its lines and tabs stay, what would steer the terminal goes. */
function verbatimLines(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/[^\P{Cc}\t]/gu, ''))
}

function styleOf(language: Language, timeZone: string): WritingStyle {
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    timeZone,
  })
  return { escape: terminalText, instant: (at) => format.format(at) }
}

/** An answer as lines of a terminal, in its own language. What may be pressed is numbered from 1 in the order of `pressable`. */
export function replyLines({ reply: given, language, timeZone }: Answer, speak: Speak, paint: Paint): string[] {
  const reply = inSteps(given)
  const style = styleOf(language, timeZone)
  const own = (value: TextValue) => speak(value, language, style)
  const bounded = (lines: readonly string[]) =>
    lines.length <= MAX_SHOWN ? lines : [...lines.slice(0, MAX_SHOWN), own(say('more', { count: lines.length - MAX_SHOWN }))]
  const head = [...(reply.title === undefined ? [] : [own(reply.title)]), ...bounded(reply.lines.map(own))]
  const first = head[0]
  const colon = language === 'zh' ? '：' : ': '
  return [
    ...(first === undefined ? [] : [paint(reply.tone, `${SIGNS[reply.tone]}${first}`), ...head.slice(1)]),
    ...bounded((reply.fields ?? []).map(({ label, value }) => `  ${own(label)}${colon}${own(value)}`)),
    ...bounded(tableLines(reply, own)),
    ...(reply.verbatim === undefined ? [] : ['', ...verbatimLines(reply.verbatim), '']),
    ...(reply.file === undefined ? [] : fileLines(reply.file, own)),
    ...bounded(numbered(reply, own)),
    paint('quiet', `(${[own(say(reply.audience === 'public' ? 'toAll' : 'toYou')), reply.code ?? []].flat().join(' · ')})`),
  ]
}

/** What may be pressed, in the order of the numbers: buttons, then the options of each choice. */
export function pressable(given: Reply): readonly { readonly label: Text; readonly token: string }[] {
  const reply = inSteps(given)
  return [...(reply.buttons ?? []).filter(isIssued), ...(reply.choices ?? []).filter(isIssued).flatMap(optionButtons)]
}

function numbered(reply: Reply, own: (value: TextValue) => string): string[] {
  const buttons = (reply.buttons ?? []).filter(isIssued)
  let number = 0
  const line = ({ label }: { readonly label: Text }): string => `  [${(number += 1)}] ${own(label)}`
  return [
    ...buttons.map(line),
    ...(reply.choices ?? []).filter(isIssued).flatMap((choice) => {
      const options = optionButtons(choice)
      return options.length === 0 ? [] : [`  ${own(choice.label)}:`, ...options.map(line)]
    }),
  ]
}

function fileLines({ name, content }: NonNullable<Reply['file']>, own: (value: TextValue) => string): string[] {
  return [`--- ${own(say('file', { name }))} ---`, ...verbatimLines(content.replace(/\n$/, '')), `--- ${own(say('fileEnd'))} ---`]
}

function tableLines({ table }: Reply, own: (value: TextValue) => string): string[] {
  if (table === undefined) return []
  const rows = [table.header.map(own), ...table.rows.slice(0, MAX_SHOWN + 1).map((row) => row.map(own))]
  const widths = table.header.map((_label, column) => Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))))
  const aligned = rows.map((row) =>
    `  ${row.map((cell, column) => cell + ' '.repeat(widths[column]! - columnsOf(cell))).join('  ')}`.trimEnd(),
  )
  const missing = table.rows.length - (rows.length - 1)
  return missing > 0 ? [...aligned.slice(0, -1), own(say('more', { count: missing + 1 }))] : aligned
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
/** How many columns of a terminal a text takes: two for each wide character (Unicode Standard Annex 11). */
function columnsOf(text: string): number {
  let columns = 0
  for (const sign of text) columns += WIDE.test(sign) ? 2 : 1
  return columns
}
