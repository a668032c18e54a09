import { readAnswer, type ReadAddress } from './answer.rules.ts'
import type { AskedField } from './asked-fields.ts'
import type { FormDefinition, FormField } from './form-definition.ts'

/** How a quiz went. */
export interface Score {
  readonly points: number
  readonly most: number
  readonly passed: boolean
}

/** Points of the questions that were asked; undefined for a form that is no quiz. */
export function scoreOf(
  { fields, passMark }: Pick<FormDefinition, 'fields' | 'passMark'>,
  asked: readonly AskedField[],
  readAddress: ReadAddress,
): Score | undefined {
  if (passMark === undefined) return undefined
  const points = asked.reduce((sum, { field, value }) => sum + earned(field, value, readAddress), 0)
  return { points, most: mostPoints(fields), passed: points >= passMark }
}

export function mostPoints(fields: readonly FormField[]): number {
  return fields.reduce((sum, field) => sum + (expectedOf(field)?.points ?? 0), 0)
}

export function expectedOf(field: FormField) {
  return 'expected' in field ? field.expected : undefined
}

/** Any expected answer earns the points; of several choices exactly the expected ones. Capitals and full-width signs make no difference. */
function earned(field: FormField, value: AskedField['value'], readAddress: ReadAddress): number {
  const expected = expectedOf(field)
  if (expected === undefined || value === undefined) return 0
  const isRight =
    typeof value === 'string'
      ? expected.answers.some((answer) => fold(readOne(field, answer, readAddress)) === fold(value))
      : fold(readOne(field, expected.answers, readAddress)) === fold(value)
  return isRight ? expected.points : 0
}

function readOne(field: FormField, answer: string | readonly string[], readAddress: ReadAddress): string | readonly string[] {
  const read = readAnswer(field, answer, readAddress)
  return read.ok ? (read.value ?? answer) : answer
}

const fold = (value: string | readonly string[]): string =>
  (typeof value === 'string' ? value : value.join('\n')).normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()
