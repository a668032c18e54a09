import { readAnswer, type AnswerProblem, type ReadAddress } from './answer.rules.ts'
import type { Answers, FormDefinition, FormField } from './form-definition.ts'
import type { UploadFacts } from './upload.ts'

/** A question that is asked, with what the draft has for it. */
export interface AskedField {
  readonly field: FormField
  /** Whether it was answered or left out on purpose. */
  readonly isSeen: boolean
  /** As read; undefined when there is no answer or a wrong one. */
  readonly value: string | readonly string[] | undefined
  /** As typed; of several options those that are switched on, too few or too many. */
  readonly typed: string | readonly string[] | undefined
  readonly problem: AnswerProblem | undefined
  /** The uploaded file that is the answer. */
  readonly upload?: UploadFacts
}

/** The questions that are asked with these answers, in order: a condition holds only while the question it looks at is asked itself and answered soundly. */
export function askedFields({ fields }: Pick<FormDefinition, 'fields'>, answers: Answers, readAddress: ReadAddress): readonly AskedField[] {
  const values = new Map<string, string>()
  return fields.flatMap((field) => {
    const { showIf } = field
    if (showIf !== undefined && !showIf.is.includes(values.get(showIf.field) ?? '')) return []
    const typed = Object.hasOwn(answers, field.id) ? answers[field.id] : undefined
    const read = readAnswer(field, typed, readAddress)
    if (read.ok && typeof read.value === 'string') values.set(field.id, read.value)
    const shown = field.kind === 'choices' && read.ok ? read.value : typed
    return [
      {
        field,
        isSeen: typed !== undefined,
        typed: shown,
        value: read.ok ? read.value : undefined,
        problem: read.ok ? undefined : read.problem,
      },
    ]
  })
}

/** What is sent in: the answers to the questions that are asked, as read. */
export function soundAnswers(asked: readonly AskedField[]): Answers {
  return Object.fromEntries(asked.flatMap(({ field, value }) => (value === undefined ? [] : [[field.id, value]])))
}

/** Where to go on: the first question after `from` that is open or wrong, else the first of all; undefined when nothing is left to ask. */
export function nextField(asked: readonly AskedField[], from?: string): string | undefined {
  const isLeft = ({ isSeen, problem }: AskedField): boolean => !isSeen || problem !== undefined
  const place = asked.findIndex(({ field }) => field.id === from)
  return (asked.slice(place + 1).find(isLeft) ?? asked.find(isLeft))?.field.id
}
