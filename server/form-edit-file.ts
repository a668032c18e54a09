import type { FormDefinition, FormField } from '../core/forms/form-definition.ts'
import { expectedOf } from '../core/forms/quiz.rules.ts'
import { FORM_INPUTS, inputsOf, inputsWith, QUESTION_INPUTS, TICKED } from './form-edit.ts'
import type { FormEdit, FormInput, QuestionEdit, QuestionInput } from './form-edit.ts'

const ROLES = ['host', 'reviewer', 'chair', 'operator'] as const

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
  return { form: inputsWith(FORM_INPUTS, (name) => String(written[name] ?? '')), questions: fields.map(questionEdit) }
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
  return inputsWith(QUESTION_INPUTS, (name) => written[name] ?? asTyped(own[name]))
}

const asTyped = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** A value inside a list, whose lines and columns are parted by signs that the value may hold itself. */
const kept = (text: string): string => text.replace(/[\\|]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)

/** The edit as the content of a form's file, to be read like a file that was brought in. What is no number stays as typed, so that whoever reads the file names it as a problem. */
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

/** One question of the file. */
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
