import { signInTexts } from '../sign-in.texts.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

const { say } = signInTexts
const SCRIPT_TEXTS = [
  ...(['browserWallet', 'searching', 'noWallet', 'askAccount', 'askSign', 'sending'] as const),
  ...(['rejected', 'walletBusy', 'walletFailed', 'lost', 'linkNobody', 'linkNobodyNext'] as const),
]

/** Choosing a wallet and signing a text of ours, by the script `sign-text.js`. `at`: address of the routes `text` and `prove`; `csrf` of this browser. */
export function walletSigning(
  reader: Reader,
  { at, csrf, to, isAsking }: { at: string; csrf: string; to: string; isAsking: boolean },
): Html {
  return html`<noscript><p>${reader.say(say('noScript'))}</p></noscript>
    <div class="deposit" data-sign-text data-at="${at}" data-csrf="${csrf}" data-to="${to}" ${isAsking && html` data-asking`} hidden>
      <div data-part="choose">
        <h3>${reader.say(say('choose'))}</h3>
        <ul class="wallets" data-wallets></ul>
      </div>
      <div data-part="text" hidden>
        <h3>${reader.say(say('text'))}</h3>
        <pre class="verbatim" tabindex="0"><code data-message></code></pre>
      </div>
      <p class="notice" role="status" data-status></p>
      <template>${SCRIPT_TEXTS.map((name) => html`<span data-text="${name}">${reader.plain(say(name))}</span>`)}</template>
    </div>`
}
