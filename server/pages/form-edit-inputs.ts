import type { FormProblem } from '../../core/forms/form.rules.ts'
import type { Text } from '../../core/shared/text.ts'
import { inputAt } from '../form-edit-file.ts'
import { TICKED } from '../form-edit.ts'
import { areaText, html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

/** One input of the editor. */
export interface EditInput {
  readonly name: string
  readonly value: string
  readonly label: Text
  readonly hint?: Text
  readonly as?: 'line' | 'lines' | 'tick'
  /** Values to choose from; a value that is none of them stays chosen, so that it is not lost. */
  readonly options?: readonly { readonly value: string; readonly label: Text }[]
  readonly problems: readonly FormProblem[]
  readonly isFirst?: boolean
}

/** The id of an input on the page. */
export const inputId = (name: string): string => name.replaceAll('.', '-')

/** An input with its label, its hint, and every problem that is found there. */
export function editInput(reader: Reader, input: EditInput): Html {
  const { name, label, hint, problems } = input
  const id = inputId(name)
  const found = problems.filter(({ place }) => inputAt(place) === name)
  const describedBy = [...(found.length > 0 ? [`${id}-wrong`] : []), ...(hint === undefined ? [] : [`${id}-hint`])].join(' ')
  const state = html`${describedBy !== '' && html` aria-describedby="${describedBy}"`}${found.length > 0 && html` aria-invalid="true"`}${input.isFirst === true && html` autofocus`}`
  const wrong = found.length > 0 && html`<p class="wrong" id="${id}-wrong">${found.map(({ reason }) => html`${reader.say(reason)} `)}</p>`
  const told = html`${hint !== undefined && html`<p class="hint" id="${id}-hint">${reader.say(hint)}</p>`}${wrong}`
  if (input.as === 'tick')
    return html`<div class="entry">
      <label class="option"
        ><input type="checkbox" id="${id}" name="${name}" value="${TICKED}" ${input.value !== '' && html` checked`} ${state} />
        <span>${reader.say(label)}</span></label
      >
      ${told}
    </div>`
  return html`<div class="entry"><label for="${id}">${reader.say(label)}</label>${told}${control(reader, input, id, state)}</div>`
}

function control(reader: Reader, { name, value, as, options }: EditInput, id: string, state: Html): Html {
  if (options !== undefined) {
    const isStrange = value !== '' && !options.some((option) => option.value === value)
    return html`<select id="${id}" name="${name}" ${state}>
      ${options.map((option) => html`<option value="${option.value}" ${option.value === value && html` selected`}>${reader.say(option.label)}</option>`)}
      ${isStrange && html`<option value="${value}" selected>${value}</option>`}
    </select>`
  }
  if (as === 'lines') return html`<textarea id="${id}" name="${name}" rows="4" ${state}>${areaText(value)}</textarea>`
  return html`<input type="text" id="${id}" name="${name}" value="${value}" autocomplete="off" ${state} />`
}
