import type { FormOverview, ListedForm } from '../../core/forms/form-pages.ts'
import { formCode } from '../../core/forms/form-definition.ts'
import type { Form } from '../../core/forms/form.types.ts'
import { payText } from '../../core/forms/form-terms.ts'
import { formTexts } from '../../core/forms/form.texts.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { Reader } from './reader.ts'

const { say } = formPageTexts

export interface FormsPageData {
  readonly session: WebSession
  readonly overview: FormOverview
  readonly isChair: boolean
  /** What a form on this page did. */
  readonly said?: Html
}

/** What a member can fill in, and has begun. */
export function formsPage(reader: Reader, { session, overview, isChair, said }: FormsPageData): Html {
  const { open, drafts } = overview
  const body = html`<div class="lede">
      <h1>${reader.say(say('formsTitle'))}</h1>
      <p>${reader.say(say('formsLede'))}</p>
      <p><a href="/submissions">${reader.say(say('toSubmissions'))}</a></p>
    </div>
    ${said}
    ${
      drafts.length > 0 &&
      html`<section class="card">
        <h2>${reader.say(say('draftsTitle'))}</h2>
        <ul class="lines">
          ${drafts.map(
            ({ draft, form }) =>
              html`<li>
                <h3>${reader.say(form.definition.title)}</h3>
                <p>${reader.say(say('draftLine', { at: { at: draft.updatedAt } }))}</p>
                <p><a class="button" href="/forms/${form.number}">${reader.say(say('goOn', { form: formCode(form.number) }))}</a></p>
              </li>`,
          )}
        </ul>
      </section>`
    }
    <section class="card">
      <h2>${reader.say(say('openTitle'))}</h2>
      ${
        open.length === 0
          ? html`<p>${reader.say(say('openNone'))}</p>`
          : html`<ul class="lines">
              ${open.map((line) => openLine(reader, line))}
            </ul>`
      }
    </section>
    ${isChair && keptForms(reader, session, overview.kept)}`
  return layout(reader, { title: say('formsTitle'), description: say('formsLede'), body, section: 'forms' })
}

function openLine(reader: Reader, { form: { number, definition }, pay, left }: ListedForm): Html {
  const { opensAt, closesAt } = definition.window
  return html`<li>
    <h3><a href="/forms/${number}">${reader.say(definition.title)}</a> <small class="hint">${formCode(number)}</small></h3>
    <p>${reader.say(pay.highest === 0n ? say('paysNothing') : say('pays', { pay: payText(pay) }))}</p>
    ${opensAt !== undefined && html`<p>${reader.say(formTexts.say('fieldFrom'))} ${reader.say({ at: Date.parse(opensAt) })}</p>`}
    ${closesAt !== undefined && html`<p>${reader.say(say('untilWhen', { at: { at: Date.parse(closesAt) } }))}</p>`}
    <p class="hint">${reader.say(left === 0 ? say('leftNone') : say('left', { count: left }))}</p>
  </li>`
}

/** All forms with what their keeper can do with them. */
function keptForms(reader: Reader, session: WebSession, forms: readonly Form[]): Html {
  return html`<section class="card">
    <h2>${reader.say(say('keptTitle'))}</h2>
    <p><a class="button" href="/forms/new">${reader.say(say('newForm'))}</a></p>
    <ul class="lines">
      ${forms.map(({ number, version, status, definition }) => {
        const form = formCode(number)
        return html`<li>
          <h3>${reader.say(definition.title)} <small class="hint">${form}</small></h3>
          <p>${reader.say(say('keptLine', { status: formTexts.say(`status_${status}`), version }))}</p>
          <div class="actions">
            <a href="/forms/${number}/edit">${reader.say(say('edit', { form }))}</a>
            <a href="/forms/${number}/export">${reader.say(say('export', { form }))}</a>
            <form method="post" action="/forms/${number}/${status === 'open' ? 'close' : 'open'}">
              ${formSecrets(session)}<button>${reader.say(say(status === 'open' ? 'close' : 'offer', { form }))}</button>
            </form>
          </div>
        </li>`
      })}
    </ul>
  </section>`
}
