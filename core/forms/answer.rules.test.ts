import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAnswer, type ReadAddress } from './answer.rules.ts'
import { FormField } from './form-definition.ts'

const label = { en: 'Field', zh: '字段' }
const field = (rest: object) => FormField.parse({ id: 'f', label, ...rest })
const OPTIONS = [
  { value: 'a', label: { en: 'Apple', zh: '苹果' } },
  { value: 'b', label: { en: 'Pear, green', zh: '梨' } },
  { value: '7', label: { en: 'Seven', zh: '七' } },
]
/** Form and case only; the real one is tested where it lives. */
const readAddress: ReadAddress = (typed) =>
  /^0x[0-9a-f]{40}$/i.test(typed)
    ? /[a-f]/.test(typed) && /[A-F]/.test(typed)
      ? { ok: false, problem: 'checksum' }
      : { ok: true, address: typed.toLowerCase() }
    : { ok: false, problem: 'form' }
const FIELDS: readonly FormField[] = [
  field({ kind: 'short-text' }),
  field({ kind: 'long-text', required: false, maxLength: 50 }),
  field({ kind: 'number', min: -5, max: 1_000, decimals: 2 }),
  field({ kind: 'choice', options: OPTIONS }),
  field({ kind: 'choices', options: OPTIONS, least: 1, most: 2 }),
  ...(['yes-no', 'date', 'link', 'file', 'evm-address', 'node-address'] as const).map((kind) => field({ kind })),
  field({ kind: 'signature', of: 'a' }),
]
const byKind = (kind: FormField['kind']) => FIELDS.find((each) => each.kind === kind)!
const read = (kind: FormField['kind'], typed: string | readonly string[]) => {
  const answer = readAnswer(byKind(kind), typed, readAddress)
  return answer.ok ? answer.value : answer.problem.code
}

test.each<[FormField['kind'], string | readonly string[], string | readonly string[] | undefined]>([
  ['short-text', '  two   words ', 'two words'],
  ['short-text', '你好，世界', '你好，世界'],
  ['short-text', '\u202e\u200b', 'answer.required'],
  ['short-text', 'x'.repeat(201), 'answer.too_long'],
  ['long-text', 'a\r\nb\n\n\n\nc', 'a\nb\n\nc'],
  ['long-text', '', undefined],
  ['number', '１２．５', '12.5'],
  ['number', '1,000', '1000'],
  ['number', '−3', '-3'],
  ['number', '-0', '0'],
  ['number', '007.50', '7.5'],
  ['number', '1000.01', 'answer.number_above'],
  ['number', '-5.01', 'answer.number_below'],
  ['number', '1.234', 'answer.number_decimals'],
  ['number', '1e3', 'answer.number'],
  ['number', 'ten', 'answer.number'],
  ['choice', '苹果', 'a'],
  ['choice', ' APPLE ', 'a'],
  ['choice', '２', 'b'],
  // Its value comes before the place in the list.
  ['choice', '7', '7'],
  ['choice', '9', 'answer.choice'],
  ['choice', ['b'], 'b'],
  ['choice', ['a', 'b'], 'answer.one'],
  ['choices', 'Pear, green', ['b']],
  ['choices', 'b、a', ['a', 'b']],
  ['choices', ['b', 'b', 'a'], ['a', 'b']],
  ['choices', 'a, b, 7', 'answer.too_many'],
  ['choices', 'a, zebra', 'answer.choices'],
  ['choices', [], 'answer.required'],
  ['yes-no', '是', 'yes'],
  ['yes-no', 'NO', 'no'],
  ['yes-no', 'maybe', 'answer.yes_no'],
  ['date', '2027年2月3日', '2027-02-03'],
  ['date', '3.2.2027', '2027-02-03'],
  ['date', 'February 3rd, 2027', '2027-02-03'],
  ['date', '25/12/2027', '2027-12-25'],
  ['date', '3/2/2027', 'answer.date_unclear'],
  ['date', '2027-02-30', 'answer.date'],
  ['link', 'https://Example.org', 'https://example.org/'],
  ['link', 'http://example.org', 'answer.link_scheme'],
  ['link', 'example.org/a', 'answer.link_scheme'],
  ['link', 'javascript:alert(1)', 'answer.link_scheme'],
  ['link', 'https://me:secret@example.org', 'answer.link_credentials'],
  ['link', 'https://127.0.0.1/', 'answer.link_host'],
  ['link', 'https://0x7f.1/', 'answer.link_host'],
  ['link', 'https://[::1]/', 'answer.link_host'],
  ['link', 'https://printer.local/', 'answer.link_host'],
  ['link', 'https://localhost./', 'answer.link_host'],
  ['link', 'https://a.org/\u0000', 'answer.link_form'],
  ['link', `https://a.org/${'x'.repeat(500)}`, 'answer.link_long'],
  ['file', 'not a link', 'answer.file_form'],
  ['file', 'https://example.org/a.pdf', 'https://example.org/a.pdf'],
  ['file', 'https://cdn.discordapp.com/attachments/1/2/a.pdf?ex=66&is=65&hm=ab', 'answer.link_expires'],
  ['link', 'https://media.discordapp.net/ephemeral-attachments/1/2/a.png', 'answer.link_expires'],
  ['link', 'https://CDN.discordapp.com./attachments/1/2/a.png', 'answer.link_expires'],
  ['link', 'https://api.telegram.org/file/bot1:key/documents/a.pdf', 'answer.link_expires'],
  ['link', 'https://discord.com/channels/1/2/3', 'https://discord.com/channels/1/2/3'],
  ['evm-address', `0x${'a'.repeat(40)}`, `0x${'a'.repeat(40)}`],
  ['evm-address', `0x${'aB'.repeat(20)}`, 'answer.address_checksum'],
  ['evm-address', '0x12', 'answer.address_form'],
  // BIP 173: the checksum of the second is broken by one sign.
  ['node-address', 'a1lqfn3a', 'answer.node_address'],
  ['node-address', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw'],
  ['node-address', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq', 'answer.node_address'],
  ['node-address', 'tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb', 'tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb'],
  ['node-address', '=HYPERLINK("x")', 'answer.node_address'],
  ['signature', `0x${'AB'.repeat(65)}`, `0x${'ab'.repeat(65)}`],
  ['signature', 'signed, me', 'answer.signature'],
])('%s: %j is %j', (kind, typed, expected) => {
  expect(read(kind, typed)).toEqual(expected)
})

test('reading never throws, and reading what was read gives the same', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 }),
    fc.constantFrom('1', 'a', 'yes', 'a, b', '2027-02-03', 'https://a.org/%', '\ud800', '١٢', '<b>', '=1+1', `0x${'1'.repeat(40)}`),
  )
  const again = (one: FormField, given: string | string[]) => {
    const first = readAnswer(one, given, readAddress)
    return first.ok && first.value !== undefined ? [first, readAnswer(one, first.value, readAddress)] : [first, first]
  }
  const isStable = fc.property(fc.constantFrom(...FIELDS), typed, (one, given) => {
    const [first, second] = again(one, given)
    return JSON.stringify(first) === JSON.stringify(second)
  })
  expect(fc.check(isStable, { numRuns: 3_000 }).counterexample).toBeNull()
})
