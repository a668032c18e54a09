import type { MonthBudget } from '../../core/review/budget.rules.ts'
import { forecastAtEnd } from '../../core/review/budget.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language } from '../../core/shared/text.ts'
import { ASSETS } from './assets.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { figure, type Reader } from './reader.ts'
import { renderReply } from './render-reply.ts'

const { say } = deskTexts

export type DeskPart = 'queue' | 'history' | 'quality'
const PATHS: Readonly<Record<DeskPart, string>> = { queue: '/desk', history: '/desk/history', quality: '/desk/quality' }

/** One page of the desk: its parts, what happened just before, the content, the keys. @param where what the keys move over */
export function deskPage(
  reader: Reader,
  { part, title, said, body }: { part: DeskPart; title?: string; said?: Html | undefined; body: Html },
): Html {
  const own = say('title')
  const whole = html`<div class="desk" data-desk="${title === undefined ? part : 'item'}">
    <div class="desk-top">
      ${title === undefined ? html`<h1>${reader.say(own)}</h1>` : html`<p class="crumb"><a href="/desk" data-key="u">${reader.say(own)}</a></p>`}
      <nav class="desk-parts" aria-label="${reader.plain(say('parts'))}">
        ${(['queue', 'history', 'quality'] as const).map(
          (name) =>
            html`<a href="${PATHS[name]}" ${name === part && title === undefined && html` aria-current="page"`}
              >${reader.say(say(name))}</a
            >`,
        )}
        <button type="button" class="quiet" data-keys-open aria-keyshortcuts="?" hidden>${reader.say(say('keys'))}</button>
      </nav>
    </div>
    ${said} ${body} ${keys(reader)}
  </div>`
  return layout(reader, {
    title: title === undefined ? own : sharedTexts.say('plain', { text: title }),
    section: 'desk',
    body: whole,
    scripts: [ASSETS.desk],
  })
}

/** What a command answered: read out, and where the focus begins. Buttons of a chat have their own places on the desk. */
export function saidBefore(reader: Reader, speak: Speak, reply: Reply, language: Language): Html {
  const { buttons: _, choices: __, ask: ___, ...shown } = reply
  const isTrouble = reply.tone === 'refused' || reply.tone === 'fault'
  return html`<div class="said-before" role="${isTrouble ? 'alert' : 'status'}" id="said" tabindex="-1" ${!isTrouble && html` autofocus`}>
    <h2 class="hidden">${reader.say(say('message'))}</h2>
    ${renderReply(reader, speak, { reply: shown, language }, reader.commands)}
  </div>`
}

/** Granted and forecast as shares of the release; the figures below say the same. */
export function budgetCard(reader: Reader, month: MonthBudget | undefined, now: Instant): Html {
  const heading = html`<h2>${reader.say(say('budget'))}</h2>`
  if (month === undefined)
    return html`<section class="card budget">
      ${heading}
      <p>${reader.say(say('budgetNone'))}</p>
    </section>`
  const { release, given, endsAt } = month
  const forecast = forecastAtEnd(month, now)
  const share = (amount: bigint) => String((amount * 1_000n) / release)
  const entry = (label: Html, value: bigint) =>
    html`<div>
      <dt>${label}</dt>
      <dd>${figure(value)}</dd>
    </div>`
  return html`<section class="card budget">
    ${heading}
    <svg class="share" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
      <rect class="part-unreleased" width="1000" height="20" />
      <rect class="part-grantable" width="${share(forecast)}" height="20" />
      <rect class="part-circulating" width="${share(given)}" height="20" />
    </svg>
    <dl class="figures">
      ${entry(reader.say(say('granted')), given)} ${entry(reader.say(say('left')), release - given)}
      ${entry(reader.say(say('forecast', { at: { at: endsAt } })), forecast)}
    </dl>
    <p class="hint">${reader.say(say('forecastHint', { release }))} ${forecast === release && reader.say(say('forecastAll'))}</p>
  </section>`
}

const KEYS = [
  ['j', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  ['a', 'approve'],
  ['r', 'return'],
  ['x', 'reject'],
  ['d', 'decline'],
  ['u', 'up'],
  ['?', 'help'],
] as const

/** The list of keys; shown by the script, because there are none without it. */
function keys(reader: Reader): Html {
  return html`<dialog data-keys aria-labelledby="keys-title">
    <h2 id="keys-title">${reader.say(say('keysTitle'))}</h2>
    <p class="hint">${reader.say(say('keysHint'))}</p>
    <dl class="keys">
      ${KEYS.map(
        ([key, name]) =>
          html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${reader.say(say(`key_${name}`))}</dd>
          </div>`,
      )}
    </dl>
    <p class="buttons">
      <button type="button" class="primary" data-keys-close>${reader.say(say('keysClose'))}</button>
      <button type="button" data-keys-toggle data-on="${reader.plain(say('keysOn'))}" data-off="${reader.plain(say('keysOff'))}">
        ${reader.say(say('keysOff'))}
      </button>
    </p>
  </dialog>`
}
