import { MIN_RELAYED, RELAYED_A_DAY } from '../../core/settlement/permit-deposit.rules.ts'
import type { Text } from '../../core/shared/text.ts'
import type { Deployment } from '../server-app.ts'
import { ASSETS } from './assets.ts'
import { depositTexts } from './deposit.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { pageTexts } from './page.texts.ts'
import type { Reader } from './reader.ts'

const { say } = depositTexts

export interface DepositPageData {
  readonly deployment: Deployment | undefined
  readonly isRelaying: boolean
}

/** Deposit without gas by the page's script, what is signed for it, and how to deposit without either. Without a script an explanation. */
export function depositPage(reader: Reader, { deployment, isRelaying }: DepositPageData): Html {
  const body = html`<div class="lede">
      <h1>${reader.say(say('title'))}</h1>
      <p>${reader.say(say('lede'))}</p>
    </div>
    <p class="banner">${reader.say(say('safety'))}</p>
    ${deployment === undefined ? html`<p>${reader.say(say('none'))}</p>` : ways(reader, deployment, isRelaying)}`
  const scripts = deployment !== undefined && isRelaying ? [ASSETS.deposit] : []
  return layout(reader, { title: say('title'), description: say('description'), body, scripts })
}

function ways(reader: Reader, deployment: Deployment, isRelaying: boolean): Html {
  return html`${isRelaying ? withoutGas(reader, deployment) : html`<p>${reader.say(say('off'))}</p>`}
    <div class="pair deposit-ways">${isRelaying && whatIsSigned(reader, deployment)} ${ownWallet(reader, deployment)}</div>`
}

function withoutGas(reader: Reader, { chainId }: Deployment): Html {
  return html`<section class="card deposit" aria-labelledby="deposit-free">
    <h2 id="deposit-free">${reader.say(say('freeTitle'))}</h2>
    <p>${reader.say(say('free'))}</p>
    <p>${reader.say(say('linkFirst'))} <code>wallet link 0x…</code></p>
    <noscript><p>${reader.say(say('noScript'))}</p></noscript>
    <div data-deposit data-chain="${chainId}" hidden>
      <div data-part="choose">
        <h3>${reader.say(say('choose'))}</h3>
        <ul class="wallets" data-wallets></ul>
      </div>
      <form data-part="amount" autocomplete="off" hidden>
        <dl class="figures">
          <div>
            <dt>${reader.say(say('account'))}</dt>
            <dd><code data-account></code></dd>
          </div>
          <div>
            <dt>${reader.say(say('inWallet'))}</dt>
            <dd><span data-balance></span> PoS</dd>
          </div>
        </dl>
        <label for="deposit-amount">${reader.say(say('amount'))}</label>
        <div class="entry">
          <input id="deposit-amount" name="amount" inputmode="decimal" maxlength="40" aria-describedby="deposit-hint" required />
          <button type="button" class="quiet" data-all>${reader.say(say('all'))}</button>
        </div>
        <p class="hint" id="deposit-hint">${reader.say(say('amountHint', { least: MIN_RELAYED, count: RELAYED_A_DAY }))}</p>
        <p class="entry">
          <button class="primary">${reader.say(say('sign'))}</button>
          <button type="button" class="quiet" data-other>${reader.say(say('otherWallet'))}</button>
        </p>
      </form>
      <div data-part="state" hidden>
        <h3>${reader.say(say('stages'))}</h3>
        <ol class="stages">
          ${(['sent', 'mined', 'credited'] as const).map((stage) => html`<li data-stage="${stage}">${reader.say(say(stage))}</li>`)}
        </ol>
        <p class="hint">${reader.say(say('transaction'))}: <code data-transaction></code></p>
        <p><button type="button" data-another hidden>${reader.say(say('another'))}</button></p>
      </div>
      <p class="notice" role="status" data-status></p>
      <p><button type="button" data-again hidden>${reader.say(say('again'))}</button></p>
      <template> ${scriptTexts(chainId).map(([name, text]) => html`<span data-text="${name}">${reader.plain(text)}</span>`)} </template>
    </div>
  </section>`
}

/** What the script says. A figure that only it knows stands as `%`. */
function scriptTexts(chainId: number): readonly (readonly [string, Text])[] {
  const number = String(chainId)
  return [
    ...(
      [
        ...(['browserWallet', 'searching', 'noWallet', 'askAccount', 'askSign', 'sending', 'rejected', 'walletBusy'] as const),
        ...(['wrongAccount', 'walletFailed', 'lost', 'stateSent', 'stateCredited', 'stateFailed', 'stateLater'] as const),
      ] as const
    ).map((name) => [name, say(name)] as const),
    ['askChain', say('askChain', { number })],
    ['chainMissing', say('chainMissing', { number })],
    ['chainOther', say('chainOther', { number })],
    ['stateMined', say('stateMined', { count: '%' })],
  ]
}

function whatIsSigned(reader: Reader, { vault }: Deployment): Html {
  const fields = [
    ['owner', say('signOwner')],
    ['spender', say('signSpender')],
    ['value', say('signValue')],
    ['nonce', say('signNonce')],
    ['deadline', say('signDeadline')],
  ] as const
  return html`<section class="card">
    <h2>${reader.say(say('signTitle'))}</h2>
    <p>${reader.say(say('signLede'))}</p>
    <dl class="addresses">
      ${fields.map(
        ([name, meaning]) =>
          html`<div>
            <dt><code>${name}</code></dt>
            <dd>${reader.say(meaning)} ${name === 'spender' && html`<code>${vault}</code>`}</dd>
          </div>`,
      )}
    </dl>
    <p>${reader.say(say('signElse'))}</p>
  </section>`
}

function ownWallet(reader: Reader, { token, vault, chainId }: Deployment): Html {
  return html`<section class="card">
    <h2>${reader.say(say('ownTitle'))}</h2>
    <p>${reader.say(say('ownLede'))}</p>
    <p>
      <strong>${reader.say(say('ownWarning'))}</strong>
    </p>
    <dl class="addresses">
      <div>
        <dt>${reader.say(pageTexts.say('token'))}</dt>
        <dd><code>${token}</code></dd>
      </div>
      <div>
        <dt>${reader.say(pageTexts.say('vault'))}</dt>
        <dd><code>${vault}</code></dd>
      </div>
    </dl>
    <p class="hint">${reader.say(pageTexts.say('chainNumber', { number: String(chainId) }))}</p>
  </section>`
}
