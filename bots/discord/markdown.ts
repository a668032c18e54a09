import { isoSecond } from '../../core/shared/instant.ts'
import { isSnowflake } from '../../core/shared/snowflake.ts'
import type { WritingStyle } from '../../core/shared/speak.ts'

/** Signs that turn text round or hide in it, and control characters but line breaks: they could make a name look like another. */
const UNSEEN = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/gu
/**
 * What begins markup anywhere: emphasis, code, spoiler, mention and timestamp, masked link, `:name:` emoji; the colon also ends `https` so that a plain
 * address does not become a link. A closing sign needs no escape when its opening one has it.
 */
const MARKUP = /[\\*_~`|<@[:]/g
/** What begins markup only at the start of a line: headings, quotes and lists. */
const LINE_START = /^([^\S\n]*)([-+#>]|\d+(?=\.(?:\s|$)))/gm

/** Makes a plain string show as itself in Discord's markdown (developer page "Message Formatting"). */
export function escapeMarkdown(plain: string): string {
  return plain
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(MARKUP, String.raw`\$&`)
    .replace(LINE_START, (_all, indent: string, mark: string) => (/\d/.test(mark) ? `${indent}${mark}\\` : `${indent}\\${mark}`))
}

/** Signs of which addresses of our own are made; none of them ends the brackets round one. */
const ADDRESS = /^https?:\/\/[\w\-.~:/?#%&=+,]+$/

/** For message text: Discord shows `<t:…>` in each reader's own zone. */
export const markdownStyle: WritingStyle = {
  escape: escapeMarkdown,
  instant: (at) => `<t:${Math.floor(at / 1000)}:f>`,
  // A name to read, no call: `allowed_mentions` is empty in every message.
  mention: ({ mention, id }) => (isSnowflake(id) ? `<${mention === 'channel' ? '#' : '@&'}${id}>` : escapeMarkdown(id)),
  // In brackets it is opened by a press and loads no preview.
  page: (address) => (ADDRESS.test(address) ? `<${address}>` : escapeMarkdown(address)),
}

/** For where Discord reads no markup: labels of buttons, forms, descriptions of commands. */
export const plainStyle: WritingStyle = {
  escape: (plain) => plain.toWellFormed().replace(UNSEEN, ''),
  instant: (at) => `${isoSecond(at).slice(0, 16).replace('T', ' ')} UTC`,
}

/** A timestamp, an address or an escape whose end was cut off; an escaped `<` is a whole sign. */
const HALF = /(?<!\\)((?:\\\\)*)(?:<(?:t(?::-?\d*(?::\w?)?)?|h[^\s<>]*)?|\\)$/

/** At most `max` UTF-16 units of markdown, ending in `…` when cut; never in the middle of a character, an escape, an address or a timestamp. */
export function cutMarkdown(text: string, max: number): string {
  if (text.length <= max) return text
  return `${wellCut(text, max - 1).replace(HALF, '$1')}…`
}

/** At most `max` UTF-16 units of text without markup, ending in `…` when cut. */
export function cutPlain(text: string, max: number): string {
  return text.length <= max ? text : `${wellCut(text, max - 1)}…`
}

function wellCut(text: string, end: number): string {
  const kept = text.slice(0, end)
  return /[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept
}
