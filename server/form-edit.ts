import { FIELD_KINDS, MAX_FIELDS, type FormDefinition, type FormField } from '../core/forms/form-definition.ts'
import { expectedOf } from '../core/forms/quiz.rules.ts'
import { allOf, oneOf, type Posted } from './routes/form-schemas.ts'

/** What the editor holds of a form, as typed; names follow the places of the form's file, so that a problem finds its input. */
export const FORM_INPUTS = [
  'title.en',
  'title.zh',
  'intro.en',
  'intro.zh',
  'window.opensAt',
  'window.closesAt',
  'recurrence.every',
  'recurrence.times',
  'cooldownHours',
  'conditions.host',
  'conditions.reviewer',
  'conditions.chair',
  'conditions.operator',
  'conditions.wallet',
  'conditions.attended',
  'conditions.delegation',
  'reward.kind',
  'reward.lowest',
  'reward.highest',
  'review.rule',
  'review.needed',
  'review.panel',
  'review.spreadPercent',
  'review.duplicatePercent',
  'review.blind',
  'passMark',
] as const
export type FormInput = (typeof FORM_INPUTS)[number]

export const QUESTION_INPUTS = [
  'id',
  'kind',
  'label.en',
  'label.zh',
  'help.en',
  'help.zh',
  'required',
  'showIf.field',
  'showIf.is',
  'options',
  'least',
  'most',
  'minLength',
  'maxLength',
  'min',
  'max',
  'decimals',
  'of',
  'expected.answers',
  'expected.points',
] as const
export type QuestionInput = (typeof QUESTION_INPUTS)[number]

export type QuestionEdit = Readonly<Record<QuestionInput, string>>
export interface FormEdit {
  readonly form: Readonly<Record<FormInput, string>>
  readonly questions: readonly QuestionEdit[]
}

/** A box that is ticked. */
export const TICKED = 'yes'
/** Of one input; more than any part of a form takes, so that what is too long can be told. */
const MAX_TYPED = 20_000
const ROLES = ['host', 'reviewer', 'chair', 'operator'] as const

/** Which inputs a kind of question has beside those that all have. */
export function inputsOf(kind: string): readonly QuestionInput[] {
  const quiz = ['expected.answers', 'expected.points'] as const
  switch (kind) {
    case 'short-text':
    case 'long-text':
      return ['minLength', 'maxLength', ...quiz]
    case 'number':
      return ['min', 'max', 'decimals', ...quiz]
    case 'choice':
      return ['options', ...quiz]
    case 'choices':
      return ['options', 'least', 'most', ...quiz]
    case 'signature':
      return ['of']
    default:
      return quiz
  }
}

const emptied = <Name extends string>(names: readonly Name[], of: (name: Name) => string): Readonly<Record<Name, string>> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name is there, which fromEntries does not tell
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, string>

/** A form to begin with: no question yet, judged by two of three reviewers, paid nothing. */
export function newEdit(): FormEdit {
  const given: Partial<Record<FormInput, string>> = {
    'recurrence.every': 'ever',
    'recurrence.times': '1',
    'reward.kind': 'none',
    'review.rule': 'panel',
    'review.needed': '2',
    'review.panel': '3',
    'review.spreadPercent': '30',
    'review.duplicatePercent': '0',
    'review.blind': TICKED,
  }
  return { form: emptied(FORM_INPUTS, (name) => given[name] ?? ''), questions: [] }
}

/** The edit as a page sent it. */
export function readEdit(posted: Posted): FormEdit {
  const typed = (name: string): string => oneOf(posted, name).slice(0, MAX_TYPED)
  const indexes = allOf(posted, 'question').filter((index) => /^\d{1,2}$/.test(index))
  return {
    form: emptied(FORM_INPUTS, typed),
    questions: indexes.slice(0, MAX_FIELDS).map((index) => emptied(QUESTION_INPUTS, (name) => typed(`q${index}.${name}`))),
  }
}

export type EditAct = { readonly act: 'add'; readonly kind: string } | { readonly act: 'remove' | 'up' | 'down'; readonly at: number }

/** The act of a button that changes which questions there are; undefined for every other. */
export function readAct(name: string, kind: string): EditAct | undefined {
  if (name === 'add') return { act: 'add', kind: FIELD_KINDS.find((known) => known === kind) ?? 'short-text' }
  const [, act, at] = /^(remove|up|down)-(\d{1,2})$/.exec(name) ?? []
  return act === 'remove' || act === 'up' || act === 'down' ? { act, at: Number(at) } : undefined
}

/** @returns the edit, and which question the page should show first */
export function applyAct({ form, questions }: FormEdit, change: EditAct): { readonly edit: FormEdit; readonly at: number } {
  if (change.act === 'add') {
    if (questions.length >= MAX_FIELDS) return { edit: { form, questions }, at: questions.length - 1 }
    const ids = new Set(questions.map(({ id }) => id))
    const free = Array.from({ length: MAX_FIELDS + 1 }, (_none, index) => `q${index + 1}`).find((id) => !ids.has(id)) ?? ''
    const given: Partial<Record<QuestionInput, string>> = { id: free, kind: change.kind, required: TICKED }
    return { edit: { form, questions: [...questions, emptied(QUESTION_INPUTS, (name) => given[name] ?? '')] }, at: questions.length }
  }
  const { at } = change
  const moved = questions[at]
  if (moved === undefined) return { edit: { form, questions }, at: 0 }
  const others = questions.toSpliced(at, 1)
  if (change.act === 'remove') return { edit: { form, questions: others }, at: Math.max(0, at - 1) }
  const to = Math.min(questions.length - 1, Math.max(0, at + (change.act === 'up' ? -1 : 1)))
  return { edit: { form, questions: others.toSpliced(to, 0, moved) }, at: to }
}

/** What the editor shows of a form as it stands. */
export function editOf({
  title,
  intro,
  window,
  recurrence,
  cooldownHours,
  conditions,
  reward,
  review,
  passMark,
  fields,
}: FormDefinition): FormEdit {
  const is = (holds: boolean): string => (holds ? TICKED : '')
  const roles = new Set(conditions.flatMap((condition) => (condition.kind === 'role' ? [condition.role] : [])))
  const panel = review.rule === 'panel' ? review : undefined
  const written: Readonly<Record<FormInput, string | number | undefined>> = {
    'title.en': title.en,
    'title.zh': title.zh,
    'intro.en': intro.en,
    'intro.zh': intro.zh,
    'window.opensAt': window.opensAt,
    'window.closesAt': window.closesAt,
    'recurrence.every': recurrence.every,
    'recurrence.times': recurrence.times,
    cooldownHours,
    'conditions.host': is(roles.has('host')),
    'conditions.reviewer': is(roles.has('reviewer')),
    'conditions.chair': is(roles.has('chair')),
    'conditions.operator': is(roles.has('operator')),
    'conditions.wallet': is(conditions.some(({ kind }) => kind === 'wallet')),
    'conditions.attended': conditions.flatMap((condition) => (condition.kind === 'attended' ? [condition.event] : [])).join(', '),
    'conditions.delegation': conditions.flatMap((condition) => (condition.kind === 'delegation' ? [condition.list] : [])).join(', '),
    'reward.kind': reward.kind,
    'reward.lowest': reward.kind === 'campaign' ? reward.lowest : undefined,
    'reward.highest': reward.kind === 'campaign' ? reward.highest : undefined,
    'review.rule': review.rule,
    'review.needed': panel?.needed,
    'review.panel': panel?.panel,
    'review.spreadPercent': panel?.spreadPercent,
    'review.duplicatePercent': panel?.duplicatePercent,
    'review.blind': is(panel?.blind ?? true),
    passMark,
  }
  return { form: emptied(FORM_INPUTS, (name) => String(written[name] ?? '')), questions: fields.map(questionEdit) }
}

function questionEdit(field: FormField): QuestionEdit {
  const expected = expectedOf(field)
  const own: Readonly<Record<string, unknown>> = field
  const written: Partial<Record<QuestionInput, string>> = {
    'label.en': field.label.en,
    'label.zh': field.label.zh,
    'help.en': field.help?.en ?? '',
    'help.zh': field.help?.zh ?? '',
    required: field.required ? TICKED : '',
    'showIf.field': field.showIf?.field ?? '',
    'showIf.is': field.showIf?.is.join(', ') ?? '',
    options:
      'options' in field ? field.options.map(({ value, label }) => [value, label.en, label.zh].map(kept).join(' | ')).join('\n') : '',
    'expected.answers': expected?.answers.map(kept).join('\n') ?? '',
    'expected.points': expected === undefined ? '' : String(expected.points),
  }
  return emptied(QUESTION_INPUTS, (name) => written[name] ?? plain(own[name]))
}

const plain = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** Signs that part lines and columns of a list, inside a value of it. */
const kept = (text: string): string => text.replace(/[\\|]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)

/** The definition that an edit means, to be read as any file is; a number that is none stays as typed, so that it is named. */
export function definitionOf({ form, questions }: FormEdit): object {
  const { [`reward.kind`]: reward, [`review.rule`]: rule } = form
  return {
    title: words(form['title.en'], form['title.zh']),
    intro: words(form['intro.en'], form['intro.zh']),
    fields: questions.map(fieldOf),
    passMark: number(form.passMark),
    window: { opensAt: instant(form['window.opensAt']), closesAt: instant(form['window.closesAt']) },
    recurrence: { every: form['recurrence.every'], times: number(form['recurrence.times']) },
    cooldownHours: number(form.cooldownHours),
    conditions: [
      ...ROLES.filter((role) => form[`conditions.${role}`] !== '').map((role) => ({ kind: 'role', role })),
      ...(form['conditions.wallet'] === '' ? [] : [{ kind: 'wallet' }]),
      ...listed(form['conditions.attended']).map((event) => ({ kind: 'attended', event: number(event.replace(/^EVT-/i, '')) })),
      ...listed(form['conditions.delegation']).map((list) => ({ kind: 'delegation', list })),
    ],
    reward:
      reward === 'campaign'
        ? { kind: reward, lowest: form['reward.lowest'].trim(), highest: form['reward.highest'].trim() }
        : { kind: reward },
    review:
      rule === 'panel'
        ? {
            rule,
            needed: number(form['review.needed']),
            panel: number(form['review.panel']),
            spreadPercent: number(form['review.spreadPercent']),
            blind: form['review.blind'] !== '',
            duplicatePercent: number(form['review.duplicatePercent']),
          }
        : { rule },
  }
}

/** One question as its file has it. */
export function fieldOf(question: QuestionEdit): object {
  const own = new Set(inputsOf(question.kind))
  const given = (name: QuestionInput): unknown => (own.has(name) ? number(question[name]) : undefined)
  const answers = lines(question['expected.answers']).map(unkept)
  const points = number(question['expected.points'])
  const isExpected = own.has('expected.answers') && (answers.length > 0 || points !== undefined)
  return {
    kind: question.kind,
    id: question.id.trim(),
    label: words(question['label.en'], question['label.zh']),
    help: question['help.en'].trim() + question['help.zh'].trim() === '' ? undefined : words(question['help.en'], question['help.zh']),
    required: question.required !== '',
    showIf:
      question['showIf.field'].trim() === '' ? undefined : { field: question['showIf.field'].trim(), is: listed(question['showIf.is']) },
    options: own.has('options') ? lines(question.options).map(optionOf) : undefined,
    of: own.has('of') ? question.of.trim() : undefined,
    least: given('least'),
    most: given('most'),
    minLength: given('minLength'),
    maxLength: given('maxLength'),
    min: given('min'),
    max: given('max'),
    decimals: given('decimals'),
    expected: isExpected ? { answers, points } : undefined,
  }
}

function optionOf(line: string): object {
  const [value = '', en = '', zh = ''] = line.split(/(?<!\\)\|/).map((part) => unkept(part.trim()))
  return { value, label: { en, zh } }
}

const unkept = (text: string): string => text.replace(/\\([\\|n])/g, (_all, sign: string) => (sign === 'n' ? '\n' : sign))
// A browser parts lines with two signs.
const words = (en: string, zh: string) => ({ en: en.replaceAll('\r\n', '\n').trim(), zh: zh.replaceAll('\r\n', '\n').trim() })
const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')
const listed = (text: string): string[] => text.split(/[\s,，、]+/).filter((part) => part !== '')

function number(typed: string): number | string | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text
}

/** `2027-02-01 18:00` is meant in UTC; everything else is left to whoever reads the form. */
function instant(typed: string): string | undefined {
  const text = typed.trim()
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})$/.exec(text) ?? []
  if (day !== undefined && time !== undefined) return `${day}T${time}:00Z`
  return text === '' ? undefined : text
}

/** The name of the input that a place of the file means, such as `fields[1].options[0].label.en`; undefined when it means none. */
export function inputAt(place: string): string | undefined {
  const [, index, inside] = /^fields\[(\d+)\]\.?(.*)$/.exec(place) ?? []
  const path = (inside ?? place).replace(/\[\d+\]/g, '')
  const names: readonly string[] = index === undefined ? FORM_INPUTS : QUESTION_INPUTS
  const found =
    names.find((name) => name === path) ??
    names.find((name) => path.startsWith(`${name}.`)) ??
    names.find((name) => name.startsWith(`${path}.`)) ??
    (path.startsWith('conditions') ? 'conditions.attended' : index === undefined ? undefined : 'id')
  return found === undefined ? undefined : `${index === undefined ? '' : `q${index}.`}${found}`
}
