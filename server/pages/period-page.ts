import type { PeriodView } from '../../core/economy/economy.types.ts'
import { FIRST_PERIOD, LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { pageTexts } from './page.texts.ts'
import { stateBadge } from './periods-page.ts'
import { figure, type Reader } from './reader.ts'

const { say } = pageTexts

/** One period: its figures, its statement, how to check it, its transactions. */
export function periodPage(reader: Reader, period: PeriodView): Html {
  const { number, state, startsAt, endsAt, release, granted } = period
  const title = say('periodName', { number })
  const body = html`<div class="lede">
      <h1>${reader.say(title)} ${stateBadge(reader, state)}</h1>
      <p>${reader.say(say('periodLede', { release, start: { at: startsAt }, end: { at: endsAt } }))}</p>
    </div>
    <section class="card">
      <h2 class="plain">${reader.say(say('periodShare', { granted, release }))}</h2>
      ${shareBar(period)} ${figures(reader, period)}
    </section>
    ${statement(reader, period)} ${transactions(reader, period)}
    <nav class="steps" aria-label="${reader.plain(say('periods'))}">
      ${number > FIRST_PERIOD && html`<a href="/periods/${number - 1}" rel="prev">${reader.say(say('previous', { number: number - 1 }))}</a>`}
      ${number < LAST_PERIOD && html`<a href="/periods/${number + 1}" rel="next">${reader.say(say('next', { number: number + 1 }))}</a>`}
    </nav>`
  const description = say('periodLede', { release, start: { at: startsAt }, end: { at: endsAt } })
  return layout(reader, { title, description, section: 'periods', body })
}

/** Granted and burned as shares of the release; the figures below say the same in words. */
function shareBar({ release, granted, burned }: PeriodView): Html {
  const share = (amount: bigint) => String((amount * 1_000n) / release)
  return html`<svg class="share" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
    <rect class="part-unreleased" width="1000" height="20" />
    <rect class="part-circulating" width="${share(granted)}" height="20" />
    ${burned !== null && html`<rect class="part-burned" x="${share(granted)}" width="${share(burned)}" height="20" />`}
  </svg>`
}

function figures(reader: Reader, { multiplier, granted, grants, unfunded, burned, corrected, closesAt, state }: PeriodView): Html {
  const entry = (
    name: Parameters<typeof say>[0] & ('multiplier' | 'granted' | 'rewards' | 'unfunded' | 'burned' | 'corrected' | 'closesAt'),
    value: Html | string,
  ) =>
    html`<div>
      <dt>${reader.say(say(name))}</dt>
      <dd>${value}</dd>
    </div>`
  return html`<dl class="figures">
    ${entry('granted', figure(granted))} ${entry('burned', burned === null ? reader.say(say('burnedLater')) : figure(burned))}
    ${corrected > 0n && entry('corrected', figure(corrected))} ${entry('rewards', reader.plain(grants))}
    ${entry('unfunded', reader.plain(unfunded))} ${entry('multiplier', reader.plain(say('times', { count: multiplier })))}
    ${state !== 'closed' && entry('closesAt', reader.say({ at: closesAt }))}
  </dl>`
}

function statement(reader: Reader, { number, state, endsAt, closesAt, statementRoot }: PeriodView): Html {
  const heading = html`<h2>${reader.say(say('statement'))}</h2>`
  if (state === 'future' || state === 'open') {
    return html`<section class="card">
      ${heading}
      <p>${reader.say(say('statementNone', { at: { at: endsAt } }))}</p>
    </section>`
  }
  const isFinal = state === 'closed'
  const file = `wepos-statement-${String(number).padStart(2, '0')}${isFinal ? '' : '-draft'}.json`
  return html`<section class="card">
    ${heading}
    <p>${reader.say(isFinal ? say('statementFinalLede') : say('statementDraftLede', { at: { at: closesAt } }))}</p>
    <p>
      <a class="button" href="/api/v1/periods/${number}/statement" download>${reader.say(say(isFinal ? 'download' : 'downloadDraft'))}</a>
    </p>
    ${
      statementRoot !== null &&
      html`<dl class="addresses">
        <div>
          <dt>${reader.say(say('root'))}</dt>
          <dd><code>${statementRoot}</code></dd>
        </div>
      </dl>`
    }
    <h3>${reader.say(say('verify'))}</h3>
    <p>${reader.say(say('verifyLede'))}</p>
    <ol class="commands">
      <li>
        ${reader.say(say('verifyFile'))}
        <pre><code>npm run verify -- ${file}</code></pre>
      </li>
      <li>
        ${reader.say(say('verifyChain'))}
        <pre><code>npm run verify -- ${file} --rpc https://…</code></pre>
      </li>
    </ol>
    <p>${reader.say(say('verifyAll'))}</p>
  </section>`
}

function transactions(reader: Reader, period: PeriodView): Html {
  const heading = html`<h2 id="transactions">${reader.say(say('transactions'))}</h2>`
  if (period.transactions.length === 0)
    return html`<section class="card">
      ${heading}
      <p>${reader.say(say('transactionsNone'))}</p>
    </section>`
  return html`<section class="card">
    ${heading}
    <div class="scroll" tabindex="0" role="group" aria-labelledby="transactions">
      <table>
        <thead>
          <tr>
            <th scope="col">${reader.say(say('transactionName'))}</th>
            <th scope="col">${reader.say(say('transactionHash'))}</th>
          </tr>
        </thead>
        <tbody>
          ${period.transactions.map(
            ({ name, hash }) =>
              html`<tr>
                <td>${name}</td>
                <td><code>${hash}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
