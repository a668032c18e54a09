import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedFields, nextField, soundAnswers } from './asked-fields.ts'
import { BUILTIN_FORMS } from './builtin-forms.ts'
import { FormDefinition } from './form-definition.ts'
import { scoreOf } from './quiz.rules.ts'
import { readForm, writeForm } from './read-form.ts'

const words = (text: string) => ({ en: text, zh: `${text}。` })
const readAddress = () => ({ ok: false, problem: 'form' }) as const
const text = (id: string, more: object = {}) => ({ kind: 'short-text', id, label: words(id), ...more })
const choice = (id: string, more: object = {}) => ({
  kind: 'choice',
  id,
  label: words(id),
  options: [
    { value: 'x', label: words('x') },
    { value: 'y', label: words('y') },
  ],
  ...more,
})
const form = (more: object = {}) => ({
  title: words('T'),
  intro: words('I'),
  fields: [text('one')],
  reward: { kind: 'none' },
  review: { rule: 'none' },
  ...more,
})
const problemsOf = (written: unknown, isCampaign = false): readonly string[] => {
  const read = readForm(typeof written === 'string' ? written : JSON.stringify(written), isCampaign, readAddress)
  return read.ok ? [] : read.problems.map(({ place, code }) => `${place} ${code}`)
}

test('the forms that come with the product have no problem', () => {
  expect(BUILTIN_FORMS.map(({ name, definition }) => [name, problemsOf(definition)])).toEqual([
    ['node-identity', []],
    ['contribution-report', []],
    ['staking-survey', []],
    ['content-submission', []],
  ])
})

test.each<[string, unknown, readonly string[]]>([
  ['no JSON', '{', ['. form.not_json']],
  ['a list', [], ['. form.wrong_type']],
  ['nothing in it', {}, ['title form.missing', 'intro form.missing', 'fields form.missing', 'reward form.missing', 'review form.missing']],
  [
    'a label of 2,000 characters',
    form({ fields: [text('one', { label: words('x'.repeat(2_000)) })] }),
    ['fields[0].label.en form.too_long', 'fields[0].label.zh form.too_long'],
  ],
  ['a number for a title', form({ title: 5 }), ['title form.wrong_type']],
  ['a label in one language', form({ fields: [text('one', { label: { en: 'x' } })] }), ['fields[0].label.zh form.missing']],
  ['an unknown key', form({ colour: 'red' }), ['colour form.unknown_key']],
  ['an unknown kind', form({ fields: [text('one', { kind: 'smell' })] }), ['fields[0].kind form.unknown_value']],
  ['the same id twice', form({ fields: [text('one'), text('one')] }), ['fields[1].id form.duplicate_id']],
  ['signs that turn text round', form({ title: words('\u202eevil') }), ['title.en form.unseen_signs', 'title.zh form.unseen_signs']],
  [
    'a condition on nothing',
    form({ fields: [text('one', { showIf: { field: 'no', is: ['x'] } })] }),
    ['fields[0].showIf form.condition_unknown'],
  ],
  [
    'a condition on a later one',
    form({ fields: [text('one', { showIf: { field: 'two', is: ['x'] } }), choice('two')] }),
    ['fields[0].showIf form.condition_later'],
  ],
  [
    'a condition on itself',
    form({ fields: [choice('one', { showIf: { field: 'one', is: ['x'] } })] }),
    ['fields[0].showIf form.condition_later'],
  ],
  [
    'a condition on a text',
    form({ fields: [text('one'), text('two', { showIf: { field: 'one', is: ['x'] } })] }),
    ['fields[1].showIf form.condition_kind'],
  ],
  [
    'a value that does not exist, and what hangs on it',
    form({
      fields: [
        choice('one'),
        choice('two', { showIf: { field: 'one', is: ['z'] } }),
        text('three', { showIf: { field: 'two', is: ['x'] } }),
      ],
    }),
    ['fields[1].showIf form.condition_value', 'fields[2].showIf form.never_asked'],
  ],
  [
    'options twice',
    form({
      fields: [
        choice('one', {
          options: [
            { value: 'x', label: words('a') },
            { value: 'x', label: words('b') },
          ],
        }),
      ],
    }),
    ['fields[0].options form.duplicate_option'],
  ],
  [
    'labels twice',
    form({
      fields: [
        choice('one', {
          options: [
            { value: 'x', label: words('a') },
            { value: 'y', label: { en: 'A', zh: 'b' } },
          ],
        }),
      ],
    }),
    ['fields[0].options form.same_label'],
  ],
  [
    'least above most',
    form({ fields: [choice('one', { kind: 'choices', least: 2, most: 1 })] }),
    ['fields[0].least form.least_above_most'],
  ],
  ['most above the options', form({ fields: [choice('one', { kind: 'choices', most: 3 })] }), ['fields[0].most form.most_above_options']],
  ['numbers reversed', form({ fields: [text('one', { kind: 'number', min: 5, max: 4 })] }), ['fields[0].min form.lowest_above_highest']],
  ['a signature of nothing', form({ fields: [text('one', { kind: 'signature', of: 'two' })] }), ['fields[0].of form.signature_of']],
  [
    'an answer that cannot be given',
    form({ fields: [choice('one', { expected: { answers: ['z'], points: 1 } })], passMark: 1 }),
    ['fields[0].expected form.expected_impossible'],
  ],
  [
    'points without a pass mark',
    form({ fields: [text('one', { expected: { answers: ['z'], points: 1 } })] }),
    ['passMark form.no_pass_mark'],
  ],
  ['a pass mark without points', form({ passMark: 1 }), ['passMark form.quiz_without_points']],
  [
    'a pass mark above the points',
    form({ passMark: 3, fields: [text('one', { expected: { answers: ['z'], points: 2 } })] }),
    ['passMark form.pass_above_points'],
  ],
  [
    'a window that ends first',
    form({ window: { opensAt: '2027-02-02T00:00:00Z', closesAt: '2027-02-01T00:00:00Z' } }),
    ['window form.window_reversed'],
  ],
  ['more approvals than reviewers', form({ review: { rule: 'panel', needed: 3, panel: 2 } }), ['review.needed form.needed_above_panel']],
  [
    'a campaign’s reward outside a campaign',
    form({ reward: { kind: 'campaign', lowest: '5', highest: '5' } }),
    ['reward form.not_a_campaign'],
  ],
  ['a range that nobody chooses in', form({ reward: { kind: 'node-contribution' } }), ['reward form.range_without_review']],
])('%s', (_name, written, expected) => {
  expect(problemsOf(written)).toEqual(expected)
})

test('a campaign’s own form may pay as it says, from low to high', () => {
  const paying = (lowest: string, highest: string) => form({ reward: { kind: 'campaign', lowest, highest }, review: { rule: 'panel' } })
  expect(problemsOf(paying('5', '10'), true)).toEqual([])
  expect(problemsOf(paying('10', '5'), true)).toEqual(['reward.lowest form.lowest_above_highest'])
  expect(problemsOf(paying('1e3', '5'), true)).toEqual(['reward.lowest form.wrong_form'])
})

test('reading any JSON never throws, and what is read is the same after an export', () => {
  fc.assert(fc.property(fc.json(), (json) => void problemsOf(json)))
  const more = fc.record({ minLength: fc.nat(5), required: fc.boolean(), help: fc.constantFrom(undefined, words('help')) })
  const fields = fc.array(
    fc.oneof(
      more.map((rest) => ['short-text', rest] as const),
      more.map(({ required }) => ['date', { required }] as const),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  fc.assert(
    fc.property(fields, fc.nat({ max: 100 }), (made, cooldownHours) => {
      const written = form({ cooldownHours, fields: made.map(([kind, rest], index) => text(`f${index}`, { kind, ...rest })) })
      const first = readForm(JSON.stringify(written), false, readAddress)
      const second = first.ok ? readForm(writeForm(first.definition), false, readAddress) : first
      expect(second).toEqual(first)
      expect(first.ok).toBe(true)
    }),
  )
})

const definition = FormDefinition.parse(
  form({
    passMark: 3,
    fields: [
      choice('one', { expected: { answers: ['x'], points: 1 } }),
      text('why', { showIf: { field: 'one', is: ['y'] } }),
      text('two', { required: false, expected: { answers: ['Two words', '二'], points: 2 } }),
    ],
  }),
)

test('what is asked follows the answers, and what is not asked is not sent', () => {
  const asked = (answers: Record<string, string | string[]>) => askedFields(definition, answers, readAddress)
  const ids = (answers: Record<string, string>) => asked(answers).map(({ field }) => field.id)
  expect(ids({})).toEqual(['one', 'two'])
  expect(ids({ one: 'y' })).toEqual(['one', 'why', 'two'])
  expect(nextField(asked({ one: 'y', two: '' }), 'two')).toBe('why')
  expect(nextField(asked({ one: 'x', two: '' }))).toBeUndefined()
  expect(soundAnswers(asked({ one: 'x', why: 'left over', two: '' }))).toEqual({ one: 'x' })
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string()))), (any) => void asked(any)))
})

test('points of a quiz, whatever the capitals', () => {
  const score = (answers: Record<string, string>) => scoreOf(definition, askedFields(definition, answers, readAddress), readAddress)
  expect(score({ one: 'x', two: 'TWO  words' })).toEqual({ points: 3, most: 3, passed: true })
  expect(score({ one: 'y', two: '二' })).toEqual({ points: 2, most: 3, passed: false })
  expect(scoreOf(FormDefinition.parse(form()), [], readAddress)).toBeUndefined()
})
