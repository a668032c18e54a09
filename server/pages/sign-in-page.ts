import type { SignInWays } from '../../core/identity/sign-in.port.ts'
import type { Persona } from '../../core/shared/persona.ts'
import { signInTexts } from '../sign-in.texts.ts'
import { ASSETS } from './assets.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { Reader } from './reader.ts'
import { sandboxTexts } from './sandbox.texts.ts'
import { wayName } from './way-name.ts'
import { walletSigning } from './wallet-signing.ts'

const { say } = signInTexts

export interface SignInPageData {
  /** Where to go afterwards, a path of ours. */
  readonly to: string
  /** Of this browser. */
  readonly csrf: string
  /** None where the sandbox is off. */
  readonly personas: readonly Persona[]
  readonly ways: SignInWays
}

/** The ways to sign in that the configuration offers. */
export function signInPage(reader: Reader, { to, csrf, personas, ways }: SignInPageData): Html {
  const query = `?to=${encodeURIComponent(to)}`
  const body = html`<div class="lede">
      <h1>${reader.say(say('title'))}</h1>
      <p>${reader.say(say('lede'))}</p>
    </div>
    <p class="banner">${reader.say(say('safety'))}</p>
    <div class="pair deposit-ways">
      ${ways.discord !== undefined && elsewhere(reader, 'discord', `/signin/discord${query}`)}
      ${ways.telegram !== undefined && telegram(reader, query, { csrf, to })}
      ${personas.length > 0 && personaChoice(reader, personas, { csrf, to })}
      <section class="card" aria-labelledby="by-wallet">
        <h2 id="by-wallet">${reader.say(say('wallet'))}</h2>
        <p>${reader.say(say('walletHint'))}</p>
        ${walletSigning(reader, { at: '/signin/wallet', csrf, to, isAsking: false })}
      </section>
    </div>`
  const scripts = [ASSETS.signText, ...(ways.telegram === undefined ? [] : [ASSETS.telegramSignIn])]
  return layout(reader, { title: say('title'), description: say('description'), body, section: 'account', scripts })
}

/** A link, no form: the browser would hold a form to this site, and the way leads elsewhere. */
function elsewhere(reader: Reader, way: 'discord' | 'telegram', href: string, more?: Html): Html {
  return html`<section class="card" aria-labelledby="by-${way}">
    <h2 id="by-${way}">${reader.say(wayName(way))}</h2>
    <p>${reader.say(say(`${way}Hint`))}</p>
    <p><a class="button" href="${href}">${reader.say(say(way))}</a></p>
    ${more}
  </section>`
}

function telegram(reader: Reader, query: string, { csrf, to }: { csrf: string; to: string }): Html {
  const texts = [
    ['checking', reader.plain(say('telegramChecking'))],
    ['as', reader.plain(say('telegramAs', { name: '%' }))],
    ['lost', reader.plain(say('lost'))],
  ] as const
  const script = html`<div data-telegram data-csrf="${csrf}" data-to="${to}" hidden>
    <p><button type="button" class="primary" data-continue hidden></button></p>
    <p class="notice" role="status" data-status></p>
    <template>${texts.map(([name, text]) => html`<span data-text="${name}">${text}</span>`)}</template>
  </div>`
  return elsewhere(reader, 'telegram', `/signin/telegram${query}`, script)
}

function personaChoice(reader: Reader, personas: readonly Persona[], { csrf, to }: { csrf: string; to: string }): Html {
  return html`<section class="card" aria-labelledby="by-persona">
    <h2 id="by-persona">${reader.say(say('persona'))}</h2>
    <p>${reader.say(say('personaHint'))}</p>
    <form method="post" action="/signin/persona" class="entry">
      <input type="hidden" name="csrf" value="${csrf}" /><input type="hidden" name="to" value="${to}" />
      ${personas.map(
        ({ id, name, role }) =>
          html`<button name="persona" value="${id}">${name} · ${reader.say(sandboxTexts.say(`role_${role}`))}</button>`,
      )}
    </form>
  </section>`
}
