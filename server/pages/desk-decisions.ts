import type { GivenOpinion, PastDecision } from '../../core/review/desk.port.ts'
import { kindName } from '../../core/review/review-card.ts'
import { reviewTexts } from '../../core/review/review.texts.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Text } from '../../core/shared/text.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'
import { shownText } from './shown-text.ts'

const { say } = deskTexts

/** What panels came to, with who said what where that may be told. */
export function decisionList(reader: Reader, decisions: readonly PastDecision[]): Html | undefined {
  if (decisions.length === 0) return undefined
  return html`<section class="card" aria-labelledby="decisions">
    <h2 id="decisions">${reader.say(say('decisions'))}</h2>
    ${decisions.map(
      ({ kind, outcome, amount, decidedAt, reason, opinions }) =>
        html`<h3>
            ${reader.say(say('decisionOne', { kind: kindName(kind), outcome: outcomeText(outcome, amount), at: { at: decidedAt } }))}
          </h3>
          ${
            opinions.length === 0
              ? reason !== undefined && reason !== '' && html`<p>${shownText(reader, reason)}</p>`
              : html`<ul class="plainly">
                  ${opinions.map((given) => html`<li>${opinion(reader, given)}</li>`)}
                </ul>`
          }`,
    )}
  </section>`
}

function opinion(reader: Reader, { name, ...given }: GivenOpinion): Html {
  const { reason, duplicateOf, isVoided } = given
  return html`<bdi>${name}</bdi>: ${reader.say(verdictText(given))}
    ${duplicateOf !== undefined && reader.say(say('ofOriginal', { subject: duplicateOf }))}
    ${reason !== undefined && shownText(reader, reason)} ${isVoided && reader.say(say('voided'))}`
}

export function verdictText({ verdict, amount }: Pick<GivenOpinion, 'verdict' | 'amount'>): Text {
  const said = reviewTexts.say(`verdict_${verdict}`)
  return amount === undefined || amount === 0n ? said : say('cameTo', { outcome: said, amount })
}

export function outcomeText(outcome: PastDecision['outcome'], amount: bigint | undefined): Text {
  const came = reviewTexts.say(`outcome_${outcome ?? 'open'}`)
  return amount === undefined || amount === 0n ? sharedTexts.say('plain', { text: came }) : say('cameTo', { outcome: came, amount })
}
