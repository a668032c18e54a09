import { z } from 'zod'
import { parseAmount } from './amount.ts'
import { cleanLine, cleanLines } from './clean-line.ts'
import { listText } from './list-text.ts'
import { parseInstant } from './parse-instant.ts'
import type { Text } from './text.ts'
import { sharedTexts } from './shared.texts.ts'

const { say } = sharedTexts

/**
 * Where the values of a field may come from. `own-event`: those that the member hosts, all for an operator. `statement`: periods that have ended. `own-line`:
 * lines that the member can dispute. `draft` and `broadcast`: what operators wrote, before and after it was sent. `trouble`: messages that went wrong.
 * `campaign`: those that run or are proposed. `seat`:
 * what waits for the member's review.
 */
export type SuggestSource =
  | 'event'
  | 'own-event'
  | 'period'
  | 'statement'
  | 'own-line'
  | 'timezone'
  | 'command'
  | 'route'
  | 'draft'
  | 'broadcast'
  | 'trouble'
  | 'campaign'
  | 'open-form'
  | 'begun-form'
  | 'form'
  | 'own-submission'
  | 'seat'
  | 'decided-submission'
  | 'original'

/** What a surface needs to know of a field to offer it: its kind, its label, its choices, whether it takes the rest of a typed line. */
export interface FieldMeta {
  readonly kind:
    | 'text'
    | 'amount'
    | 'instant'
    | 'integer'
    | 'boolean'
    | 'choice'
    | 'member'
    | 'channel'
    | 'group-role'
    | 'code'
    | 'file'
    | 'upload'
  readonly label: Text
  readonly choices?: readonly string[]
  /** What the choices are called where people pick them; a choice without one is shown as it is. */
  readonly choiceNames?: Readonly<Record<string, Text>>
  /** Where values are offered from while somebody types; any other value may be typed all the same. */
  readonly suggest?: SuggestSource
  /** A free text may contain spaces: when typed without quotes it takes the rest of the line. */
  readonly takesRest?: boolean
  /** Carried by buttons and links, so nobody is asked for it and no list of inputs names it; who types it is understood. */
  readonly carried?: true
  /** Several lines are meant: a surface whose command line holds one only asks for them. */
  readonly multiline?: boolean
  /** A question for this value waits for days, also while the member gives other commands. */
  readonly patient?: true
  /** Gives power to whoever reads it, or is the member's own matter: the audit trail keeps how long it is, not what it says. */
  readonly unlogged?: true
}

/** Bound of any value before it is read, in UTF-16 code units; the largest is a roster file. */
const MAX_RAW_LENGTH = 200_000

const registry = z.registry<FieldMeta>()

/** The description of a field made by this file, seen through `optional` and `default`. */
export function fieldMeta(schema: z.core.$ZodType): FieldMeta | undefined {
  const own = registry.get(schema)
  if (own !== undefined) return own
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? fieldMeta(schema.unwrap()) : undefined
}

/** A field that our own buttons and links fill in. */
export function carried<Schema extends z.core.$ZodType>(schema: Schema): Schema {
  const meta = fieldMeta(schema)
  if (meta === undefined) throw new Error('only a field of this file can be carried')
  registry.add(schema, { ...meta, carried: true })
  return schema
}

/** A field whose value gives power to whoever reads it, or is the member's own matter: the audit trail keeps how long it is. */
export function unlogged<Schema extends z.core.$ZodType>(schema: Schema): Schema {
  const meta = fieldMeta(schema)
  if (meta === undefined) throw new Error('only a field of this file can be kept out of the audit trail')
  registry.add(schema, { ...meta, unlogged: true })
  return schema
}

type Problem = { readonly code: string; readonly reason: Text; readonly nextStep: Text }

/** Raises a coded problem inside a transform; `dispatch` turns it into a refusal that names the field. */
function problem(context: z.RefinementCtx, found: Problem): never {
  context.addIssue({ code: 'custom', params: { problem: found } })
  return z.NEVER
}

/** The coded problem of an issue raised by a field of this file. */
export function issueProblem(issue: z.core.$ZodIssue): Problem | undefined {
  if (issue.code !== 'custom') return undefined
  return (issue.params as { problem?: Problem } | undefined)?.problem
}

function textual(meta: FieldMeta) {
  return <Output>(read: (typed: string, context: z.RefinementCtx) => Output) => {
    // Not `z.coerce`: it would read a missing value as the word “undefined”.
    const schema = z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(z.string().max(MAX_RAW_LENGTH).transform(read))
    registry.add(schema, meta)
    return schema
  }
}

/** One line for people: control, bidirectional and zero-width characters are removed, length in Unicode characters is bounded. */
export function textField(label: Text, options: { max: number; takesRest?: boolean; suggest?: SuggestSource }) {
  const suggest = options.suggest === undefined ? {} : { suggest: options.suggest }
  return textual({ kind: 'text', label, takesRest: options.takesRest ?? false, ...suggest })((typed, context) => {
    const line = cleanLine(typed)
    if (line === '') return problem(context, { code: 'input.empty', reason: say('empty', { field: label }), nextStep: say('emptyNext') })
    if (Array.from(line).length > options.max)
      return problem(context, {
        code: 'input.too_long',
        reason: say('tooLong', { field: label, max: options.max }),
        nextStep: say('tooLongNext'),
      })
    return line
  })
}

/** Paragraphs for people: each line is cleaned as a `textField`; the length in Unicode characters, line breaks included, and the number of lines are bounded. */
export function paragraphsField(label: Text, options: { max: number; maxLines: number }) {
  return textual({ kind: 'text', label, takesRest: true, multiline: true })((typed, context) => {
    const text = cleanLines(typed)
    const { max, maxLines } = options
    if (text === '') return problem(context, { code: 'input.empty', reason: say('empty', { field: label }), nextStep: say('emptyNext') })
    if (Array.from(text).length > max)
      return problem(context, { code: 'input.too_long', reason: say('tooLong', { field: label, max }), nextStep: say('tooLongNext') })
    if (text.split('\n').length > maxLines)
      return problem(context, {
        code: 'input.too_many_lines',
        reason: say('tooManyLines', { field: label, max: maxLines }),
        nextStep: say('tooLongNext'),
      })
    return text
  })
}

/** An amount in PoS as people type it, read to nano. @param options.zero whether nothing is an amount too */
export function amountField(label: Text, options: { zero?: true } = {}) {
  return textual({ kind: 'amount', label })((typed, context) => {
    const read = parseAmount(typed)
    if (read.ok) return read.amount
    if (read.problem === 'zero' && options.zero === true) return 0n
    return problem(context, { code: `input.amount_${read.problem}`, reason: say(`amount_${read.problem}`), nextStep: say('amountNext') })
  })
}

/** An instant as people type it; relative forms are resolved by the command with `resolveInstant`, which knows the time and the member's zone. */
export function instantField(label: Text) {
  return textual({ kind: 'instant', label })((typed, context) => {
    const read = parseInstant(typed)
    if (read !== undefined) return read
    return problem(context, {
      code: 'input.instant',
      reason: say('instant', { typed: cleanLine(typed).slice(0, 40) }),
      nextStep: say('instantNext'),
    })
  })
}

/** A whole number inside bounds. */
export function integerField(label: Text, options: { min: number; max: number; suggest?: SuggestSource }) {
  const suggest = options.suggest === undefined ? {} : { suggest: options.suggest }
  return textual({ kind: 'integer', label, ...suggest })((typed, context) => {
    const text = typed.trim().normalize('NFKC')
    const value = /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= options.min && value <= options.max) return value
    const { min, max } = options
    return problem(context, {
      code: 'input.integer',
      reason: say('integer', { field: label, min, max }),
      nextStep: say('integerNext', { min }),
    })
  })
}

/** Yes or no, in either language. */
export function booleanField(label: Text) {
  return textual({ kind: 'boolean', label })((typed, context) => {
    const text = typed.trim().toLowerCase()
    if (['yes', 'y', 'on', 'true', '1', '是', '开', '好'].includes(text)) return true
    if (['no', 'n', 'off', 'false', '0', '否', '关', '不'].includes(text)) return false
    return problem(context, { code: 'input.boolean', reason: say('boolean', { field: label }), nextStep: say('booleanNext') })
  })
}

/** One of a few words. */
export function choiceField<const Choice extends string>(
  label: Text,
  choices: readonly [Choice, ...Choice[]],
  choiceNames?: Readonly<Record<Choice, Text>>,
) {
  return textual({ kind: 'choice', label, choices, ...(choiceNames === undefined ? {} : { choiceNames }) })((typed, context) => {
    const text = typed.trim().toLowerCase().normalize('NFKC')
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    return problem(context, {
      code: 'input.choice',
      reason: say('choice', { field: label }),
      nextStep: say('choiceNext', { choices: listText(choices) }),
    })
  })
}

/** A stable code such as `EVT-12`, read to its number; case, full-width characters and spaces are forgiven, a bare number is enough. */
export function codeField(label: Text, prefix: string, suggest?: SuggestSource) {
  return textual({ kind: 'code', label, ...(suggest === undefined ? {} : { suggest }) })((typed, context) => {
    const text = typed.normalize('NFKC').replace(/\s+/g, '').toUpperCase()
    const match = new RegExp(`^(?:${prefix}-?)?(\\d{1,9})$`).exec(text)
    if (match !== null) return Number(match[1])
    return problem(context, {
      code: 'input.code',
      reason: say('code', { field: label }),
      nextStep: say('codeNext', { example: `${prefix}-12` }),
    })
  })
}

/** A stable code of one of several kinds, such as `SUB-12` or `DSP-3`, read to its usual form; a bare number is of the first kind. Forgives as `codeField` does. */
export function subjectField(label: Text, prefixes: readonly [string, ...string[]], suggest?: SuggestSource) {
  return textual({ kind: 'code', label, ...(suggest === undefined ? {} : { suggest }) })((typed, context) => {
    const text = typed.normalize('NFKC').replace(/\s+/g, '').toUpperCase()
    const match = new RegExp(`^(?:(${prefixes.join('|')})-?)?0*([1-9]\\d{0,8})$`).exec(text)
    if (match !== null) return `${match[1] ?? prefixes[0]}-${match[2]}`
    return problem(context, {
      code: 'input.code',
      reason: say('code', { field: label }),
      nextStep: say('codeNext', { example: `${prefixes[0]}-12` }),
    })
  })
}

/** A reference to a member: a platform mention, an @name or a member id; resolved by `identity` with the platform at hand. */
export function memberField(label: Text) {
  return textual({ kind: 'member', label })((typed, context) => {
    const text = cleanLine(typed)
    if (text !== '' && text.length <= 100) return text
    return problem(context, { code: 'input.member', reason: say('member', { field: label }), nextStep: say('memberNext') })
  })
}

/** A thing of the platform by its mention or id; gives what the pattern captures. */
export function referenceField(label: Text, kind: 'channel' | 'group-role', pattern: RegExp, wrong: Problem) {
  return textual({ kind, label })((typed, context) => pattern.exec(cleanLine(typed))?.[1] ?? problem(context, wrong))
}

/** Text that must be kept as it is, line breaks included: a signature, a signed message, the content of a CSV file. `max` is in UTF-16 code units. */
export function verbatimField(label: Text, options: { max: number; file?: boolean }) {
  return verbatim({ kind: options.file === true ? 'file' : 'text', label, takesRest: true }, options.max)
}

/** What a member answers to a question of a form, as it was typed. `max` is in UTF-16 code units. */
export function answerField(label: Text, options: { max: number }) {
  return verbatim({ kind: 'text', label, takesRest: true, multiline: true, patient: true, unlogged: true }, options.max)
}

/** An answer that is a file: surfaces that take files keep what is sent and give its reference, and what is typed is a link. `max` is in UTF-16 code units. */
export function uploadField(label: Text, options: { max: number }) {
  return verbatim({ kind: 'upload', label, takesRest: true, patient: true, unlogged: true }, options.max)
}

function verbatim(meta: FieldMeta, max: number) {
  const { label } = meta
  return textual(meta)((typed, context) => {
    if (typed.trim() === '')
      return problem(context, { code: 'input.empty', reason: say('empty', { field: label }), nextStep: say('emptyNext') })
    if (typed.length > max)
      return problem(context, { code: 'input.too_long', reason: say('tooLong', { field: label, max }), nextStep: say('tooLongNext') })
    return typed
  })
}
