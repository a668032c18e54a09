import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import { FormDefinition } from '../../core/forms/form-definition.ts'
import { writeForm } from '../../core/forms/read-form.ts'
import { definitionOf, editOf } from '../../server/form-edit-file.ts'
import { readPage, startFormsWorld, TRIP, words, type FormsWorld } from '../support/forms-world.ts'
import type { Visitor } from '../support/web-world.ts'

let forms: FormsWorld
let hui: Visitor

beforeAll(async () => {
  forms = await startFormsWorld()
  hui = await forms.as('hui')
}, 60_000)
afterAll(() => forms?.world.stop())
beforeEach(() => {
  forms.world.clock.now += 1_000
})

/** What a browser would send of the editor’s page: every input that is not disabled. */
function fieldsOf(page: string): URLSearchParams {
  const start = page.indexOf('<form class="sheet"')
  const form = page.slice(start, page.indexOf('</form>', start)).replace(/<fieldset class="group" disabled>[^]*?<\/details>/g, '')
  const plain = (text: string): string =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
  const body = new URLSearchParams()
  for (const [, attributes = ''] of form.matchAll(/<input\b([^>]*)>/g)) {
    const [name, value] = [/\bname="([^"]*)"/.exec(attributes)?.[1], /\bvalue="([^"]*)"/.exec(attributes)?.[1] ?? '']
    const isOff = attributes.includes('type="checkbox"') && !/\bchecked\b/.test(attributes)
    if (name !== undefined && !isOff) body.append(name, plain(value))
  }
  for (const [, name = '', text = ''] of form.matchAll(/<textarea[^>]*\bname="([^"]*)"[^>]*>\n?([^]*?)<\/textarea>/g))
    body.append(name, plain(text))
  for (const [, name = '', options = ''] of form.matchAll(/<select[^>]*\bname="([^"]*)"[^>]*>([^]*?)<\/select>/g)) {
    const chosen = /<option value="([^"]*)"\s+selected/.exec(options) ?? /<option value="([^"]*)"/.exec(options)
    body.append(name, plain(chosen?.[1] ?? ''))
  }
  return body
}

/** Changes inputs of a page and presses a button. */
async function press(path: string, page: string, what: string, changes: Readonly<Record<string, string>> = {}) {
  const body = fieldsOf(page)
  for (const [name, value] of Object.entries(changes)) body.set(name, value)
  body.set('do', what)
  return forms.post(hui, path, body)
}

const definitionNow = async (number: number) => (await forms.world.app.forms.form(number))!.definition

test.each([
  ...BUILTIN_FORMS.map(({ definition }) => definition),
  FormDefinition.parse({
    ...TRIP,
    fields: [
      ...TRIP.fields,
      {
        kind: 'choices',
        id: 'pick',
        label: words('Pick | one \\ two'),
        help: words('Help'),
        options: [
          { value: 'a', label: words('A | b \\n') },
          { value: 'b', label: words('B\\') },
        ],
        least: 1,
        most: 2,
        expected: { answers: ['a', 'b'], points: 3 },
      },
      { kind: 'short-text', id: 'x', label: words('X'), expected: { answers: ['one | two', 'three\\n'], points: 1 } },
    ],
    passMark: 2,
    window: { opensAt: '2027-02-01T00:00:00Z' },
    cooldownHours: 3,
    conditions: [{ kind: 'role', role: 'host' }, { kind: 'wallet' }, { kind: 'attended', event: 12 }],
  }),
])('the editor gives back the form that it was given: $title.en', (definition) => {
  const back = FormDefinition.parse(JSON.parse(JSON.stringify(definitionOf(editOf(definition)))))
  expect(writeForm(back)).toBe(writeForm(definition))
})

test('a form is built, mended where it is wrong, and published at once; nothing is before that', async () => {
  const before = await forms.world.community.database.prisma.form.count()
  const empty = await readPage(hui, '/forms/new')
  const terms = { 'title.en': 'Survey', 'title.zh': '调查', 'intro.en': 'Say.', 'intro.zh': '请说。', 'review.rule': 'none' }
  const one = await press('/forms/new', empty, 'add', { ...terms, addKind: 'choice' })
  const two = await press('/forms/new', one.text, 'add', {
    addKind: 'number',
    'q0.label.en': 'Which',
    'q0.label.zh': '哪个',
    'q0.options': 'x | X | 甲\ny | Y | 乙',
  })
  expect(two.text).toContain('Question 1: Which')
  const wrong = await press('/forms/new', two.text, 'publish', {
    'q1.label.en': 'How many',
    'q1.label.zh': '多少',
    'q1.showIf.field': 'q1',
    'q1.showIf.is': 'z',
    'q1.min': 'few',
    cooldownHours: '-1',
  })
  expect(wrong.status).toBe(422)
  expect(wrong.text).toMatch(/id="q1-min"[^>]*aria-describedby="q1-min-wrong"[^>]*aria-invalid="true"/)
  expect(wrong.text).toMatch(/id="cooldownHours"[^>]*aria-invalid="true"/)
  expect(wrong.text).toContain('value="few"')
  const second = await press('/forms/new', wrong.text, 'publish', { 'q1.min': '1', cooldownHours: '' })
  expect(second.status).toBe(422)
  expect(second.text).toContain('“q1” has no option “z”.')
  expect(second.text).toMatch(/href="#q1-showIf-is"|href="#q1-showIf-field"/)
  expect(await forms.world.community.database.prisma.form.count()).toBe(before)
  const mended = await press('/forms/new', second.text, 'publish', { 'q1.showIf.is': 'y' })
  expect(mended.text).toContain('was made with 2 questions')
  const number = Number(/FRM-(\d+)/.exec(mended.text)![1])
  expect(await definitionNow(number)).toMatchObject({
    title: { zh: '调查' },
    fields: [
      { id: 'q1', kind: 'choice' },
      { id: 'q2', min: 1, showIf: { field: 'q1', is: ['y'] } },
    ],
  })
})

test('questions move and go, with all that stands in them', async () => {
  const number = await forms.offer(TRIP)
  const path = `/forms/${number}/edit`
  const page = await readPage(hui, path)
  const up = await press(path, page, 'up-1')
  expect(up.text.indexOf('Question 1: Again?')).toBeGreaterThan(0)
  const gone = await press(path, up.text, 'remove-1')
  expect(gone.text).not.toContain('Where')
  const done = await press(path, gone.text, 'publish')
  expect(done.text).toContain('has version 2 now')
  expect((await definitionNow(number)).fields.map(({ id }) => id)).toEqual(['again', 'days'])
})

test('what somebody else published meanwhile is not overwritten unseen, and nothing typed is lost', async () => {
  const number = await forms.offer(TRIP)
  const path = `/forms/${number}/edit`
  const mine = await readPage(hui, path)
  await forms.world.community.chat.dispatch({
    account: { platform: 'console', userId: 'hui', name: 'hui' },
    place: { kind: 'private', chatId: 'hui' },
    command: 'form import',
    input: { file: JSON.stringify({ ...TRIP, title: words('Theirs') }), replaces: `FRM-${number}` },
    key: 'theirs',
  })
  const late = await press(path, mine, 'publish', { 'title.en': 'Mine' })
  expect(late.status).toBe(422)
  expect(late.text).toContain('changed FRM-')
  expect(late.text).toContain('value="Mine"')
  expect((await definitionNow(number)).title.en).toBe('Theirs')
  expect((await press(path, late.text, 'publish')).status).toBe(200)
  expect((await definitionNow(number)).title.en).toBe('Mine')
})

test('a file is exported, and its text imported again; what is no form is kept and explained', async () => {
  const number = await forms.offer(TRIP)
  const file = await hui.get(`/forms/${number}/export`)
  expect(file.headers.get('content-disposition')).toBe(`attachment; filename="FRM-${number}-v1.json"`)
  const text = await file.text()
  expect(FormDefinition.parse(JSON.parse(text))).toEqual(await definitionNow(number))
  const empty = await readPage(hui, '/forms/new')
  const loaded = await press('/forms/new', empty, 'load', { file: text })
  expect(loaded.text).toContain('It is not published yet.')
  expect(loaded.text).toContain('Question 3: How many days')
  expect((await press('/forms/new', loaded.text, 'publish')).text).toContain('was made with 3 questions')
  for (const bad of ['{', '{"title": 1}', '[]', 'x'.repeat(300_000), '{"__proto__": {"fields": []}}']) {
    const { status, text: page } = await press('/forms/new', empty, 'load', { file: bad })
    expect(status).toBe(422)
    expect(page).toContain('This file cannot be used')
  }
})

test('hostile definitions and edits do no harm', async () => {
  const evil = '"><script>alert(1)</script>'
  const path = '/forms/new'
  const page = await readPage(hui, path)
  const { text } = await press(path, page, 'add', {
    'title.en': evil,
    'intro.zh': `</textarea>${evil}`,
    addKind: evil,
    'recurrence.every': evil,
  })
  const again = await press(path, text, 'publish', {
    'q0.label.en': evil,
    'q0.kind': evil,
    'q0.options': `${evil} | ${evil}`,
    'q0.id': evil,
  })
  expect(again.status).toBe(422)
  for (const shown of [text, again.text]) expect(shown).not.toContain('<script>alert')
  const body = new URLSearchParams({ do: 'check' })
  for (let index = 0; index < 99; index += 1) body.append('question', String(index))
  for (const strange of ['-1', '1e9', '__proto__', '999999']) body.append('question', strange)
  const many = await forms.post(hui, path, body)
  expect(many.status).toBe(422)
  expect(many.text.match(/name="question"/g)).toHaveLength(25)
  for (const strange of ['up-99', 'remove--1', 'constructor', '']) expect((await press(path, text, strange)).status).toBeLessThan(500)
})

test('members see no expected answer, and the preview shows a question as they do', async () => {
  const quiz = {
    ...TRIP,
    passMark: 1,
    fields: [{ kind: 'short-text', id: 'q', label: words('Word'), expected: { answers: ['xyzzy'], points: 1 } }],
  }
  const number = await forms.offer(quiz)
  const ann = await forms.as('ann')
  await forms.post(ann, `/forms/${number}/begin`)
  expect(await readPage(ann, `/forms/${number}`)).not.toContain('xyzzy')
  const page = await readPage(hui, `/forms/${number}/edit`)
  expect(page).toContain('id="preview-0-q"')
  expect(page).toContain('xyzzy')
})
