import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSpeak } from '../../adapters/speak.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { readMarkdown } from '../../test/support/discord/read-markdown.ts'
import { cutMarkdown, cutPlain, escapeMarkdown, markdownStyle, plainStyle } from './markdown.ts'

const MARKS = [
  '**',
  '__',
  '~~',
  '||',
  '```',
  '`',
  '*',
  '_',
  '\\',
  '@everyone',
  '<@1>',
  '<#2>',
  '<:x:3>',
  '[a](https://e.example)',
  'https://e.example',
]
const MORE = [':smile:', '# ', '-# ', '> ', '- ', '1. ', '<t:5:R>', '\n', ' ', '成员', 'a', '9', '😀', '!', '(', ')']
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...MARKS, ...MORE), fc.string({ maxLength: 3 })), { maxLength: 12 })
  .map((parts) => parts.join(''))

/** What may be lost: what nobody sees, and control characters. */
const seen = (plain: string): string => plain.toWellFormed().replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/gu, '')

describe('escapeMarkdown', () => {
  test('a string shows as itself wherever it stands in a sentence, and nothing in it is alive', () => {
    fc.assert(
      fc.property(nasty, fc.constantFrom('', 'Hello ', '12 '), fc.constantFrom('', '!', ' and more'), (plain, before, after) => {
        const { text, live } = readMarkdown(`${before}${escapeMarkdown(plain)}${after}`)
        expect(text).toBe(`${before}${seen(plain)}${after}`)
        expect(live).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('signs that turn text round are removed', () => {
    expect(escapeMarkdown('a\u202eb\u2066c\u200ed\u0000e\nf')).toBe('abcde\nf')
    expect(plainStyle.escape('a\u202eb\u0007*')).toBe('ab*')
  })
})

describe('a page of our own', () => {
  const ORIGIN = 'https://pos.example.org'
  const PAGE = `${ORIGIN}/periods/4?language=zh#top`
  const speak = createSpeak([sharedTexts.catalogue])
  const sentence = (values: readonly TextValue[]) =>
    values.map((text) => speak(sharedTexts.say('plain', { text }), 'en', markdownStyle)).join(' ')

  test('is a link without a preview, and nothing that a member writes becomes one, not even the same words', () => {
    const written = fc.oneof(
      nasty,
      fc.constantFrom(PAGE, `<${PAGE}>`, `${ORIGIN}/`, `[x](${PAGE})`, `${PAGE}>`, '<', `\\<${PAGE}>`),
      nasty.map((part) => `${PAGE}${part}`),
      nasty.map((part) => `<${part}${PAGE}`),
    )
    fc.assert(
      fc.property(written, written, fc.integer({ min: 1, max: 200 }), (before, after, max) => {
        const whole = sentence([before, { page: PAGE }, after])
        expect(readMarkdown(whole).live).toEqual([`<${PAGE}>`])
        expect(readMarkdown(sentence([before, after])).live).toEqual([])
        const { live } = readMarkdown(cutMarkdown(whole, max))
        expect(live.filter((each) => each !== `<${PAGE}>`)).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('is shown as itself where it is no plain address, and where Discord reads no markup', () => {
    for (const page of ['javascript:alert(1)', `${PAGE}> @everyone`, 'https://', `${PAGE}\n`])
      expect(readMarkdown(sentence([{ page }])).live).toEqual([])
    expect(speak({ page: PAGE }, 'en', plainStyle)).toBe(PAGE)
  })
})

describe('cutMarkdown', () => {
  test('stays inside the limit and shows a beginning of the whole', () => {
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 4 }), fc.integer({ min: 1, max: 60 }), (parts, max) => {
        const markdown = parts.map(escapeMarkdown).join(markdownStyle.instant(1_800_000_000_000))
        const cut = cutMarkdown(markdown, max)
        expect(cut.length).toBeLessThanOrEqual(max)
        const whole = readMarkdown(markdown).text
        const shown = readMarkdown(cut)
        expect(shown.live).toEqual([])
        expect(whole.startsWith(cut === markdown ? shown.text : shown.text.slice(0, -1))).toBe(true)
        expect(cut.isWellFormed()).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('keeps what fits', () => {
    expect([cutMarkdown('12345', 5), cutMarkdown('123456', 5), cutPlain('12345', 5), cutPlain('123😀6', 5)]).toEqual([
      '12345',
      '1234…',
      '12345',
      '123…',
    ])
  })
})

test('instants are local time in messages and UTC where Discord reads no markup', () => {
  const at = Date.UTC(2027, 1, 3, 18, 0, 30)
  expect(markdownStyle.instant(at)).toBe('<t:1801677630:f>')
  expect(plainStyle.instant(at)).toBe('2027-02-03 18:00 UTC')
})
