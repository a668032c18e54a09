import type { FormProblem } from '../../core/forms/form.rules.ts'
import { FIELD_KINDS, FormField } from '../../core/forms/form-definition.ts'
import { questionFor } from '../../core/forms/render-filling.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Text } from '../../core/shared/text.ts'
import { fieldOf } from '../form-edit-file.ts'
import { COMMON_INPUTS, inputsOf, QUESTION_INPUTS, type FormEdit, type QuestionInput } from '../form-edit.ts'
import { editInput } from './form-edit-inputs.ts'
import { formEditTexts } from './form-edit.texts.ts'
import { html, type Html } from './html.ts'
import { questionFields } from './question-fields.ts'
import type { Reader } from './reader.ts'

const { say } = formEditTexts

export const KIND_OPTIONS = FIELD_KINDS.map((value) => ({ value, label: say(`kind_${value}`) }))
const LABELS: Readonly<Record<QuestionInput, Text>> = {
  id: say('id'),
  kind: say('kind'),
  'label.en': say('labelEn'),
  'label.zh': say('labelZh'),
  'help.en': say('helpEn'),
  'help.zh': say('helpZh'),
  required: say('required'),
  'showIf.field': say('showField'),
  'showIf.is': say('showIs'),
  options: say('options'),
  least: say('least'),
  most: say('most'),
  minLength: say('minLength'),
  maxLength: say('maxLength'),
  min: say('min'),
  max: say('max'),
  decimals: say('decimals'),
  of: say('of'),
  'expected.answers': say('expected'),
  'expected.points': say('points'),
}
const HINTS: Readonly<Partial<Record<QuestionInput, Text>>> = {
  id: say('idHint'),
  'showIf.is': say('showIsHint'),
  options: say('optionsHint'),
  'expected.answers': say('expectedHint'),
}

export interface EditedQuestion {
  readonly edit: FormEdit
  readonly at: number
  readonly problems: readonly FormProblem[]
  readonly isFirst: boolean
}

/** One question in the editor. What its kind does not have is carried along unseen, so that a change of kind loses nothing. */
export function editQuestion(reader: Reader, { edit: { questions }, at, problems, isFirst }: EditedQuestion): Html {
  const question = questions[at]!
  const shown: readonly QuestionInput[] = [...COMMON_INPUTS, ...inputsOf(question.kind)]
  const number = at + 1
  const own = question[`label.${reader.language}`] || question['label.en'] || question.id
  const earlier = questions.slice(0, at).map(({ id }) => ({ value: id, label: sharedTexts.say('plain', { text: id }) }))
  const input = (name: QuestionInput): Html =>
    editInput(reader, {
      name: `q${at}.${name}`,
      value: question[name],
      label: LABELS[name],
      problems,
      ...(HINTS[name] === undefined ? {} : { hint: HINTS[name] }),
      ...(name === 'options' || name === 'expected.answers' ? { as: 'lines' as const } : {}),
      ...(name === 'required' ? { as: 'tick' as const } : {}),
      ...(name === 'kind' ? { options: KIND_OPTIONS } : {}),
      ...(name === 'showIf.field' ? { options: [{ value: '', label: say('showFieldNone') }, ...earlier] } : {}),
      ...(name === 'label.en' && isFirst ? { isFirst } : {}),
    })
  const button = (act: 'up' | 'down' | 'remove', isOff: boolean): Html =>
    html`<button name="do" value="${act}-${at}" ${isOff && html` disabled`} ${act === 'remove' && html` class="danger"`}>
      ${reader.say(say(act))}<span class="hidden"> ${reader.say(say('ofQuestion', { number }))}</span>
    </button>`
  return html`<section class="card edited" aria-labelledby="question-${at}">
    <h3 id="question-${at}">${reader.say(say('question', { number, label: own }))}</h3>
    <input type="hidden" name="question" value="${at}" />
    ${QUESTION_INPUTS.filter((name) => !shown.includes(name) && question[name] !== '').map(
      (name) => html`<input type="hidden" name="q${at}.${name}" value="${question[name]}" />`,
    )}
    <div class="entries">${shown.map(input)}</div>
    ${preview(reader, question, at)}
    <p class="actions">${button('up', at === 0)} ${button('down', at === questions.length - 1)} ${button('remove', false)}</p>
  </section>`
}

/** The question as members see it, in the language of the page; it sends nothing. */
function preview(reader: Reader, question: FormEdit['questions'][number], at: number): Html {
  const read = FormField.safeParse(JSON.parse(JSON.stringify(fieldOf(question))))
  return html`<details>
    <summary>${reader.say(say('preview'))} <span class="hidden">${reader.say(say('ofQuestion', { number: at + 1 }))}</span></summary>
    ${
      read.success
        ? html`<fieldset class="group" disabled>
            ${questionFields(reader, previewed(read.data), { prefix: `preview-${at}-`, isFirst: false })}
          </fieldset>`
        : html`<p>${reader.say(say('previewNot'))}</p>`
    }
  </details>`
}

function previewed(field: FormField) {
  const unseen = { field, isSeen: false, typed: undefined, value: undefined, problem: undefined }
  const question = questionFor({ form: { number: 0 }, draft: { memberId: '' }, asked: [] }, unseen)
  return { question, isAsked: true, showIf: undefined, isLater: false }
}
