import { allQuestions, type PageQuestion } from '../../core/forms/all-questions.ts'
import type { Filling } from '../../core/forms/filling.ts'
import type { FormOffer } from '../../core/forms/form-pages.ts'
import { termFields } from '../../core/forms/form-terms.ts'
import { answerText } from '../../core/forms/render-filling.ts'
import type { Text, TextValue } from '../../core/shared/text.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { ASSETS } from './assets.ts'
import { fileLink } from './file-link.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { questionFields } from './question-fields.ts'
import type { Reader } from './reader.ts'

const { say } = formPageTexts
const words = (text: TextValue): Text => sharedTexts.say('plain', { text })

/** A form before it is begun: what it asks, pays and needs. */
export function offerPage(reader: Reader, session: WebSession, { form, pay, hindrance }: FormOffer, said?: Html): Html {
  const { number, definition } = form
  const body = html`${crumb(reader)}
    <div class="lede">
      <h1>${reader.say(definition.title)}</h1>
      ${paragraphs(reader, definition.intro)}
    </div>
    ${said}
    <section class="card">
      ${pairs(reader, termFields(definition, pay))}
      ${
        hindrance === undefined
          ? html`<form method="post" action="/forms/${number}/begin">
              ${formSecrets(session)}
              <p><button class="primary">${reader.say(say('begin'))}</button></p>
            </form>`
          : html`<h2>${reader.say(say('hindered'))}</h2>
              <p>${reader.say(hindrance.reason)} ${reader.step(hindrance.nextStep)}</p>`
      }
    </section>`
  return layout(reader, { title: words(definition.title), body, section: 'forms' })
}

export interface FillPageData {
  readonly session: WebSession
  readonly filling: Pick<Filling, 'form' | 'draft' | 'asked'>
  /** What is to be told above the questions. */
  readonly notes: readonly Text[]
  readonly said?: Html | undefined
}

/** All questions of a form with what the draft has: right or wrong, nothing that was typed is left out. */
export function fillPage(reader: Reader, { session, filling, notes, said }: FillPageData): Html {
  const { form } = filling
  const questions = allQuestions(filling)
  const wrong = questions.filter(({ isAsked, question }) => isAsked && question.problem !== undefined)
  const first = (wrong[0] ?? questions.find(({ isAsked, question }) => isAsked && question.value.length === 0))?.question.id
  const body = html`${crumb(reader)}
    <h1>${reader.say(form.definition.title)}</h1>
    ${paragraphs(reader, form.definition.intro)} ${said}
    ${notes.length > 0 && html`<div class="banner">${notes.map((note) => html`<p>${reader.say(note)}</p>`)}</div>`}
    ${wrongList(reader, wrong)}
    <form
      class="card sheet"
      method="post"
      action="/forms/${form.number}"
      ${questions.some(({ question }) => question.entry === 'file') && html` enctype="multipart/form-data"`}
      data-fill
      novalidate
    >
      ${formSecrets(session)}
      ${questions.map((each) => questionFields(reader, each, { prefix: 'q-', isFirst: said === undefined && each.question.id === first }))}
      <p><button class="primary">${reader.say(say('save'))}</button></p>
      <p class="hint">${reader.say(say('saveHint'))}</p>
    </form>
    <form method="post" action="/forms/${form.number}/discard">
      ${formSecrets(session)}<button class="danger">${reader.say(say('discard'))}</button>
    </form>`
  return layout(reader, { title: words(form.definition.title), body, section: 'forms', scripts: [ASSETS.formFill] })
}

function wrongList(reader: Reader, wrong: readonly PageQuestion[]): Html | false {
  return (
    wrong.length > 0 &&
    html`<div class="banner" role="alert">
      <h2>${reader.say(say('wrongTitle'))}</h2>
      <ul>
        ${wrong.map(({ question }) => html`<li><a href="#q-${question.id}">${reader.say(question.label)}</a></li>`)}
      </ul>
    </div>`
  )
}

/** Everything once more, to be sent in as it was seen here. */
export function summaryPage(reader: Reader, session: WebSession, { form, draft, asked }: Filling, said?: Html): Html {
  const shown = asked.map((one) => ({ label: words(one.field.label), value: answerText(one) }))
  const title = say('summaryTitle')
  const body = html`${crumb(reader)}
    <div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(form.definition.title)}. ${reader.say(say('summaryLede'))}</p>
    </div>
    ${said}
    <section class="card">
      ${pairs(reader, shown)}
      <form method="post" action="/forms/${form.number}/send">
        ${formSecrets(session)}<input type="hidden" name="seen" value="${draft.updatedAt}" />
        <p class="actions">
          <button class="primary">${reader.say(say('send'))}</button>
          <a href="/forms/${form.number}">${reader.say(say('change'))}</a>
        </p>
      </form>
    </section>`
  return layout(reader, { title, body, section: 'forms' })
}

/** What became of an act after which there is nothing left to fill in. */
export function afterwardsPage(
  reader: Reader,
  title: Text,
  said: Html,
  links: readonly { readonly href: string; readonly label: Text }[],
): Html {
  const body = html`<h1>${reader.say(title)}</h1>
    ${said}
    <p class="actions">${links.map(({ href, label }) => html`<a class="button" href="${href}">${reader.say(label)}</a>`)}</p>`
  return layout(reader, { title, body, section: 'forms' })
}

/** Labels and values; what people typed keeps its line breaks and stays inside its own direction. */
export function pairs(reader: Reader, found: readonly { readonly label: TextValue; readonly value: TextValue }[]): Html {
  return html`<dl class="pairs">
    ${found.map(
      ({ label, value }) =>
        html`<div>
          <dt>${reader.say(label)}</dt>
          <dd>${fileLink(reader, value) ?? html`<bdi>${reader.say(value)}</bdi>`}</dd>
        </div>`,
    )}
  </dl>`
}

export function paragraphs(reader: Reader, text: Readonly<Record<'en' | 'zh', string>>): readonly Html[] {
  return text[reader.language].split(/\n+/).map((line) => html`<p>${line}</p>`)
}

function crumb(reader: Reader): Html {
  return html`<p class="crumb"><a href="/forms">${reader.say(say('toForms'))}</a></p>`
}
