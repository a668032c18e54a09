import type { ApiEntity } from './api-types.ts'

/** Why Telegram refuses a text in HTML mode, in Telegram's words (without the prefix). */
export class HtmlError extends Error {}

export interface ParsedText {
  text: string
  /** Sorted by offset, the longer first. */
  entities: ApiEntity[]
}

interface OpenTag {
  name: string
  attributes: ReadonlyMap<string, string>
  offset: number
}

const ENTITY_OF_TAG: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  a: 'text_link',
  'tg-emoji': 'custom_emoji',
  'tg-time': 'date_time',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}

const NAMED_CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

/**
 * HTML mode of the Bot API (https://core.telegram.org/bots/api#html-style).
 * Offsets in the messages are bytes of UTF-8, as Telegram counts them; offsets of entities are UTF-16 code units.
 * Stricter than the platform in one thing: entities inside `code` or `pre` and a quotation inside a quotation are
 * dropped there without a word, and refused here, since the reader would not see what was written.
 * @throws HtmlError
 */
export function parseHtml(source: string): ParsedText {
  const entities: ApiEntity[] = []
  const open: OpenTag[] = []
  const byteOffset = (index: number) => Buffer.byteLength(source.slice(0, index))
  let text = ''
  let at = 0
  while (at < source.length) {
    const char = source.charAt(at)
    if (char === '&') {
      const decoded = characterReference(source, at)
      text += decoded?.character ?? '&'
      at = decoded?.end ?? at + 1
    } else if (char !== '<') {
      text += char
      at++
    } else if (source.charAt(at + 1) === '/') {
      at = endTag(at)
    } else {
      at = startTag(at)
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) throw new HtmlError(`Can't find end tag corresponding to start tag "${unclosed.name}"`)
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) }

  function startTag(begin: number): number {
    const nameEnd = skip(begin + 1, /[^\s>]/)
    if (nameEnd >= source.length) throw new HtmlError(`Unclosed start tag at byte offset ${byteOffset(begin)}`)
    const name = source.slice(begin + 1, nameEnd).toLowerCase()
    const where = `"${name}" at byte offset ${byteOffset(begin)}`
    if (!Object.hasOwn(ENTITY_OF_TAG, name)) throw new HtmlError(`Unsupported start tag ${where}`)
    const attributes = new Map<string, string>()
    let position = nameEnd
    for (;;) {
      position = skip(position, /\s/)
      if (position >= source.length) throw new HtmlError(`Unclosed start tag ${where}`)
      if (source.charAt(position) === '>') break
      position = attribute(position, name, where, attributes)
    }
    if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
      throw new HtmlError(`Tag "span" must have class "tg-spoiler" at byte offset ${byteOffset(begin)}`)
    }
    refuseLostNesting(name, where)
    open.push({ name, attributes, offset: text.length })
    return position + 1
  }

  function attribute(begin: number, tag: string, where: string, into: Map<string, string>): number {
    const nameEnd = skip(begin, /[^\s=>]/)
    const name = source.slice(begin, nameEnd)
    if (name === '') throw new HtmlError(`Empty attribute name in the tag ${where}`)
    const afterName = skip(nameEnd, /\s/)
    if (source.charAt(afterName) !== '=') {
      if (tag === 'blockquote' && name === 'expandable') {
        into.set(name, '')
        return nameEnd
      }
      throw new HtmlError(`Expected equal sign in declaration of an attribute of the tag ${where}`)
    }
    const valueBegin = skip(afterName + 1, /\s/)
    const quote = source.charAt(valueBegin)
    if (quote !== '"' && quote !== "'") {
      const valueEnd = skip(valueBegin, /[a-z0-9.-]/i)
      if (valueEnd >= source.length) throw new HtmlError(`Unclosed start tag ${where}`)
      if (!/[\s>]/.test(source.charAt(valueEnd)))
        throw new HtmlError(`Unexpected end of name token at byte offset ${byteOffset(valueBegin)}`)
      into.set(name, source.slice(valueBegin, valueEnd).toLowerCase())
      return valueEnd
    }
    const close = source.indexOf(quote, valueBegin + 1)
    if (close < 0) throw new HtmlError(`Unclosed start tag ${where}`)
    into.set(name, decodeAll(source.slice(valueBegin + 1, close)))
    return close + 1
  }

  function endTag(begin: number): number {
    const tag = open.at(-1)
    if (!tag) throw new HtmlError(`Unexpected end tag at byte offset ${byteOffset(begin)}`)
    const nameEnd = skip(begin + 2, /[^\s>]/)
    const close = skip(nameEnd, /\s/)
    if (source.charAt(close) !== '>') throw new HtmlError(`Unclosed end tag at byte offset ${byteOffset(begin)}`)
    const name = source.slice(begin + 2, nameEnd).toLowerCase()
    if (name !== '' && name !== tag.name) {
      throw new HtmlError(`Unmatched end tag at byte offset ${byteOffset(begin)}, expected "</${tag.name}>", found "</${name}>"`)
    }
    open.pop()
    const entity = entityOf(tag, text.slice(tag.offset))
    if (entity) entities.push(entity)
    return close + 1
  }

  function refuseLostNesting(name: string, where: string): void {
    const outside = open.find((tag) => tag.name === 'code' || tag.name === 'pre')
    const languageOfBlock = name === 'code' && open.length > 0 && open.at(-1)?.name === 'pre'
    if (outside && !languageOfBlock) throw new HtmlError(`Tag ${where} is inside "${outside.name}", where it would be lost`)
    if (name === 'blockquote' && open.some((tag) => tag.name === name)) throw new HtmlError(`Tag ${where} is nested in another blockquote`)
  }

  function skip(from: number, what: RegExp): number {
    let position = from
    while (position < source.length && what.test(source.charAt(position))) position++
    return position
  }
}

function entityOf(tag: OpenTag, inner: string): ApiEntity | undefined {
  if (inner === '') return undefined
  const base = { type: ENTITY_OF_TAG[tag.name] ?? tag.name, offset: tag.offset, length: inner.length }
  switch (tag.name) {
    case 'a':
      return linkEntity(base, tag.attributes.get('href') || inner)
    case 'tg-emoji': {
      const id = tag.attributes.get('emoji-id') ?? ''
      if (!/^\d{1,19}$/.test(id) || BigInt(id) === 0n) throw new HtmlError('Invalid custom emoji identifier specified')
      return { ...base, custom_emoji_id: id }
    }
    case 'tg-time':
      return { ...base, unix_time: Number(tag.attributes.get('unix')), date_time_format: tag.attributes.get('format') ?? '' }
    case 'blockquote':
      return { ...base, type: tag.attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote' }
    default:
      return base
  }
}

function linkEntity(base: ApiEntity, href: string): ApiEntity | undefined {
  const userId = /^tg:\/\/user\/?\?id=(\d+)$/.exec(href)?.[1]
  if (userId !== undefined) return { ...base, type: 'text_mention', user: { id: Number(userId), is_bot: false, first_name: 'User' } }
  return isTelegramUrl(href) ? { ...base, url: href } : undefined
}

/** Telegram links only http(s), tg and ton addresses whose host has a dot: `http://localhost` is no link. */
export function isTelegramUrl(address: string): boolean {
  if (/^(tg|ton|mailto|tel):/.test(address)) return true
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `http://${address}`)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname.includes('.')
}

function characterReference(source: string, at: number): { character: string; end: number } | undefined {
  const found = /&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+))(;?)/iy
  found.lastIndex = at
  const match = found.exec(source)
  if (!match) return undefined
  const [whole, hex, decimal, name] = match
  const end = at + whole.length
  if (name !== undefined) {
    const character = NAMED_CHARACTERS[name]
    return character === undefined ? undefined : { character, end }
  }
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (code === 0 || code >= 0x10ffff || whole.replace(';', '').length >= 10) return undefined
  if (code >= 0xd800 && code <= 0xdfff) {
    throw new HtmlError('Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units')
  }
  return { character: String.fromCodePoint(code), end }
}

function decodeAll(value: string): string {
  let decoded = ''
  for (let at = 0; at < value.length;) {
    const reference = value.charAt(at) === '&' ? characterReference(value, at) : undefined
    decoded += reference?.character ?? value.charAt(at)
    at = reference?.end ?? at + 1
  }
  return decoded
}
