import type { PageQuestion } from '../../core/forms/all-questions.ts'
import { uploadIdOf, uploadPage } from '../../core/forms/upload.ts'
import type { Question } from '../../core/shared/form-page.ts'
import { fileLink } from './file-link.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { areaText, html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

const { say } = formPageTexts

/** The name under which a page sends the answer to a question. */
export const answerName = (id: string): string => `a.${id}`

/** Those of a question for a file: of the file, of the one that the draft has, and of the wish to take that out. */
export const fileName = (id: string): string => `file.${id}`
export const keptName = (id: string): string => `kept.${id}`
export const dropName = (id: string): string => `drop.${id}`

export interface QuestionOptions {
  /** Before every id, so that one page may show a question twice. */
  readonly prefix: string
  /** Has the focus when the page opens. */
  readonly isFirst: boolean
}

/** A question with its inputs. One that is not asked now is hidden and sends nothing; the page's script may show it at once, the server does after saving. */
export function questionFields(reader: Reader, { question, isAsked, showIf, isLater }: PageQuestion, options: QuestionOptions): Html {
  const { id, entry, help, problem, verbatim } = question
  const name = `${options.prefix}${id}`
  const isGroup = entry === 'one' || entry === 'several'
  const label = html`${reader.say(question.label)}${!question.required && html` <small>${reader.say(say('optional'))}</small>`}`
  const condition = showIf !== undefined && html` data-show-field="${showIf.field}" data-show-is="${showIf.is.join(' ')}"`
  return html`<fieldset
    class="question"
    data-question="${id}"
    ${isGroup ? html` aria-describedby="${described(name, question)}"` : html` role="presentation"`}
    ${condition}
    ${!isAsked && html` hidden disabled`}
  >
    ${isGroup ? html`<legend>${label}</legend>` : html`<label for="${name}">${label}</label>`}
    ${help !== undefined && html`<p class="hint" id="${name}-help">${reader.say(help)}</p>`}
    ${verbatim !== undefined && html`<pre class="verbatim" tabindex="0"><code>${verbatim}</code></pre>`}
    ${problem !== undefined && html`<p class="wrong" id="${name}-wrong">${reader.say(problem)}</p>`}
    ${isLater ? html`<input id="${name}" type="text" disabled />` : html`<input type="hidden" name="asked" value="${id}" />${inputs(reader, question, name, options)}`}
  </fieldset>`
}

const described = (name: string, { help, problem }: Question): string =>
  [...(problem === undefined ? [] : [`${name}-wrong`]), ...(help === undefined ? [] : [`${name}-help`])].join(' ')

function inputs(reader: Reader, question: Question, name: string, { isFirst }: QuestionOptions): Html {
  const { id, entry, problem, required, value, maxLength } = question
  const text = typeof value === 'string' ? value : value.join(', ')
  const state = html`${problem !== undefined && html` aria-invalid="true"`}${isFirst && html` autofocus`}`
  const common = html` id="${name}"${entry !== 'file' && html` name="${answerName(id)}"`} aria-describedby="${described(name, question)}"
  ${required && html` aria-required="true"`} ${state}`
  switch (entry) {
    case 'one':
    case 'several':
      return optionList(reader, question, name, isFirst)
    case 'lines':
      return html`<textarea ${common} rows="${maxLength > 500 ? 6 : 3}">${areaText(text)}</textarea>`
    case 'file':
      return fileInputs(reader, question, name, { common, text })
    default:
      return html`<input type="text" ${common} value="${text}" autocomplete="off" />`
  }
}

/** What browsers offer first; what a file is, its bytes tell. */
const OFFERED = 'image/png,image/jpeg,image/webp,image/gif,application/pdf,.txt,.md,.csv'

/** A file or a link. A file that the draft has stays the answer until another one, a link or the wish to take it out comes. */
function fileInputs(reader: Reader, { id, upload }: Question, name: string, { common, text }: { common: Html; text: string }): Html {
  const kept = uploadIdOf(text)
  return html`${
      kept !== undefined &&
      html`<input type="hidden" name="${keptName(id)}" value="${text}" />
        <p>${(upload && fileLink(reader, upload)) ?? html`<a href="${uploadPage(kept)}">${reader.say(say('uploaded'))}</a>`}</p>
        <p>
          <label class="option"
            ><input type="checkbox" name="${dropName(id)}" value="yes" /> <span>${reader.say(say('takeOut'))}</span></label
          >
        </p>`
    }
    <input type="file" ${common} name="${fileName(id)}" accept="${OFFERED}" />
    <label for="${name}-link">${reader.say(say('orLink'))}</label>
    <input type="text" id="${name}-link" name="${answerName(id)}" value="${kept === undefined ? text : ''}" autocomplete="off" />`
}

function optionList(reader: Reader, { id, entry, options, required, value, problem }: Question, name: string, isFirst: boolean): Html {
  const chosen = new Set(typeof value === 'string' ? [value] : value)
  const type = entry === 'one' ? 'radio' : 'checkbox'
  const offered = options.map((option) => ({ value: option.value, label: reader.say(option.label) }))
  // A choice that was made could not be taken back otherwise.
  const all = entry === 'one' && !required ? [...offered, { value: '', label: reader.say(say('noChoice')) }] : offered
  return html`<div class="options" id="${name}" tabindex="-1">
    ${all.map(
      (option, index) =>
        html`<label class="option"
          ><input
            type="${type}"
            name="${answerName(id)}"
            value="${option.value}"
            ${chosen.has(option.value) && option.value !== '' && html` checked`}
            ${problem !== undefined && html` aria-invalid="true"`}
            ${isFirst && index === 0 && html` autofocus`}
          />
          <span>${option.label}</span></label
        >`,
    )}
  </div>`
}
