import type { TextValue } from '../../core/shared/text.ts'
import { fileLink } from './file-link.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

const ADDRESS = /https?:\/\/[^\s<>"'`]+/g
/** What ends a sentence or a bracket around an address, and is none of it. */
const TRAILING = /[),.:;!?\]}，。；：！？）】》]+$/
/** Signs that turn or hide what stands beside them. */
const TURNING = /[\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}-\u{2069}\u{FEFF}]/gu
/** Addresses that become links in one text; more stay text. */
const MAX_LINKS = 50

/** What a member wrote, as text of its own direction; addresses can be followed, to a new tab that learns nothing of us, and name the site that they lead to. */
export function shownText(reader: Reader, text: string): Html {
  const parts: (Html | string)[] = []
  let end = 0
  let links = 0
  for (const match of text.matchAll(ADDRESS)) {
    const typed = match[0].replace(TRAILING, '')
    const url = links < MAX_LINKS ? URL.parse(typed) : null
    if (url === null) continue
    links += 1
    parts.push(text.slice(end, match.index), link(reader, typed, url))
    end = match.index + typed.length
  }
  return html`<bdi class="typed">${parts}${text.slice(end)}</bdi>`
}

function link(reader: Reader, typed: string, { href, host }: URL): Html {
  return html`<a class="external" href="${href}" target="_blank" rel="noopener noreferrer nofollow ugc"
    ><bdi>${typed.replace(TURNING, '')}</bdi>
    <span class="host">(${host} ↗<span class="hidden">, ${reader.plain(deskTexts.say('external'))}</span>)</span></a
  >`
}

/** A value of an answer: a string is what somebody typed, everything else is ours; an uploaded picture is shown. */
export function shownValue(reader: Reader, value: TextValue): Html {
  const file = fileLink(reader, value, true)
  if (file !== undefined) return file
  return typeof value === 'string' ? shownText(reader, value) : reader.say(value)
}
