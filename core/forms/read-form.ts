import type { z } from 'zod'
import type { Text } from '../shared/text.ts'
import type { ReadAddress } from './answer.rules.ts'
import { FormDefinition } from './form-definition.ts'
import { formProblemTexts } from './form-problem.texts.ts'
import { judgeForm, type FormProblem } from './form.rules.ts'

const { say } = formProblemTexts
/** More say nothing new. */
const MOST_PROBLEMS = 50

/** Reads a form from its file, or from what a page sends: JSON text. All problems come at once, each with its place. Never throws. */
export function readForm(
  json: string,
  isCampaign: boolean,
  readAddress: ReadAddress,
): { readonly ok: true; readonly definition: FormDefinition } | { readonly ok: false; readonly problems: readonly FormProblem[] } {
  let value: unknown
  try {
    value = JSON.parse(json.replace(/^\ufeff/, ''))
  } catch {
    return { ok: false, problems: [{ code: 'form.not_json', place: '.', reason: say('notJson') }] }
  }
  const parsed = FormDefinition.safeParse(value, { reportInput: true })
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(flatten).slice(0, MOST_PROBLEMS).map(shapeProblem) }
  const problems = judgeForm(parsed.data, isCampaign, readAddress)
  return problems.length === 0 ? { ok: true, definition: parsed.data } : { ok: false, problems: problems.slice(0, MOST_PROBLEMS) }
}

/** The file of a form: reading it again gives the same form. */
export function writeForm(definition: FormDefinition): string {
  return `${JSON.stringify(definition, null, 2)}\n`
}

function flatten(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue]
  return issue.keys.map((key) => ({ ...issue, keys: [key], path: [...issue.path, key] }))
}

function shapeProblem(issue: z.core.$ZodIssue): FormProblem {
  const [code, reason] = shapeReason(issue)
  return { code: `form.${code}`, place: placeOf(issue.path), reason }
}

function shapeReason(issue: z.core.$ZodIssue): readonly [code: string, reason: Text] {
  switch (issue.code) {
    case 'too_big':
      return ['too_long', say('tooLong', { max: String(issue.maximum) })]
    case 'too_small':
      return ['too_short', say('tooShort', { min: String(issue.minimum) })]
    case 'unrecognized_keys':
      return ['unknown_key', say('unknownKey')]
    case 'invalid_type':
      return issue.input === undefined ? ['missing', say('missing')] : ['wrong_type', say('wrongType', { expected: issue.expected })]
    case 'invalid_value':
    case 'invalid_union':
      return ['unknown_value', say('unknownValue')]
    default:
      return ['wrong_form', say('wrongForm')]
  }
}

const MAX_PLACE = 120

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.reduce<string>(
    (written, part) => (typeof part === 'number' ? `${written}[${part}]` : `${written}${written === '' ? '' : '.'}${String(part)}`),
    '',
  )
  return place === '' ? '.' : place.toWellFormed().slice(0, MAX_PLACE)
}
