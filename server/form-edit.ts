import { FIELD_KINDS, MAX_FIELDS } from '../core/forms/form-definition.ts'
import { allOf, oneOf, type Posted } from './routes/form-schemas.ts'

/** The inputs of a form beside its questions; names follow the places of the form's file, so that a problem finds its input (`form-edit-file.ts`). */
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

/** Those of every question, in the order of the page. */
export const COMMON_INPUTS = ['kind', 'id', 'label.en', 'label.zh', 'help.en', 'help.zh', 'required', 'showIf.field', 'showIf.is'] as const
export const QUESTION_INPUTS = [
  ...COMMON_INPUTS,
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

/** What was typed into each input, as typed. */
export type QuestionEdit = Readonly<Record<QuestionInput, string>>
export interface FormEdit {
  readonly form: Readonly<Record<FormInput, string>>
  readonly questions: readonly QuestionEdit[]
}

/** A box that is ticked. */
export const TICKED = 'yes'
/** Of one input; more than any part of a form takes, so that what is too long can be told. */
const MAX_TYPED = 20_000

/** Which inputs a kind of question has beside {@link COMMON_INPUTS}. */
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

/** Every input of a list, each with what `of` gives. */
export const inputsWith = <Name extends string>(names: readonly Name[], of: (name: Name) => string): Readonly<Record<Name, string>> =>
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
  return { form: inputsWith(FORM_INPUTS, (name) => given[name] ?? ''), questions: [] }
}

/** The edit as a page sent it. */
export function readEdit(posted: Posted): FormEdit {
  const typed = (name: string): string => oneOf(posted, name).slice(0, MAX_TYPED)
  const indexes = allOf(posted, 'question').filter((index) => /^\d{1,2}$/.test(index))
  return {
    form: inputsWith(FORM_INPUTS, typed),
    questions: indexes.slice(0, MAX_FIELDS).map((index) => inputsWith(QUESTION_INPUTS, (name) => typed(`q${index}.${name}`))),
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
    return { edit: { form, questions: [...questions, inputsWith(QUESTION_INPUTS, (name) => given[name] ?? '')] }, at: questions.length }
  }
  const { at } = change
  const moved = questions[at]
  if (moved === undefined) return { edit: { form, questions }, at: 0 }
  const others = questions.toSpliced(at, 1)
  if (change.act === 'remove') return { edit: { form, questions: others }, at: Math.max(0, at - 1) }
  const to = Math.min(questions.length - 1, Math.max(0, at + (change.act === 'up' ? -1 : 1)))
  return { edit: { form, questions: others.toSpliced(to, 0, moved) }, at: to }
}
