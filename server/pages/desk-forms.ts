import { MAX_REASON } from '../../core/review/review-fields.ts'
import type { ReviewItem } from '../../core/review/review.types.ts'
import { exactAmount } from '../../core/shared/amount.ts'
import type { Text } from '../../core/shared/text.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { deskTexts } from './desk.texts.ts'
import { areaText, html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

const { say } = deskTexts

export const DESK_ACTS = ['approve', 'return', 'reject', 'duplicate', 'decline'] as const
export type DeskAct = (typeof DESK_ACTS)[number]

/** What stood in a form that was refused. */
export interface Typed {
  readonly act: DeskAct
  readonly amount: string
  readonly reason: string
  readonly of: string
}

interface FormsData {
  readonly session: WebSession
  readonly item: ReviewItem
  readonly typed: Typed | undefined
}

/** The verdicts that this item can get, each a form of its own with a key of its own. */
export function decideForms(reader: Reader, data: FormsData): Html {
  const { kind } = data.item
  const isSubmission = kind === 'submission' || kind === 'appeal'
  return html`<section class="card decide" aria-labelledby="decide">
    <h2 id="decide">${reader.say(say('decide'))}</h2>
    ${approveForm(reader, data)} ${kind !== 'appeal' && reasonForm(reader, data, 'return')} ${reasonForm(reader, data, 'reject')}
    ${isSubmission && duplicateForm(reader, data)} ${declineForm(reader, data)}
  </section>`
}

/** What was typed for an item that can not be decided any more: whoever wrote it may need it elsewhere. */
export function keptText(reader: Reader, typed: Typed | undefined): Html | undefined {
  const text = typed === undefined ? '' : typed.reason || typed.of || typed.amount
  if (text === '') return undefined
  return html`<section class="card">
    <label>${reader.say(say('kept'))} <textarea rows="4" readonly aria-describedby="kept-hint">${areaText(text)}</textarea></label>
    <p class="hint" id="kept-hint">${reader.say(say('keptHint'))}</p>
  </section>`
}

function form(data: FormsData, act: DeskAct, content: Html): Html {
  const { subject, revision } = data.item
  return html`<form method="post" action="/desk/${subject}/${act}">
    ${formSecrets(data.session)}${act !== 'decline' && html`<input type="hidden" name="revision" value="${revision}" />`}${content}
  </form>`
}

/** Of the field of a refused form: it is marked, says why, and has the focus. */
const troubled = ({ typed }: FormsData, act: DeskAct, hint: string) =>
  typed?.act === act ? html` aria-invalid="true" aria-describedby="said ${hint}" autofocus` : html` aria-describedby="${hint}"`

function approveForm(reader: Reader, data: FormsData): Html {
  const { lowest, highest } = data.item
  if (lowest === highest)
    return form(
      data,
      'approve',
      html`<p>
        <button class="primary" data-key="a" aria-keyshortcuts="a">
          ${reader.say(highest === 0n ? say('approve') : say('approveFor', { amount: highest }))}
        </button>
      </p>`,
    )
  const range = { lowest: exactAmount(lowest), highest: exactAmount(highest) }
  const value = data.typed?.act === 'approve' ? data.typed.amount : ''
  return form(
    data,
    'approve',
    html`<label for="amount" id="amount-range">${reader.say(say('amount', range))}</label>
      <p class="entry">
        <input
          id="amount"
          name="amount"
          inputmode="decimal"
          autocomplete="off"
          maxlength="40"
          required
          value="${value}"
          data-key="a"
          aria-keyshortcuts="a"
          ${troubled(data, 'approve', 'amount-range')}
        />
        <button class="primary">${reader.say(say('approve'))}</button>
      </p>`,
  )
}

/** Folded away until it is wanted: by a click, a key, or because it was refused. */
function folded(reader: Reader, data: FormsData, act: DeskAct, title: Text, content: Html): Html {
  return html`<details ${data.typed?.act === act && html` open`}>
    <summary>${reader.say(title)}</summary>
    ${form(data, act, content)}
  </details>`
}

function reasonForm(reader: Reader, data: FormsData, act: 'return' | 'reject'): Html {
  const { typed } = data
  const title = say(act === 'return' ? 'returnIt' : 'reject')
  const key = act === 'return' ? 'r' : 'x'
  return folded(
    reader,
    data,
    act,
    title,
    html`<label for="${act}-reason">${reader.say(say(`${act}Reason`))}</label>
      <textarea
        id="${act}-reason"
        name="reason"
        rows="4"
        maxlength="${MAX_REASON}"
        required
        data-key="${key}"
        aria-keyshortcuts="${key}"
        ${troubled(data, act, `${act}-hint`)}
      >
${typed?.act === act ? typed.reason : ''}</textarea>
      <p class="hint" id="${act}-hint">${reader.say(say('reasonHint'))}</p>
      <p><button ${act === 'reject' && html` class="danger"`}>${reader.say(title)}</button></p>`,
  )
}

function duplicateForm(reader: Reader, data: FormsData): Html {
  const { typed } = data
  return folded(
    reader,
    data,
    'duplicate',
    say('duplicate'),
    html`<label for="original" id="original-label">${reader.say(say('original'))}</label>
      <p class="entry">
        <input
          id="original"
          name="of"
          autocomplete="off"
          maxlength="40"
          required
          value="${typed?.act === 'duplicate' ? typed.of : ''}"
          ${troubled(data, 'duplicate', 'original-label')}
        />
        <button>${reader.say(say('duplicate'))}</button>
      </p>`,
  )
}

function declineForm(reader: Reader, data: FormsData): Html {
  return form(
    data,
    'decline',
    html`<p class="decline">
      <button data-key="d" aria-keyshortcuts="d" aria-describedby="decline-hint">${reader.say(say('decline'))}</button>
      <span class="hint" id="decline-hint">${reader.say(say('declineHint'))}</span>
    </p>`,
  )
}
