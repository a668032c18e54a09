import type { DeskCursor, DeskLine, DeskPage, DeskQuery, DeskShow } from '../../core/review/desk.port.ts'
import { DESK_SHOWS } from '../../core/review/desk.port.ts'
import type { MonthBudget } from '../../core/review/budget.rules.ts'
import { kindName } from '../../core/review/review-card.ts'
import { reviewTexts } from '../../core/review/review.texts.ts'
import { REVIEW_KINDS } from '../../core/review/review.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { OwnWords, Text } from '../../core/shared/text.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { budgetCard, deskPage } from './desk-parts.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

const { say } = deskTexts

export interface QueuePageData {
  readonly session: WebSession
  readonly isChair: boolean
  readonly query: Omit<DeskQuery, 'limit'>
  readonly page: DeskPage<DeskLine, DeskCursor>
  readonly counts: { readonly mine: number; readonly open: number }
  readonly forms: readonly { readonly number: number; readonly title: OwnWords }[]
  readonly month: MonthBudget | undefined
  readonly said: Html | undefined
  readonly now: Instant
}

/** What waits for a reviewer; for a chair everything that is open. */
export function queuePage(reader: Reader, data: QueuePageData): Html {
  const body = html`${budgetCard(reader, data.month, data.now)} ${filters(reader, data)} ${list(reader, data)} ${paging(reader, data)}`
  return deskPage(reader, { part: 'queue', said: data.said, body })
}

/** The address of a page of the list. */
function addressOf(query: Partial<QueuePageData['query']>): string {
  const { show = 'mine', kind, form, text, after } = query
  const wanted = { show, kind, form: form?.toString(), q: text, after: after && `${after.at ?? '-'}.${after.id}` }
  const given = Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return `/desk?${new URLSearchParams(given).toString()}`
}

function filters(reader: Reader, { query, counts, forms, isChair }: QueuePageData): Html {
  const title = reader.plain(say('filters'))
  const showName = (show: DeskShow): Text =>
    show === 'mine'
      ? say('show_mine', { count: counts.mine })
      : show === 'open'
        ? say('show_open', { count: counts.open })
        : say('show_decided')
  const shows = DESK_SHOWS.filter((show) => isChair || show !== 'open')
  return html`<nav class="shows" aria-label="${title}">
      ${shows.map(
        (show) =>
          html`<a href="${addressOf({ show })}" ${show === query.show && html` aria-current="page"`}>${reader.say(showName(show))}</a>`,
      )}
    </nav>
    <form method="get" action="/desk" role="search" class="filters">
      <input type="hidden" name="show" value="${query.show}" />
      <label
        >${reader.say(say('kind'))}
        <select name="kind">
          ${option('', query.kind ?? '', reader.plain(say('kindAll')))}
          ${REVIEW_KINDS.map((kind) => option(kind, query.kind ?? '', reader.plain(kindName(kind))))}
        </select>
      </label>
      <label
        >${reader.say(say('form'))}
        <select name="form">
          ${option('', query.form?.toString() ?? '', reader.plain(say('formAll')))}
          ${forms.map(({ number, title }) => option(String(number), query.form?.toString() ?? '', `${number} · ${reader.plain(title)}`))}
        </select>
      </label>
      <label
        >${reader.say(say('search'))}
        <input type="search" name="q" value="${query.text ?? ''}" maxlength="60" aria-describedby="search-hint" />
      </label>
      <button>${reader.say(say('apply'))}</button>
    </form>
    <p class="hint" id="search-hint">${reader.say(say('searchHint'))}</p>`
}

function option(value: string, chosen: string, name: string): Html {
  return html`<option value="${value}" ${value === chosen && html` selected`}>${name}</option>`
}

function list(reader: Reader, { page, query, session, now }: QueuePageData): Html {
  const heading = html`<h2 id="list">${reader.say(say(`list_${query.show}`))}</h2>`
  if (page.lines.length === 0) {
    const isFiltered = query.kind !== undefined || query.form !== undefined || query.text !== undefined
    return html`<section class="card">
      ${heading}
      <p>${reader.say(isFiltered ? say('emptyFiltered') : say(`empty_${query.show}`))}</p>
      ${isFiltered && html`<p><a href="${addressOf({ show: query.show })}">${reader.say(say('reset'))}</a></p>`}
    </section>`
  }
  const isBulk = page.lines.some(({ isMine }) => isMine)
  const rows = html`<ol class="queue" aria-labelledby="list">
    ${page.lines.map((line) => row(reader, line, isBulk, now))}
  </ol>`
  if (!isBulk) return html`<section class="card">${heading}${rows}</section>`
  return html`<section class="card">
    ${heading}
    <form method="post" action="/desk/bulk">
      ${formSecrets(session)} ${rows}
      <p class="bulk">
        <button class="primary" aria-describedby="bulk-hint">${reader.say(say('bulk'))}</button>
        <span class="hint" id="bulk-hint">${reader.say(say('bulkHint'))}</span>
      </p>
    </form>
  </section>`
}

function row(reader: Reader, line: DeskLine, isBulk: boolean, now: Instant): Html {
  const { subject, kind, title, isMine, revision } = line
  return html`<li class="row">
    ${
      isBulk &&
      html`<span class="pick"
        >${
          isMine &&
          html`<label
            ><input type="checkbox" name="item" value="${subject}.${revision}" /><span class="hidden"
              >${reader.say(say('choose', { subject }))}</span
            ></label
          >`
        }</span
      >`
    }
    <a href="/desk/${subject}" data-item><span class="code">${subject}</span> ${reader.say(title ?? kindName(kind))}</a>
    <span class="facts">${facts(line, now).map((fact) => html`<span>${reader.say(fact)}</span> `)}</span>
  </li>`
}

function facts(line: DeskLine, now: Instant): Text[] {
  const { kind, answered, needed, panel, lowest, highest, dueAt, decidedAt, outcome, amount, title } = line
  const named = title === undefined || kind === 'submission' ? [] : [kindName(kind)]
  if (outcome !== undefined) {
    const came = reviewTexts.say(`outcome_${outcome}`)
    return [
      ...named,
      amount === undefined || amount === 0n ? came : say('cameTo', { outcome: came, amount }),
      ...(decidedAt === undefined ? [] : [say('decidedAt', { at: { at: decidedAt } })]),
    ]
  }
  const worth = highest === 0n ? [] : [lowest === highest ? sharedTexts.say('plain', { text: highest }) : say('range', { lowest, highest })]
  const due = dueAt === undefined ? say('unasked') : dueAt < now ? say('overdue', { at: { at: dueAt } }) : say('due', { at: { at: dueAt } })
  return [...named, say('answered', { answered, panel, count: needed }), ...worth, due]
}

function paging(reader: Reader, { page, query }: QueuePageData): Html | undefined {
  if (page.next === undefined && query.after === undefined) return undefined
  return html`<nav class="steps" aria-label="${reader.plain(say('pages'))}">
    ${query.after !== undefined && html`<a href="${addressOf({ ...query, after: undefined })}">${reader.say(say('first'))}</a>`}
    ${page.next !== undefined && html`<a href="${addressOf({ ...query, after: page.next })}" rel="next">${reader.say(say('more'))}</a>`}
  </nav>`
}
