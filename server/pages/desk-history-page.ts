import type { DeskPage, HistoryCursor, HistoryLine } from '../../core/review/desk.port.ts'
import { outcomeText, verdictText } from './desk-decisions.ts'
import { deskPage } from './desk-parts.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import { timeHtml, type Reader } from './reader.ts'
import { shownText } from './shown-text.ts'

const { say } = deskTexts

export interface HistoryPageData {
  readonly isChair: boolean
  readonly page: DeskPage<HistoryLine, HistoryCursor>
  readonly isFirst: boolean
}

/** Verdicts with what became of them. */
export function historyPage(reader: Reader, { isChair, page, isFirst }: HistoryPageData): Html {
  const { next } = page
  const body = html`<section aria-labelledby="history">
      <h2 id="history">${reader.say(say('history'))}</h2>
      <p>${reader.say(say(isChair ? 'historyLedeAll' : 'historyLede'))}</p>
      ${
        page.lines.length === 0
          ? html`<p>${reader.say(say('historyEmpty'))}</p>`
          : html`<ol class="queue" aria-labelledby="history">
              ${page.lines.map((line) => entry(reader, line, isChair))}
            </ol>`
      }
    </section>
    ${
      (next !== undefined || !isFirst) &&
      html`<nav class="steps" aria-label="${reader.plain(say('pages'))}">
        ${!isFirst && html`<a href="/desk/history">${reader.say(say('first'))}</a>`}
        ${next !== undefined && html`<a href="/desk/history?after=${next.at}.${next.id.toString()}.${next.reviewer}" rel="next">${reader.say(say('more'))}</a>`}
      </nav>`
    }`
  return deskPage(reader, { part: 'history', body })
}

function entry(reader: Reader, line: HistoryLine, isChair: boolean): Html {
  const { subject, title, name, at, reason, outcome, granted, isVoided, duplicateOf } = line
  return html`<li class="row">
    <a href="/desk/${subject}" data-item><span class="code">${subject}</span> ${title !== undefined && reader.say(title)}</a>
    <span class="facts">
      ${isChair && html`<span><bdi>${name}</bdi></span>`}
      <span>${reader.say(verdictText(line))}</span>
      <span>${reader.say(say('outcome'))}: ${reader.say(outcomeText(outcome, granted))}</span>
      <span>${timeHtml(at, reader.language)}</span>
      ${duplicateOf !== undefined && html`<span>${reader.say(say('ofOriginal', { subject: duplicateOf }))}</span>`}
      ${isVoided && html`<span>${reader.say(say('voided'))}</span>`}
    </span>
    ${reason !== undefined && html`<span class="reason">${shownText(reader, reason)}</span>`}
  </li>`
}

/** The figures of `review quality`, as the command answers them. */
export function qualityPage(reader: Reader, answer: Html): Html {
  const body = html`<section aria-labelledby="quality">
    <h2 id="quality">${reader.say(say('quality'))}</h2>
    <p>${reader.say(say('qualityLede'))}</p>
    ${answer}
  </section>`
  return deskPage(reader, { part: 'quality', body })
}
