import { CALENDARS, formCode, MAX_FIELDS } from '../../core/forms/form-definition.ts'
import { formProblemTexts } from '../../core/forms/form-problem.texts.ts'
import type { FormProblem } from '../../core/forms/form.rules.ts'
import type { Text } from '../../core/shared/text.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { inputAt } from '../form-edit-file.ts'
import type { FormEdit, FormInput } from '../form-edit.ts'
import { ASSETS } from './assets.ts'
import { editInput, inputId, type EditInput } from './form-edit-inputs.ts'
import { editQuestion, KIND_OPTIONS } from './form-edit-question.ts'
import { formEditTexts } from './form-edit.texts.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { Reader } from './reader.ts'

const { say } = formEditTexts
/** The longest text of a file that the editor takes, in UTF-16 code units; a file of so many bytes has no more. */
export const MAX_FORM_FILE = 190_000

export interface EditPageData {
  readonly session: WebSession
  /** The form that is edited, with the version with which the edit began; undefined for a new one. */
  readonly of: { readonly number: number; readonly since: number } | undefined
  readonly edit: FormEdit
  /** What hinders publishing; empty while nobody asked. */
  readonly problems: readonly FormProblem[]
  readonly note?: Text | undefined
  readonly said?: Html | undefined
  /** The question that is shown first. */
  readonly at?: number | undefined
  /** The text of a file that could not be used, and why. */
  readonly file?: { readonly text: string; readonly problems: readonly FormProblem[] } | undefined
}

/** The editor: a whole form as inputs. Every button sends all of it, so nothing is lost and nothing is kept elsewhere. */
export function formEditPage(reader: Reader, data: EditPageData): Html {
  const { session, of, edit, problems, note, said, at, file } = data
  const title = of === undefined ? say('newTitle') : say('editTitle', { form: formCode(of.number) })
  const part = (heading: Text, content: readonly Html[]): Html =>
    html`<section class="card">
      <h2>${reader.say(heading)}</h2>
      <div class="entries">${content}</div>
    </section>`
  const body = html`<p class="crumb"><a href="/forms">${reader.say(formPageTexts.say('toForms'))}</a></p>
    <div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say('lede'))}</p>
      ${
        of !== undefined &&
        html`<p>
          ${reader.say(say('published', { version: of.since }))} <a href="/forms/${of.number}/export">${reader.say(say('export'))}</a>
        </p>`
      }
    </div>
    ${said} ${note !== undefined && html`<p class="banner" role="status">${reader.say(note)}</p>`}
    ${problemList(reader, say('problemsTitle'), problems, edit)}
    <form class="sheet" method="post" action="${of === undefined ? '/forms/new' : `/forms/${of.number}/edit`}" novalidate>
      ${formSecrets(session)}${of !== undefined && html`<input type="hidden" name="since" value="${of.since}" />`}
      <p class="actions">${check(reader)}</p>
      ${part(say('words'), inputs(reader, data, WORDS))} ${part(say('terms'), inputs(reader, data, TERMS))}
      ${part(say('pay'), inputs(reader, data, PAY))}
      <section aria-labelledby="questions">
        <h2 id="questions">${reader.say(say('questions'))}</h2>
        ${edit.questions.length === 0 && html`<p>${reader.say(say('questionsNone'))}</p>`}
        ${edit.questions.map((_question, index) => editQuestion(reader, { edit, at: index, problems, isFirst: index === at }))}
        <div class="card">
          ${editInput(reader, { name: 'addKind', value: 'short-text', label: say('addKind'), options: KIND_OPTIONS, problems: [] })}
          <p class="actions">
            <button name="do" value="add" ${edit.questions.length >= MAX_FIELDS && html` disabled`}>${reader.say(say('add'))}</button>
          </p>
        </div>
      </section>
      <p class="actions"><button class="primary" name="do" value="publish">${reader.say(say('publish'))}</button>${check(reader)}</p>
      <details class="card" ${file !== undefined && html` open`}>
        <summary>${reader.say(say('importTitle'))}</summary>
        ${file !== undefined && problemList(reader, say('fileProblems'), file.problems, { ...edit, questions: [] })} ${fileChooser(reader)}
        ${editInput(reader, { name: 'file', value: file?.text ?? '', label: say('importText'), hint: say('importHint'), as: 'lines', problems: [] })}
        <p><button name="do" value="load">${reader.say(say('load'))}</button></p>
      </details>
    </form>`
  return layout(reader, { title, body, section: 'forms', scripts: [ASSETS.formFile] })
}

/** Reads a file of the visitor's into the text area below, by a script; nothing of it is sent by itself. */
function fileChooser(reader: Reader): Html {
  return html`<div
    class="entry"
    data-file-into="${inputId('file')}"
    data-most="${MAX_FORM_FILE}"
    data-too-large="${reader.plain(say('fileTooLarge'))}"
    data-unreadable="${reader.plain(say('fileUnreadable'))}"
    hidden
  >
    <label for="chosen-file">${reader.say(say('chooseFile'))}</label>
    <input type="file" id="chosen-file" accept=".json,application/json" aria-describedby="chosen-file-told" />
    <p class="hint" id="chosen-file-told" role="status"></p>
  </div>`
}

const check = (reader: Reader): Html => html`<button name="do" value="check">${reader.say(say('check'))}</button>`

/** All problems with a link to the input of each where there is one. */
function problemList(reader: Reader, title: Text, problems: readonly FormProblem[], edit: FormEdit): Html | false {
  if (problems.length === 0) return false
  return html`<div class="banner" role="alert" tabindex="-1" autofocus>
    <h2>${reader.say(title)}</h2>
    <ul>
      ${problems.map((problem) => {
        const { place, reason, code } = problem
        const input = inputAt(place)
        const question = /^q(\d+)\./.exec(input ?? '')?.[1]
        const isThere = input !== undefined && (question === undefined || Number(question) < edit.questions.length)
        const text = reader.say(formProblemTexts.say('at', { place, reason, code }))
        return html`<li>${isThere ? html`<a href="#${inputId(input)}">${text}</a>` : text}</li>`
      })}
    </ul>
  </div>`
}

type Shown = Pick<EditInput, 'label' | 'hint' | 'as' | 'options'> & { readonly name: FormInput }

function inputs(reader: Reader, { edit, problems }: EditPageData, shown: readonly Shown[]): readonly Html[] {
  return shown.map((each) => editInput(reader, { ...each, value: edit.form[each.name], problems }))
}

const tick = (name: FormInput, label: Text): Shown => ({ name, label, as: 'tick' })

const WORDS: readonly Shown[] = [
  { name: 'title.en', label: say('titleEn') },
  { name: 'title.zh', label: say('titleZh') },
  { name: 'intro.en', label: say('introEn'), as: 'lines' },
  { name: 'intro.zh', label: say('introZh'), as: 'lines' },
]

const TERMS: readonly Shown[] = [
  { name: 'window.opensAt', label: say('opensAt'), hint: say('instantHint') },
  { name: 'window.closesAt', label: say('closesAt'), hint: say('instantHint') },
  { name: 'recurrence.times', label: say('times') },
  { name: 'recurrence.every', label: say('every'), options: CALENDARS.map((value) => ({ value, label: say(`every_${value}`) })) },
  { name: 'cooldownHours', label: say('cooldown') },
  { name: 'conditions.attended', label: say('attended'), hint: say('attendedHint') },
  { name: 'conditions.delegation', label: say('delegation') },
  tick('conditions.host', onlyFor(say('needsHost'))),
  tick('conditions.reviewer', onlyFor(say('needsReviewer'))),
  tick('conditions.chair', onlyFor(say('needsChair'))),
  tick('conditions.operator', onlyFor(say('needsOperator'))),
  tick('conditions.wallet', onlyFor(say('needsWallet'))),
]

const REWARDS = ['none', 'form-submission', 'node-identity', 'node-contribution', 'campaign'] as const
const RULES = ['none', 'panel'] as const

const PAY: readonly Shown[] = [
  { name: 'reward.kind', label: say('reward'), options: REWARDS.map((value) => ({ value, label: say(`reward_${value}`) })) },
  { name: 'reward.lowest', label: say('lowest') },
  { name: 'reward.highest', label: say('highest') },
  { name: 'review.rule', label: say('review'), options: RULES.map((value) => ({ value, label: say(`review_${value}`) })) },
  { name: 'review.needed', label: say('needed') },
  { name: 'review.panel', label: say('panel') },
  { name: 'review.spreadPercent', label: say('spread') },
  { name: 'review.duplicatePercent', label: say('duplicate') },
  tick('review.blind', say('blind')),
  { name: 'passMark', label: say('passMark'), hint: say('passMarkHint') },
]

function onlyFor(who: Text): Text {
  return say('onlyFor', { who })
}
