import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { codeField, instantField, integerField, textField } from './field.ts'
import { findCommand, readWords } from './read-words.ts'
import { sharedTexts } from './shared.texts.ts'

const label = sharedTexts.say('on')
const event = z.object({
  title: textField(label, { max: 80, takesRest: true }),
  start: instantField(label),
  seats: integerField(label, { min: 1, max: 9 }).optional(),
})
const note = z.object({ event: codeField(label, 'EVT'), text: textField(label, { max: 80, takesRest: true }) })

describe('typed words become named input', () => {
  const lines: readonly [z.ZodObject, string, Record<string, string>][] = [
    [note, '', {}],
    [note, '  EVT-12  a long text, with: a colon ', { event: 'EVT-12', text: 'a long text, with: a colon' }],
    [note, 'EVT-12 first\nsecond  line', { event: 'EVT-12', text: 'first\nsecond  line' }],
    [note, 'text:hello there event=EVT-3', { text: 'hello there', event: 'EVT-3' }],
    [note, 'EVENT：3 TEXT: hello', { event: '3', text: 'hello' }],
    [note, 'event:"EVT-3" “two words” and more', { event: 'EVT-3', text: 'two words', '…': 'and more' }],
    [note, '「一二」 「三 四」', { event: '一二', text: '三 四' }],
    [note, 'EVT-3 ""', { event: 'EVT-3', text: '' }],
    [note, 'EVT-3 event:EVT-4', { event: 'EVT-3', '…': 'event:EVT-4' }],
    [note, 'other:x y', { event: 'other:x', text: 'y' }],
    [event, '"Town hall" 2027-02-03 18:00 5', { title: 'Town hall', start: '2027-02-03 18:00', seats: '5' }],
    [event, 'Town hall start:2027-02-03 18:00Z seats:5', { title: 'Town hall', start: '2027-02-03 18:00Z', seats: '5' }],
    [event, '"Town hall" now 5 six', { title: 'Town hall', start: 'now', seats: '5', '…': 'six' }],
  ]
  test.each(lines)('%#: %s %j', (input, line, expected) => {
    expect(readWords(input, line)).toEqual(expected)
  })

  test('whatever is typed, it ends, and no sign that is not white space is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '1', ' ', '\n', ':', '=', '"', '“', '”', 'event', 'text', '-') }), (line) => {
        const kept = Object.values(readWords(note, line)).join('')
        const signs = (text: string) => text.replace(/\s|["“”]|(?:event|text)|[:=]/g, '').length
        expect(signs(kept)).toBe(signs(line))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the command at the beginning of a line', () => {
  const commands = [{ name: ['event'] }, { name: ['event', 'create'] }, { name: ['balance'] }]

  test.each([
    ['event create Town hall', ['event', 'create'], 'Town hall'],
    ['EVENT_CREATE Town hall', ['event', 'create'], 'Town hall'],
    ['event-create', ['event', 'create'], ''],
    ['event  creates', ['event'], 'creates'],
    [' balance\nnow', ['balance'], 'now'],
  ])('%j', (line, name, rest) => {
    expect(findCommand(commands, line)).toEqual({ command: { name }, rest })
  })

  test.each(['', 'balances', 'events', 'the event'])('none in %j', (line) => {
    expect(findCommand(commands, line)).toBeUndefined()
  })
})
