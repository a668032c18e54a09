import { z } from 'zod'
import { parseAmount } from '../shared/amount.ts'

/** Bounds of a form. A label and a help line fit Discord's own limits (developers/components/reference, "Label"), which are the narrowest. */
export const MAX_FIELDS = 25
export const MAX_LABEL = 45
export const MAX_HELP = 100
export const MAX_TITLE = 80
export const MAX_INTRO = 1_000
export const MAX_OPTIONS = 25
export const MAX_OPTION = 100
/** As much as one Discord text input takes. */
export const MAX_TEXT_ANSWER = 4_000

const localized = (max: number) => z.strictObject({ en: z.string().trim().min(1).max(max), zh: z.string().trim().min(1).max(max) })

/** A text of a form in both languages; what a community writes itself is no catalogue of ours. */
export type Localized = z.output<ReturnType<typeof localized>>

const FieldId = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/)
const OptionValue = z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/)
const Option = z.strictObject({ value: OptionValue, label: localized(MAX_OPTION) })

const common = {
  id: FieldId,
  label: localized(MAX_LABEL),
  help: localized(MAX_HELP).optional(),
  required: z.boolean().default(true),
  /** Asked only while an earlier choice or yes-no field has one of these values. */
  showIf: z.strictObject({ field: FieldId, is: z.array(OptionValue).min(1).max(MAX_OPTIONS) }).optional(),
}
/** What a quiz expects: any of these answers earns the points; of `choices` exactly these. */
const expected = z.strictObject({ answers: z.array(z.string().min(1).max(200)).min(1).max(MAX_OPTIONS), points: z.int().min(1).max(100) })

const textField = z.strictObject({
  ...common,
  kind: z.enum(['short-text', 'long-text']),
  minLength: z.int().min(0).max(MAX_TEXT_ANSWER).default(0),
  maxLength: z.int().min(1).max(MAX_TEXT_ANSWER).optional(),
  expected: expected.optional(),
})
const numberField = z.strictObject({
  ...common,
  kind: z.literal('number'),
  min: z.int().min(-1e12).max(1e12).optional(),
  max: z.int().min(-1e12).max(1e12).optional(),
  /** Digits after the point; 0: whole numbers. */
  decimals: z.int().min(0).max(6).default(0),
  expected: expected.optional(),
})
const choiceField = z.strictObject({
  ...common,
  kind: z.literal('choice'),
  options: z.array(Option).min(2).max(MAX_OPTIONS),
  expected: expected.optional(),
})
const choicesField = z.strictObject({
  ...common,
  kind: z.literal('choices'),
  options: z.array(Option).min(2).max(MAX_OPTIONS),
  least: z.int().min(0).max(MAX_OPTIONS).default(0),
  most: z.int().min(1).max(MAX_OPTIONS).optional(),
  expected: expected.optional(),
})
const plainField = z.strictObject({
  ...common,
  kind: z.enum(['yes-no', 'date', 'link', 'file', 'evm-address', 'node-address']),
  expected: expected.optional(),
})

/** A signature by the address that an earlier `evm-address` field has, of a text that names member and address. */
const signatureField = z.strictObject({ ...common, kind: z.literal('signature'), of: FieldId })

/** One question of a form. `file`: an uploaded file, or a link to one. */
export const FormField = z.discriminatedUnion('kind', [textField, numberField, choiceField, choicesField, plainField, signatureField])
export type FormField = z.output<typeof FormField>
export const FIELD_KINDS = [
  'short-text',
  'long-text',
  'number',
  'choice',
  'choices',
  'yes-no',
  'date',
  'link',
  'file',
  'evm-address',
  'node-address',
  'signature',
] as const satisfies readonly FormField['kind'][]

/** An amount as it stands in a form's file: exact PoS such as `12.5`. */
const AmountText = z.string().refine((text) => parseAmount(text).ok)

const Condition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('role'), role: z.enum(['host', 'reviewer', 'chair', 'operator']) }),
  z.strictObject({ kind: z.literal('wallet') }),
  z.strictObject({ kind: z.literal('attended'), event: z.int().min(1).max(999_999_999) }),
  z.strictObject({ kind: z.literal('delegation'), list: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/) }),
])
export type FormCondition = z.output<typeof Condition>

/**
 * What an approved submission is paid, before the multiplier. A kind of the reward table pays what the table said when the contribution was made; a campaign
 * says its own range. `none`: a form that pays nothing.
 */
const Reward = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.enum(['form-submission', 'node-identity', 'node-contribution']) }),
  z.strictObject({ kind: z.literal('campaign'), lowest: AmountText, highest: AmountText }),
])

/** `needed` approvals of a panel of `panel`; an amount that differs by more than `spreadPercent` of the highest asks one more reviewer. */
const Review = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('none') }),
  z.strictObject({
    rule: z.literal('panel'),
    needed: z.int().min(1).max(5).default(1),
    panel: z.int().min(1).max(9).default(1),
    spreadPercent: z.int().min(0).max(100).default(30),
    blind: z.boolean().default(true),
    /** What a marked duplicate is paid, in percent of the lowest amount. */
    duplicatePercent: z.int().min(0).max(100).default(0),
  }),
])

export const CALENDARS = ['ever', 'day', 'week', 'month'] as const

/** How often a member may send it in: so many times in each day, week (from Monday) or month of UTC, or in all time. */
const Recurrence = z.strictObject({
  every: z.enum(CALENDARS).default('ever'),
  times: z.int().min(1).max(100).default(1),
})

/**
 * A form as data: what a file that is imported or exported holds, and what the database keeps of each version. Its shape only; whether the parts fit each
 * other (`form.rules.ts`) is judged apart, so that every problem can be named with its place.
 */
export const FormDefinition = z.strictObject({
  title: localized(MAX_TITLE),
  intro: localized(MAX_INTRO),
  fields: z.array(FormField).min(1).max(MAX_FIELDS),
  /** Points from which a quiz is passed; it is then graded at once, and only a pass is paid. */
  passMark: z.int().min(1).max(2_500).optional(),
  /** ISO 8601 instants, such as 2027-02-01T00:00:00Z. */
  window: z.strictObject({ opensAt: z.iso.datetime().optional(), closesAt: z.iso.datetime().optional() }).default({}),
  recurrence: Recurrence.default({ every: 'ever', times: 1 }),
  /** Hours between two submissions of one member. */
  cooldownHours: z.int().min(0).max(8_760).default(0),
  conditions: z.array(Condition).max(10).default([]),
  reward: Reward,
  review: Review,
})
export type FormDefinition = z.output<typeof FormDefinition>

/** What was typed, by field: text, or the values of a `choices` field. Valid or not while it is a draft. */
export type Answers = Readonly<Record<string, string | readonly string[]>>

export const SUBMISSION_STATUSES = ['in-review', 'returned', 'approved', 'rejected', 'withdrawn'] as const
export type SubmissionStatus = (typeof SUBMISSION_STATUSES)[number]

export const formCode = (number: number): string => `FRM-${number}`
export const submissionCode = (number: number): string => `SUB-${number}`
export const campaignCode = (number: number): string => `CMP-${number}`
