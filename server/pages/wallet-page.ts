import type { WebSession } from '../authenticate.ts'
import { signInTexts } from '../sign-in.texts.ts'
import { ASSETS } from './assets.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { Reader } from './reader.ts'
import { walletSigning } from './wallet-signing.ts'

const { say } = signInTexts

/** Linking a wallet: for whom the token in the fragment stands, or for who is signed in. The script asks which. */
export function walletPage(reader: Reader, session: WebSession | undefined): Html {
  const body = html`<div class="lede">
      <h1>${reader.say(say('linkTitle'))}</h1>
      <p>${reader.say(say('linkLede'))}</p>
    </div>
    <p class="banner">${reader.say(say('linkSafety'))}</p>
    <section class="card">
      <p data-whose></p>
      <p>${reader.say(say('linkChange'))}</p>
      ${walletSigning(reader, { at: '/wallet/link', csrf: session?.csrf ?? '', to: '/account', isAsking: true })}
      ${session === undefined && html`<p data-unknown><a class="button" href="/signin?to=%2Fwallet%2Flink">${reader.say(say('linkSignIn'))}</a></p>`}
    </section>`
  return layout(reader, {
    title: say('linkTitle'),
    description: say('linkDescription'),
    body,
    section: 'account',
    scripts: [ASSETS.signText],
  })
}
