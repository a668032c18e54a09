import { shortAmountRoundedDown, type Amount } from '../../core/shared/amount.ts'
import { isoSecond, type Instant } from '../../core/shared/instant.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language, TextValue } from '../../core/shared/text.ts'
import { pageOfCommand, VALUE_CLOSES, VALUE_OPENS, type FindCommands } from './command-links.ts'
import { escapeHtml, trusted, type Html } from './html.ts'
import { pageTexts } from './page.texts.ts'

/** Whom a page is written for. */
export interface Reader {
  readonly language: Language
  /** Path and query of the page, without the choice of language. */
  readonly address: string
  /** Public address, without a slash at the end. */
  readonly origin: string
  readonly hasSandbox: boolean
  /** May see the review desk. */
  readonly isReviewer: boolean
  readonly commands: FindCommands
  /** A text in the reader's language, escaped; instants become `<time>`. */
  say(value: TextValue): Html
  /** The same for attributes and titles; instants in UTC. */
  plain(value: TextValue): string
  /** What was written for a chat, such as the next step of a refusal: commands lead to their pages. */
  step(value: TextValue): Html
}

// Marks of instants inside a sentence, from the private use area. What members wrote loses them.
const MARKS = /[\u{E000}-\u{E003}]/gu
const MARKED = /\u{E000}(-?\d+)\u{E001}/gu

/** A text as markup. The whole sentence is escaped, not only its values: a catalogue may hold `<` too. */
export function sayHtml(speak: Speak, value: TextValue, language: Language): Html {
  const marked = speak(value, language, { escape: (plain) => plain.replace(MARKS, ''), instant: (at) => `\u{E000}${at}\u{E001}` })
  return trusted(escapeHtml(marked).replace(MARKED, (_mark, at: string) => timeHtml(Number(at), language).text))
}

/** {@link sayHtml} of what was written for a chat: a step that has a page leads there, any other command says that it is one for the chat. */
export function sayCommands(speak: Speak, value: TextValue, language: Language, commands: FindCommands): Html {
  const marked = speak(value, language, {
    escape: (plain) => `${VALUE_OPENS}${plain.replace(MARKS, '')}${VALUE_CLOSES}`,
    instant: (at) => `\u{E000}${at}\u{E001}`,
  })
  const inChat = escapeHtml(sayPlain(speak, pageTexts.say('inChat'), language))
  const linked = escapeHtml(marked).replace(
    commands[language],
    (_all, name: string | undefined, joint: string | undefined, argument: string | undefined, inside: string | undefined) => {
      if (name === undefined) return inside ?? ''
      const page = pageOfCommand(name, argument ?? '')
      const words = `${name}${joint ?? ''}${argument ?? ''}`
      return page === undefined ? `<code>${words}</code>${inChat}` : `<a href="${page}">${words}</a>`
    },
  )
  return trusted(linked.replace(MARKED, (_mark, at: string) => timeHtml(Number(at), language).text))
}

/** A text as plain text; instants in UTC. */
export function sayPlain(speak: Speak, value: TextValue, language: Language): string {
  return speak(value, language, { escape: (plain) => plain, instant: (at) => utcText(at, language) })
}

/** An instant in UTC that the page's script rewrites in the visitor's own zone. */
export function timeHtml(at: Instant, language: Language): Html {
  return trusted(`<time datetime="${isoSecond(at)}">${escapeHtml(utcText(at, language))}</time>`)
}

const FORMATS = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
  zh: new Intl.DateTimeFormat('zh-CN', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
}

/** `3 Feb 2027, 10:00 UTC`. */
export function utcText(at: Instant, language: Language): string {
  return `${FORMATS[language].format(at)} UTC`
}

/** An amount in whole PoS without its unit, as it stands in columns under a heading that names it: `12,345.67`, rounded down. */
export function figure(amount: Amount): string {
  return shortAmountRoundedDown(amount)
}
