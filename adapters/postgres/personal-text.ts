import { z } from 'zod'

const MARK = '—'
/** Shorter words stand in the sentences of others by chance: they are taken out only where they are a whole value. */
const SHORTEST_INSIDE = 3

/** Finds words in what people wrote, each by itself and not inside another word. */
export interface Words {
  /** Whether a text has one anywhere: of rows, which are worth reading. PostgreSQL's own regular expression. */
  readonly pattern: string
  redact(text: string): string
}

export function wordsOf(words: readonly string[]): Words {
  const known = [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))].toSorted((a, b) => b.length - a.length)
  const whole = new Set(known.flatMap((word) => [word.toLowerCase(), `@${word}`.toLowerCase(), `<@${word}>`.toLowerCase()]))
  const inside = known.filter((word) => Array.from(word).length >= SHORTEST_INSIDE).map(escaped)
  const finder = inside.length === 0 ? undefined : new RegExp(`(?<![\\p{L}\\p{N}])(?:${inside.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  return {
    // Kept as JSON, a word may be escaped, also twice: such are found by their first plain part.
    pattern: known.map((word) => escaped(plainPart(word))).join('|'),
    redact(text) {
      if (whole.has(text.trim().toLowerCase())) return MARK
      return finder === undefined ? text : text.replaceAll(finder, MARK)
    },
  }
}

const escaped = (word: string): string => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
const plainPart = (word: string): string => /[^"\\\p{Cc}]+/u.exec(word)?.[0] ?? word

const json = z.json()
type Json = z.output<typeof json>

/** What of a reply is for programs and never somebody's word. */
const FIXED = new Set([
  'key',
  'audience',
  'tone',
  'style',
  'allowed',
  'command',
  'token',
  'code',
  'language',
  'mention',
  'mediaType',
  'field',
  'card',
  '$nano',
])

/** JSON text without these words: in values only, so that it can be read as before. */
export function redactJson(text: string, words: Words): string {
  return JSON.stringify(redacted(json.parse(JSON.parse(text)), words))
}

function redacted(value: Json, words: Words): Json {
  if (typeof value === 'string') return words.redact(value)
  if (Array.isArray(value)) return value.map((each) => redacted(each, words))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (FIXED.has(name)) return [name, each]
      // A reply inside a payload is text of its own.
      if (name === 'reply' && typeof each === 'string') return [name, redactJson(each, words)]
      return [name, redacted(each, words)]
    }),
  )
}
