import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { cleanLines } from './clean-line.ts'
import { issueProblem, paragraphsField } from './field.ts'
import { sharedTexts } from './shared.texts.ts'

test('keeps lines and paragraphs, whatever parts them, and cleans each line', () => {
  expect(cleanLines('  One\u202e\t two \r\n\r\n\n \nThree\u0000\u2028four\u0085five\n\n')).toBe('One two\n\nThree\nfour\nfive')
  expect(cleanLines(' \n\u200b\n ')).toBe('')
})

test('nothing that hides or turns text is left, and no two blank lines follow each other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r', '\u2029', '\u202e', '\u0000', ' '))),
      (parts) => {
        const clean = cleanLines(parts.join(''))
        expect(clean).not.toMatch(/\n{3}|^\n|\n$/)
        expect(clean).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069]|(?!\n)\p{Cc}|\p{Cs}/u)
      },
    ),
  )
})

test('a text of several lines is bounded in signs and in lines, and may not be empty', () => {
  const field = z.object({ text: paragraphsField(sharedTexts.say('plain', { text: 'text' }), { max: 20, maxLines: 3 }) })
  const codeOf = (text: string) => {
    const read = field.safeParse({ text })
    return read.success ? read.data.text : issueProblem(read.error.issues[0]!)?.code
  }
  expect(codeOf('a\nb\n\nc')).toBe('input.too_many_lines')
  expect(codeOf('a\n\n\n\nb')).toBe('a\n\nb')
  expect(codeOf('🌻'.repeat(20))).toBe('🌻'.repeat(20))
  expect(codeOf('🌻'.repeat(21))).toBe('input.too_long')
  // One sign that stands for eighteen.
  expect(codeOf('\ufdfa\ufdfa')).toBe('input.too_long')
  expect(codeOf('\n \n')).toBe('input.empty')
})
