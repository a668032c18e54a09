import { submissionCode } from '../../core/forms/form-definition.ts'
import type { FormPages, SubmissionView } from '../../core/forms/form-pages.ts'
import { mostPoints } from '../../core/forms/quiz.rules.ts'
import { sentText } from '../../core/forms/render-filling.ts'
import { submissionTexts } from '../../core/forms/submission.texts.ts'
import { MAX_REASON } from '../../core/review/review-fields.ts'
import { appealUntil } from '../../core/review/submission-appeal.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { pairs } from './form-pages.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { Reader } from './reader.ts'

const { say } = formPageTexts

/** What a member has sent in, newest first. */
export function submissionsPage(reader: Reader, submissions: Awaited<ReturnType<FormPages['submissions']>>): Html {
  const title = say('submissionsTitle')
  const body = html`<p class="crumb"><a href="/forms">${reader.say(say('toForms'))}</a></p>
    <div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say('submissionsLede'))}</p>
    </div>
    <section class="card">
      ${
        submissions.length === 0
          ? html`<p>${reader.say(say('submissionsNone'))}</p>`
          : html`<ul class="lines">
              ${submissions.map(
                ({ number, title: of, status, contributedAt }) =>
                  html`<li>
                    <h2><a href="/submissions/${number}">${submissionCode(number)} · ${reader.say(of)}</a></h2>
                    <p>
                      <span class="badge">${reader.say(submissionTexts.say(`status_${status}`))}</span>
                      ${reader.say(say('sentAt', { at: { at: contributedAt } }))}
                    </p>
                  </li>`,
              )}
            </ul>`
      }
    </section>`
  return layout(reader, { title, body, section: 'forms' })
}

export interface SubmissionPageData {
  readonly session: WebSession
  readonly view: SubmissionView
  readonly now: Instant
  readonly said?: Html | undefined
  /** An appeal that was refused, as typed. */
  readonly appealTyped?: string | undefined
}

/** One submission: how it stands, what was decided and why, every revision. */
export function submissionPage(reader: Reader, data: SubmissionPageData): Html {
  const { view, said } = data
  const { number, status, contributedAt, decidedAt, score } = view.submission
  const title = submissionTexts.say('title', { submission: submissionCode(number), title: view.definition.title })
  const body = html`<p class="crumb"><a href="/submissions">${reader.say(say('toSubmissions'))}</a></p>
    <h1>${reader.say(title)}</h1>
    ${said}
    <section class="card">
      <p>
        <span class="badge">${reader.say(submissionTexts.say(`status_${status}`))}</span>
        ${reader.say(say('sentAt', { at: { at: contributedAt } }))}
      </p>
      ${decidedAt !== undefined && html`<p>${reader.say(say('decidedAt', { at: { at: decidedAt } }))}</p>`}
      ${score !== undefined && html`<p>${reader.say(submissionTexts.say('points', { points: score, most: mostPoints(view.definition.fields) }))}</p>`}
      ${
        view.reward !== undefined &&
        html`<p>${reader.say(say(view.reward.isFunded ? 'granted' : 'unfunded', { amount: view.reward.amount }))}</p>`
      }
      ${acts(reader, data)}
    </section>
    ${decisions(reader, view)} ${revisions(reader, view)}`
  return layout(reader, { title, body, section: 'forms' })
}

function acts(reader: Reader, { session, view, now, appealTyped }: SubmissionPageData): readonly (Html | false)[] {
  const { number, form, status, decidedAt } = view.submission
  const secrets = () => formSecrets(session)
  const until = decidedAt === undefined ? 0 : appealUntil(decidedAt)
  return [
    status === 'returned' &&
      html`<form method="post" action="/forms/${form}/begin">
        ${secrets()}<input type="hidden" name="submission" value="${submissionCode(number)}" />
        <p><button class="primary">${reader.say(say('mend'))}</button></p>
      </form>`,
    (status === 'in-review' || status === 'returned') &&
      html`<form method="post" action="/submissions/${number}/withdraw">
        ${secrets()}
        <p class="actions">
          <button class="danger" aria-describedby="withdraw-hint">${reader.say(say('withdraw'))}</button>
          <span class="hint" id="withdraw-hint">${reader.say(say('withdrawHint'))}</span>
        </p>
      </form>`,
    ((status === 'rejected' && !view.hasAppealed && now < until) || appealTyped !== undefined) &&
      html`<form class="sheet entry" method="post" action="/submissions/${number}/appeal">
        ${secrets()}<label for="appeal">${reader.say(say('appealReason'))}</label>
        <p class="hint" id="appeal-hint">${reader.say(say('appealHint', { at: { at: until } }))}</p>
        <textarea
          id="appeal"
          name="reason"
          rows="4"
          maxlength="${MAX_REASON}"
          aria-describedby="${appealTyped === undefined ? '' : 'said '}appeal-hint"
          ${appealTyped !== undefined && html` aria-invalid="true"`}
        >
${appealTyped ?? ''}</textarea>
        <p><button>${reader.say(say('appeal'))}</button></p>
      </form>`,
  ]
}

function decisions(reader: Reader, { decisions: found }: SubmissionView): Html | false {
  return (
    found.length > 0 &&
    html`<section class="card">
      <h2>${reader.say(say('decisions'))}</h2>
      <ul class="lines">
        ${found.map(({ isAppeal, outcome, amount, reason, at }) => {
          const when = { at: { at } }
          const said =
            outcome === 'approved'
              ? amount === 0n
                ? say('decision_approvedUnpaid', when)
                : say('decision_approved', { ...when, amount })
              : say(`decision_${outcome}`, when)
          return html`<li>
            <p>${isAppeal && reader.say(say('ofAppeal'))} <strong>${reader.say(said)}</strong></p>
            ${reason !== '' && html`<p><bdi>${reason}</bdi></p>`}
          </li>`
        })}
      </ul>
    </section>`
  )
}

function revisions(reader: Reader, { revisions: found, uploads }: SubmissionView): Html {
  return html`<section class="card">
    <h2>${reader.say(say('answersTitle'))}</h2>
    ${found.map(({ revision, at, definition, answers }, index) => {
      const shown = definition.fields
        .filter(({ id }) => Object.hasOwn(answers, id))
        .map((field) => ({ label: field.label, value: sentText(field, answers[field.id], uploads) }))
      return html`<details ${index === 0 && html` open`}>
        <summary>${reader.say(say('revision', { revision, at: { at } }))}</summary>
        ${pairs(reader, shown)}
      </details>`
    })}
  </section>`
}
