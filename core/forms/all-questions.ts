import type { Question } from '../shared/form-page.ts'
import { textToSign, type Filling } from './filling.ts'
import type { FormField } from './form-definition.ts'
import { questionFor } from './render-filling.ts'

/** A question of a form that is shown whole. */
export interface PageQuestion {
  readonly question: Question
  /** Its condition holds with what the draft has. */
  readonly isAsked: boolean
  readonly showIf: FormField['showIf']
  /** A signature whose text is not known before the address is. */
  readonly isLater: boolean
}

/** All questions of a form in order, those that are not asked now too, for surfaces that show all at once. */
export function allQuestions(filling: Pick<Filling, 'form' | 'draft' | 'asked'>): readonly PageQuestion[] {
  const { form, draft, asked } = filling
  return form.definition.fields.map((field) => {
    const one = asked.find((each) => each.field.id === field.id)
    const typed = Object.hasOwn(draft.answers, field.id) ? draft.answers[field.id] : undefined
    const question = questionFor(filling, one ?? { field, isSeen: false, typed, value: undefined, problem: undefined })
    const isLater = field.kind === 'signature' && textToSign(form.number, draft.memberId, field, asked) === undefined
    return { question, isAsked: one !== undefined, showIf: field.showIf, isLater }
  })
}
