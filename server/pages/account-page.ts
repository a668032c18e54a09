import type { AccountView } from '../../core/identity/account.port.ts'
import type { Session } from '../../core/identity/session.port.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { signInTexts } from '../sign-in.texts.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { timeHtml, type Reader } from './reader.ts'
import { wayName } from './way-name.ts'

const { say } = signInTexts

export interface AccountPageData {
  readonly session: WebSession
  readonly view: AccountView
  /** Those of all chat accounts of the member. */
  readonly sessions: readonly Session[]
  /** What a form on this page did. */
  readonly answer?: Html
}

/** Who is signed in: roles, chat accounts, wallet, and where else the member is signed in. */
export function accountPage(reader: Reader, data: AccountPageData): Html {
  const { session, answer } = data
  const { actor } = session
  const roles = [...actor.roles].filter((role) => role !== 'member')
  const body = html`<div class="lede">
      <h1>${reader.say(say('account'))}</h1>
      <p>${reader.say(say('accountLede', { name: actor.name }))}</p>
    </div>
    ${answer}
    <div class="pair">
      <section class="card">
        <h2>${reader.say(say('accounts'))}</h2>
        <ul>
          ${data.view.accounts.map(
            ({ platform, userId, name, handle }) =>
              html`<li>
                ${reader.say(wayName(platform))}: ${name} ${handle !== undefined && html`<code>@${handle}</code>`}
                ${platform === session.account.platform && userId === session.account.userId && html`<small>(${reader.say(say('thisOne'))})</small>`}
              </li>`,
          )}
        </ul>
        <h3>${reader.say(say('roles'))}</h3>
        <p>
          ${roles.length === 0 ? reader.say(say('noRoles')) : roles.map((role, index) => html`${index > 0 && ' · '}${reader.say(sharedTexts.say(`role_${role}`))}`)}
        </p>
        <form method="post" action="/account/sign-out">
          ${formSecrets(session)}
          <p><button class="primary">${reader.say(say('signOut'))}</button></p>
        </form>
      </section>
      ${walletCard(reader, data)}
    </div>
    ${sessionsTable(reader, data)}`
  return layout(reader, { title: say('account'), body, section: 'account' })
}

function walletCard(reader: Reader, { session, view: { wallet } }: AccountPageData): Html {
  if (wallet === undefined)
    return html`<section class="card">
      <h2>${reader.say(say('walletTitle'))}</h2>
      <p>${reader.say(say('walletNone'))}</p>
      <p><a class="button" href="/wallet/link">${reader.say(say('walletLink'))}</a></p>
    </section>`
  return html`<section class="card">
    <h2>${reader.say(say('walletTitle'))}</h2>
    <p><code>${wallet.address}</code></p>
    ${wallet.payoutFrom > wallet.linkedAt && html`<p>${reader.say(say('walletFrom', { at: { at: wallet.payoutFrom } }))}</p>`}
    <form method="post" action="/account/wallet/unlink">
      ${formSecrets(session)}
      <p><button>${reader.say(say('walletUnlink'))}</button></p>
    </form>
  </section>`
}

function sessionsTable(reader: Reader, { session, sessions }: AccountPageData): Html {
  const title = say('sessions')
  return html`<h2>${reader.say(title)}</h2>
    <p>${reader.say(say('sessionsHint'))}</p>
    <div class="scroll" tabindex="0" role="group" aria-label="${reader.plain(title)}">
      <table>
        <thead>
          <tr>
            ${(['way', 'since', 'seen'] as const).map((name) => html`<th scope="col">${reader.say(say(name))}</th>`)}
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${sessions.map(
            (each) =>
              html`<tr>
                <th scope="row">${reader.say(wayName(each.way))}</th>
                <td>${timeHtml(each.createdAt, reader.language)}</td>
                <td>${timeHtml(each.lastSeenAt, reader.language)}</td>
                <td>
                  ${
                    each.id === session.id
                      ? reader.say(say('thisSession'))
                      : html`<form method="post" action="/account/sessions/end">
                          ${formSecrets(session)}<input type="hidden" name="session" value="${each.id}" /><button>
                            ${reader.say(say('endOne'))}
                          </button>
                        </form>`
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      sessions.length > 1 &&
      html`<form method="post" action="/account/sessions/end-others">
        ${formSecrets(session)}
        <p><button>${reader.say(say('endOthers'))}</button></p>
      </form>`
    }`
}
