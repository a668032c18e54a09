import { maskValue } from '../../core/review/mask-names.ts'
import type { DeskItem, EarlierRevision, SimilarContent } from '../../core/review/desk.port.ts'
import { kindName, renderItem } from '../../core/review/review-card.ts'
import type { ShownAnswer } from '../../core/review/review.port.ts'
import { reviewTexts } from '../../core/review/review.texts.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { deskPage } from './desk-parts.ts'
import { decisionList } from './desk-decisions.ts'
import { decideForms, keptText, type Typed } from './desk-forms.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'
import { shownValue } from './shown-text.ts'
import type { WebSession } from '../authenticate.ts'

const { say } = deskTexts

export interface ItemPageData {
  readonly session: WebSession
  readonly found: DeskItem
  readonly said: Html | undefined
  /** What a form held that was refused. */
  readonly typed: Typed | undefined
  readonly now: Instant
}

/** One item: what was sent in, what a decision does, and the forms to decide. */
export function itemPage(reader: Reader, data: ItemPageData): Html {
  const { found, session, typed, now } = data
  const { view } = found
  const { item, own } = view
  // What is alike has a place of its own below.
  const card = renderItem({ ...view, similar: [] }, now)
  const title = reader.plain(card.title ?? '')
  const isHidden = item.blind && item.state === 'open'
  const isAsked = item.state === 'open' && own?.isAsked === true
  const body = html`<div class="lede">
      <h1>${title}</h1>
      <p class="badges">
        <span class="badge">${reader.say(kindName(item.kind))}</span>
        <span class="badge ${item.state === 'open' ? 'open' : ''}">${reader.say(say(`state_${item.state}`))}</span>
      </p>
    </div>
    ${beside(reader, found)}
    <div class="item">
      <section class="card" aria-labelledby="answers">
        <h2 id="answers">${reader.say(say('answers'))}</h2>
        ${answerList(reader, [...(isHidden ? [{ label: say('hidden'), value: say('hiddenUntil') }] : []), ...(card.fields ?? [])])}
      </section>
      <div class="judge">
        <section class="card" aria-labelledby="rules">
          <h2 id="rules">${reader.say(say('rules'))}</h2>
          <ul class="plainly">
            ${card.lines.map((line) => html`<li>${reader.say(line)}</li>`)}
          </ul>
        </section>
        ${isAsked ? decideForms(reader, { session, item, typed }) : html`${standing(reader, found)}${keptText(reader, typed)}`}
      </div>
    </div>
    ${similarItems(reader, found)} ${earlierRevisions(reader, found)} ${decisionList(reader, found.decisions)}`
  return deskPage(reader, { part: 'queue', title, said: data.said, body })
}

function beside(reader: Reader, { neighbours: { previous, next } }: DeskItem): Html | undefined {
  if (previous === undefined && next === undefined) return undefined
  return html`<nav class="steps" aria-label="${reader.plain(say('beside'))}">
    ${previous !== undefined && html`<a href="/desk/${previous}" rel="prev" data-key="k">${reader.say(say('previousItem', { subject: previous }))}</a>`}
    ${next !== undefined && html`<a href="/desk/${next}" rel="next" data-key="j">${reader.say(say('nextItem', { subject: next }))}</a>`}
  </nav>`
}

function answerList(reader: Reader, fields: NonNullable<Reply['fields']>): Html {
  if (fields.length === 0) return html`<p>${reader.say(say('noAnswers'))}</p>`
  return html`<dl class="answers">
    ${fields.map(
      ({ label, value }) =>
        html`<div>
          <dt>${reader.say(label)}</dt>
          <dd>${shownValue(reader, value)}</dd>
        </div>`,
    )}
  </dl>`
}

/** Why there is nothing to decide here. */
function standing(reader: Reader, { view: { item, own } }: DeskItem): Html | undefined {
  if (own?.verdict !== undefined)
    return html`<section class="card">
      <p>${reader.say(say('ownVerdict', { verdict: reviewTexts.say(`verdict_${own.verdict}`) }))}</p>
    </section>`
  if (item.state !== 'open') return undefined
  return html`<section class="card">
    <p>${reader.say(say('noSeat'))}</p>
  </section>`
}

/** Two texts of one form, question by question. While this one is judged blind neither tells who wrote it. */
function similarItems(reader: Reader, { view, similar }: DeskItem): Html | undefined {
  if (similar.length === 0) return undefined
  const { item, content } = view
  const isHidden = item.blind && item.state === 'open'
  const heads = (other: SimilarContent) => [say('thisOne', { subject: item.subject }), say('otherOne', { subject: other.subject })]
  return html`<section class="card" aria-labelledby="similar">
    <h2 id="similar">${reader.say(say('similar'))}</h2>
    ${similar.map((other, index) => {
      const hide = masked(isHidden, [...content.names, ...other.names])
      const status = reviewTexts.say(`status_${knownStatus(other.status)}`)
      const percent = String(Math.floor(other.likeness * 100))
      return html`<details ${index === 0 && html` open`}>
        <summary>${reader.say(say('similarOne', { subject: other.subject, percent, status }))}</summary>
        <div class="two">
          ${[content.answers, other.answers].map(
            (answers, side) =>
              html`<div>
                <h3>${reader.say(heads(other)[side]!)}</h3>
                ${ownAnswers(reader, answers, hide)}
              </div>`,
          )}
        </div>
        <p><a href="/desk/${other.subject}">${other.subject}</a></p>
      </details>`
    })}
  </section>`
}

const STATUSES = ['in-review', 'returned', 'approved', 'rejected', 'withdrawn'] as const
const knownStatus = (status: string) => STATUSES.find((known) => known === status) ?? 'in-review'

function earlierRevisions(reader: Reader, { view: { item, content }, earlier }: DeskItem): Html | undefined {
  if (earlier.length === 0) return undefined
  const hide = masked(item.blind && item.state === 'open', content.names)
  return html`<section class="card" aria-labelledby="earlier">
    <h2 id="earlier">${reader.say(say('earlier'))}</h2>
    ${earlier.map(
      ({ revision, submittedAt, answers }: EarlierRevision) =>
        html`<details>
          <summary>${reader.say(say('earlierOne', { revision, at: { at: submittedAt } }))}</summary>
          ${ownAnswers(reader, answers, hide)}
        </details>`,
    )}
  </section>`
}

const masked =
  (isHidden: boolean, names: readonly string[]) =>
  (value: TextValue): TextValue =>
    isHidden ? maskValue(value, names) : value

function ownAnswers(reader: Reader, answers: readonly ShownAnswer[], hide: (value: TextValue) => TextValue): Html {
  if (answers.length === 0) return html`<p>${reader.say(say('noAnswers'))}</p>`
  return html`<dl class="answers">
    ${answers.map(
      ({ label, value }) =>
        html`<div>
          <dt>${reader.say(label)}</dt>
          <dd>${shownValue(reader, hide(value))}</dd>
        </div>`,
    )}
  </dl>`
}
