import type { PeriodView } from '../../core/economy/economy.types.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { pageTexts } from './page.texts.ts'
import { figure, timeHtml, type Reader } from './reader.ts'

const { say } = pageTexts

/** All 13 periods at a glance. */
export function periodsPage(reader: Reader, periods: readonly PeriodView[]): Html {
  const title = say('periodsTitle')
  const body = html`<div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say('periodsLede'))}</p>
    </div>
    <div class="scroll" tabindex="0" role="group" aria-label="${reader.plain(title)}">
      <table class="periods">
        <thead>
          <tr>
            ${(['period', 'state', 'dates', 'multiplier', 'released', 'granted', 'burned'] as const).map(
              (name) => html`<th scope="col">${reader.say(say(name))}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${periods.map((period) => row(reader, period))}
        </tbody>
      </table>
    </div>
    <p class="unit">${reader.say(say('unit'))}</p>`
  return layout(reader, { title, section: 'periods', body })
}

function row(reader: Reader, period: PeriodView): Html {
  const { number, state, startsAt, endsAt, multiplier, release, granted, burned } = period
  return html`<tr class="${state}">
    <th scope="row"><a href="/periods/${number}">${reader.say(say('periodName', { number }))}</a></th>
    <td>${stateBadge(reader, state)}</td>
    <td class="dates">${timeHtml(startsAt, reader.language)} – ${timeHtml(endsAt, reader.language)}</td>
    <td>${reader.say(say('times', { count: multiplier }))}</td>
    <td class="number">${figure(release)}</td>
    <td class="number">${state === 'future' ? '–' : figure(granted)}</td>
    <td class="number">${burned === null ? '–' : figure(burned)}</td>
  </tr>`
}

export function stateBadge(reader: Reader, state: PeriodView['state']): Html {
  return html`<span class="badge ${state}">${reader.say(say(state))}</span>`
}
