import type { PeriodView, SupplyView } from '../../core/economy/economy.types.ts'
import { FIRST_PERIOD, LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import { shortAmountRoundedDown } from '../../core/shared/amount.ts'
import type { Text } from '../../core/shared/text.ts'
import type { Deployment } from '../server-app.ts'
import { CHARTS, runningTotals } from './charts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { pageTexts } from './page.texts.ts'
import { figure, type Reader } from './reader.ts'
import { supplyStrip } from './supply-strip.ts'

const { say } = pageTexts

export interface SupplyPageData {
  readonly supply: SupplyView
  readonly periods: readonly PeriodView[]
  readonly deployment: Deployment | undefined
}

/** The first page: where everything is, period by period, whether the vault covers it, and the contracts to check it with. */
export function supplyPage(reader: Reader, { supply, periods, deployment }: SupplyPageData): Html {
  const title = say('supplyTitle')
  const body = html`${supply.reserve?.ok === false && html`<p class="banner" role="alert">${reader.say(say('reserveShort'))}</p>`}
    <div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(whenIs(supply, periods))}</p>
    </div>
    ${supplyStrip(reader, supply)} ${CHARTS.map((name) => chartFigure(reader, name, supply, periods))}
    <div class="pair">${reserve(reader, supply)}${contracts(reader, deployment)}</div>
    <p class="unit">${reader.say(say('supplyAt', { at: { at: supply.at } }))}</p>`
  return layout(reader, { title, section: 'supply', body })
}

function whenIs({ currentPeriod, genesis }: SupplyView, periods: readonly PeriodView[]): Text {
  if (currentPeriod < FIRST_PERIOD) return say('supplyBefore', { at: { at: genesis } })
  const period = periods.find(({ number }) => number === currentPeriod)
  if (currentPeriod > LAST_PERIOD || period === undefined) return say('supplyAfter')
  return say('supplyNow', { number: currentPeriod, multiplier: period.multiplier, at: { at: period.endsAt } })
}

function chartFigure(reader: Reader, name: (typeof CHARTS)[number], supply: SupplyView, periods: readonly PeriodView[]): Html {
  const title = say(name === 'periods' ? 'chartPeriods' : 'chartTotals')
  const alt =
    name === 'periods'
      ? say('chartPeriodsAlt', { released: supply.released, granted: supply.granted, burned: supply.burned })
      : say('chartTotalsAlt', { circulating: supply.circulating, pool: supply.pool })
  const at = (theme: string, size: string) => `/charts/${name}-${reader.language}-${theme}-${size}.svg`
  return html`<section class="chart" aria-labelledby="chart-${name}">
    <h2 id="chart-${name}">${reader.say(title)}</h2>
    <picture>
      <source media="(prefers-color-scheme: dark) and (max-width: 40rem)" srcset="${at('dark', 'narrow')}" />
      <source media="(prefers-color-scheme: dark)" srcset="${at('dark', 'wide')}" />
      <source media="(max-width: 40rem)" srcset="${at('light', 'narrow')}" />
      <img src="${at('light', 'wide')}" alt="${reader.plain(alt)}" width="960" height="380" loading="lazy" decoding="async" />
    </picture>
    <details>
      <summary>${reader.say(say('asTable'))}</summary>
      <div class="scroll" tabindex="0" role="group" aria-label="${reader.plain(title)}">
        ${name === 'periods' ? periodsTable(reader, periods) : totalsTable(reader, supply, periods)}
      </div>
    </details>
  </section>`
}

function periodsTable(reader: Reader, periods: readonly PeriodView[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${(['period', 'scheduled', 'granted', 'burned', 'grantable'] as const).map(
          (name) => html`<th scope="col">${reader.say(say(name))}</th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${periods.map(
        ({ number, state, release, granted, burned }) =>
          html`<tr>
            <th scope="row">${number}</th>
            <td>${figure(release)}</td>
            <td>${figure(granted)}</td>
            <td>${burned === null ? '–' : figure(burned)}</td>
            <td>${state === 'open' || state === 'draft' ? figure(release - granted) : '–'}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function totalsTable(reader: Reader, supply: SupplyView, periods: readonly PeriodView[]): Html {
  return html`<table>
      <thead>
        <tr>
          ${(['period', 'releasedTotal', 'grantedTotal', 'burnedTotal'] as const).map(
            (name) => html`<th scope="col">${reader.say(say(name))}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${runningTotals(periods).map(
          ({ number, released, granted, burned }) =>
            html`<tr>
              <th scope="row">${number}</th>
              <td>${figure(released)}</td>
              <td>${figure(granted)}</td>
              <td>${figure(burned)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p>
      ${reader.say(say('circulatingToday'))}: ${shortAmountRoundedDown(supply.circulating)} · ${reader.say(say('poolToday'))}:
      ${shortAmountRoundedDown(supply.pool)}
    </p>`
}

function reserve(reader: Reader, { reserve: found }: SupplyView): Html {
  if (found === null) {
    return html`<section class="card">
      <h2>${reader.say(say('reserve'))}</h2>
      <p>${reader.say(say('reserveNone'))}</p>
    </section>`
  }
  return html`<section class="card ${found.ok ? 'good' : 'bad'}">
    <h2>${reader.say(say('reserve'))}</h2>
    <p class="verdict">${reader.say(say(found.ok ? 'reserveOk' : 'reserveShort'))}</p>
    <dl class="figures">
      <div>
        <dt>${reader.say(say('reserveVault'))}</dt>
        <dd>${figure(found.vaultBalance)}</dd>
      </div>
      <div>
        <dt>${reader.say(say('reserveOwed'))}</dt>
        <dd>${figure(found.liabilities)}</dd>
      </div>
      <div>
        <dt>${reader.say(say('reserveDue'))}</dt>
        <dd>${figure(found.fundingDue)}</dd>
      </div>
    </dl>
    <p class="hint">${reader.say(say('reserveRead', { block: found.block, at: { at: found.at } }))}</p>
  </section>`
}

const CONTRACTS = [
  ['token', 'token'],
  ['emission', 'emission'],
  ['vault', 'vault'],
  ['poolContract', 'pool'],
  ['ecoFundContract', 'ecoFund'],
  ['anchors', 'anchors'],
  ['timelock', 'timelock'],
] as const

function contracts(reader: Reader, deployment: Deployment | undefined): Html | undefined {
  if (deployment === undefined) return undefined
  return html`<section class="card">
    <h2>${reader.say(say('contracts'))}</h2>
    <dl class="addresses">
      ${CONTRACTS.map(
        ([label, name]) =>
          html`<div>
            <dt>${reader.say(say(label))}</dt>
            <dd><code>${deployment[name]}</code></dd>
          </div>`,
      )}
    </dl>
    <p class="hint">${reader.say(say('chainNumber', { number: String(deployment.chainId) }))}</p>
    <p><a href="/deposit">${reader.say(say('depositLink'))}</a></p>
  </section>`
}
