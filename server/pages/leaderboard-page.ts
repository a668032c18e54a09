import type { LeaderboardRow } from '../../core/economy/economy.types.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { pageTexts } from './page.texts.ts'
import { figure, type Reader } from './reader.ts'

const { say } = pageTexts

/** Members by what they earned in all time. Names are members' own: everything is escaped, and turning signs stay inside the name. */
export function leaderboardPage(reader: Reader, rows: readonly LeaderboardRow[]): Html {
  const title = say('leaderboardTitle')
  const body = html`<div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say('leaderboardLede'))}</p>
    </div>
    ${rows.length === 0 ? nobody(reader) : table(reader, rows)}`
  return layout(reader, { title, description: say('leaderboardLede'), section: 'leaderboard', body })
}

function nobody(reader: Reader): Html {
  return html`<p class="card">
    ${reader.say(say('leaderboardNone'))} ${reader.hasSandbox && html`<a href="/sandbox">${reader.say(say('leaderboardTry'))}</a>`}
  </p>`
}

function table(reader: Reader, rows: readonly LeaderboardRow[]): Html {
  const best = rows[0]!.earned
  const share = (earned: bigint) => String(best === 0n ? 0n : (earned * 1_000n) / best)
  return html`<table class="ranks">
      <thead>
        <tr>
          <th scope="col">${reader.say(say('rank'))}</th>
          <th scope="col">${reader.say(say('member'))}</th>
          <th scope="col" class="number">${reader.say(say('earned'))}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ rank, name, earned }) =>
            html`<tr>
              <td class="rank">${rank}</td>
              <th scope="row">
                <bdi>${name}</bdi>
                <svg class="share" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="part-circulating" width="${share(earned)}" height="6" />
                </svg>
              </th>
              <td class="number">${figure(earned)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="unit">${reader.say(say('unit'))}</p>`
}
