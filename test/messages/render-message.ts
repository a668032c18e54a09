import { renderReply as renderForDiscord } from '../../bots/discord/render-reply.ts'
import { renderReply as renderForTelegram } from '../../bots/telegram/render-reply.ts'
import { isIssued, optionButtons, withTokens } from '../../core/shared/press.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Picture } from '../../core/shared/chart.ts'
import { isText, LANGUAGES, type Language, type TextValue } from '../../core/shared/text.ts'
import { messageProblems } from '../support/discord/message-limits.ts'
import { parseTelegramHtml } from './telegram-parser.ts'

/** A reply as both platforms show it in one language, and everything that is wrong with it. */
export interface Rendering {
  readonly language: Language
  /** Components V2 as sent. */
  readonly discord: readonly object[]
  /** HTML of each message, in order. */
  readonly telegram: readonly string[]
  readonly buttons: readonly string[]
  /** Its chart, drawn. */
  readonly picture: Picture | undefined
  readonly problems: readonly string[]
}

const ORIGIN = 'http://localhost:8080'
const COMPONENTS_V2 = 1 << 15
const MAX_TELEGRAM = 4096
const MAX_CALLBACK_BYTES = 64
/** Meant to be pressed: it ends a question. */
const COMMANDS: ReadonlySet<string> = new Set(['/cancel'])
const PLAIN = { escape: (plain: string) => plain, instant: String }

/** Renders a reply in both languages for both platforms, each checked by the platform's own limits and Telegram's own parser. */
export function renderMessage(reply: Reply, speak: Speak, pictures?: Readonly<Record<Language, Picture>>): readonly Rendering[] {
  return LANGUAGES.map((language) => {
    let tokens = 0
    const { buttons = [], choices = [] } = withTokens(reply, (control) =>
      isIssued(control) ? control.token : `${(tokens += 1)}`.padStart(22, 'A'),
    )
    const shown = { ...reply, buttons, choices }
    const problems: string[] = []
    const picture = pictures?.[language]
    const { components, files } = renderForDiscord(shown, language, speak, undefined, picture)
    const names = new Set(files.map(({ name }) => name))
    const body = { components: JSON.parse(JSON.stringify(components)), flags: COMPONENTS_V2 }
    for (const { path, message } of messageProblems(body, 'create', false, names)) problems.push(`Discord: ${path.join('.')}: ${message}`)
    const { texts, keyboard } = renderForTelegram(
      { reply: shown, language, timeZone: 'Asia/Shanghai', ...(picture === undefined ? {} : { picture }) },
      { speak, publicOrigin: ORIGIN, shape: 'several' },
    )
    for (const html of texts) problems.push(...telegramProblems(html))
    for (const button of keyboard?.inline_keyboard.flat() ?? [])
      if ('callback_data' in button && Buffer.byteLength(button.callback_data) > MAX_CALLBACK_BYTES)
        problems.push(`Telegram: the data of “${button.text}” is longer than ${MAX_CALLBACK_BYTES} bytes`)
    return {
      language,
      discord: components,
      telegram: texts,
      picture,
      buttons: [...buttons, ...choices.flatMap((choice) => [choice, ...optionButtons(choice)])].map(({ label }) =>
        speak(label, language, PLAIN),
      ),
      problems,
    }
  })
}

/** What Telegram's own parser has against a message in HTML, and what in it could be pressed that we did not mean. */
export function telegramProblems(html: string): string[] {
  try {
    const { text, found } = parseTelegramHtml(html)
    const pressed = found.filter((each) => !each.startsWith(`${ORIGIN}/`) && !COMMANDS.has(each))
    return [
      ...(text.length > MAX_TELEGRAM ? [`Telegram: ${text.length} characters`] : []),
      ...(text.trim() === '' ? ['Telegram: an empty message'] : []),
      // What a member did not write as a link must not become one.
      ...(pressed.length > 0 ? [`Telegram makes something to press of: ${pressed.join(', ')}`] : []),
    ]
  } catch (error) {
    return [`Telegram refuses it: ${String(error)}`]
  }
}

/** The keys of all sentences in a reply, those inside values included. */
export function keysOf(reply: Reply): ReadonlySet<string> {
  const keys = new Set<string>()
  const visit = (value: TextValue | undefined): void => {
    if (value === undefined || !isText(value)) return
    keys.add(value.key)
    Object.values(value.values).forEach(visit)
  }
  visit(reply.title)
  reply.lines.forEach(visit)
  for (const { label, value } of reply.fields ?? []) [label, value].forEach(visit)
  reply.table?.header.forEach(visit)
  reply.table?.rows.flat().forEach(visit)
  reply.buttons?.forEach(({ label }) => visit(label))
  for (const text of [reply.chart?.title, reply.chart?.alt, ...(reply.chart?.series ?? []).map(({ name }) => name)]) visit(text)
  for (const { label, options } of reply.choices ?? []) {
    visit(label)
    if (typeof options !== 'string') options.flatMap((option) => [option.label, option.hint]).forEach(visit)
  }
  return keys
}
