import { badRequest } from './api-refusal.ts'
import type { ApiEntity, Payload } from './api-types.ts'
import { HtmlError, parseHtml } from './parse-html.ts'
import { entitiesShape, optionalPart } from './payload-shapes.ts'
import { optionalText } from './read-payload.ts'

/** Limits of the Bot API, in UTF-16 code units after the entities are parsed. */
export const MAX_TEXT = 4096
export const MAX_CAPTION = 1024
/** Telegram keeps this many entities and forgets the rest. */
const MAX_ENTITIES = 100

export interface FormattedText {
  text: string
  entities: ApiEntity[]
  source: string
  parseMode: string | undefined
}

/** The text of a message: parsed, measured and refused as the platform refuses it. */
export function readMessageText(payload: Payload): FormattedText {
  const source = optionalText(payload, 'text') ?? ''
  if (source === '') throw badRequest('message text is empty')
  const formatted = format(source, payload, 'entities')
  if (formatted.text === '') throw badRequest('text must be non-empty')
  if (formatted.text.length > MAX_TEXT) throw badRequest('message is too long')
  return formatted
}

/** The caption of a photo or document; an absent one is empty. */
export function readCaption(payload: Payload): FormattedText {
  const formatted = format(optionalText(payload, 'caption') ?? '', payload, 'caption_entities')
  if (formatted.text.length > MAX_CAPTION) throw badRequest('message caption is too long')
  return formatted
}

function format(source: string, payload: Payload, entitiesKey: string): FormattedText {
  const parseMode = optionalText(payload, 'parse_mode')
  const given = optionalPart(payload, entitiesKey, entitiesShape)
  if (given !== undefined && parseMode === undefined) {
    const text = source.trimEnd()
    for (const entity of given) checkBounds(entity, text)
    return { text, entities: given.slice(0, MAX_ENTITIES), source, parseMode: undefined }
  }
  if (parseMode === undefined || parseMode === '') return { text: source.trimEnd(), entities: [], source, parseMode: undefined }
  if (parseMode.toLowerCase() !== 'html') throw unsupportedMode(parseMode)
  try {
    const parsed = parseHtml(source)
    const text = parsed.text.trimEnd()
    return { text, entities: parsed.entities.slice(0, MAX_ENTITIES).flatMap((entity) => within(entity, text)), source, parseMode: 'HTML' }
  } catch (error) {
    if (error instanceof HtmlError) throw badRequest(`can't parse entities: ${error.message}`)
    throw error
  }
}

/** The house writes HTML only; the other two modes are refused by name instead of being let through unparsed. */
function unsupportedMode(mode: string): Error {
  return /^markdown(v2)?$/i.test(mode)
    ? badRequest(`parse_mode ${mode} is not parsed by this fake, use HTML or entities`)
    : badRequest('unsupported parse_mode')
}

function checkBounds(entity: ApiEntity, text: string): void {
  const end = entity.offset + entity.length
  if (entity.offset < 0 || entity.length <= 0 || end > text.length) {
    throw badRequest(`entity beginning at UTF-16 offset ${entity.offset} ends after the end of the text at UTF-16 offset ${text.length}`)
  }
}

function within(entity: ApiEntity, text: string): ApiEntity[] {
  const length = Math.min(entity.length, text.length - entity.offset)
  return length > 0 ? [{ ...entity, length }] : []
}

/** The entities Telegram finds by itself in what a person writes. */
export function entitiesOfPlainText(text: string): ApiEntity[] {
  const patterns: readonly (readonly [string, RegExp])[] = [
    ['bot_command', /(?<![\w/@])\/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?!\w)/g],
    ['url', /https?:\/\/[^\s]+/g],
    ['mention', /(?<![\w/@])@[a-zA-Z0-9_]{3,32}(?!\w)/g],
    ['hashtag', /(?<![\w#])#[\p{L}\p{N}_]{1,256}/gu],
  ]
  const found: ApiEntity[] = []
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length }
      if (found.every((other) => entity.offset >= other.offset + other.length || entity.offset + entity.length <= other.offset))
        found.push(entity)
    }
  }
  return found.sort((a, b) => a.offset - b.offset)
}
