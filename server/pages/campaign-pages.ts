import { campaignTexts } from '../../core/campaigns/campaign.texts.ts'
import type { Campaign } from '../../core/campaigns/campaign.types.ts'
import { campaignCode } from '../../core/forms/form-definition.ts'
import { listText } from '../../core/shared/list-text.ts'
import { exactAmount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Text } from '../../core/shared/text.ts'
import { formSecrets, type WebSession } from '../authenticate.ts'
import { pairs } from './form-pages.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { areaText, html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { Reader } from './reader.ts'

const { say } = formPageTexts

/** Campaigns that run, then those that are proposed. For everybody. */
export function campaignsPage(reader: Reader, { shown, more }: { readonly shown: readonly Campaign[]; readonly more: number }): Html {
  const title = say('campaignsTitle')
  const part = (heading: Text, state: Campaign['state']): Html | false => {
    const found = shown.filter((campaign) => campaign.state === state)
    return (
      found.length > 0 &&
      html`<section class="card">
        <h2>${reader.say(heading)}</h2>
        <ul class="lines">
          ${found.map((campaign) => line(reader, campaign))}
        </ul>
      </section>`
    )
  }
  const body = html`<div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say('campaignsLede'))}</p>
      <p><a class="button" href="/campaigns/propose">${reader.say(say('proposeTitle'))}</a></p>
    </div>
    ${shown.length === 0 && html`<p class="card">${reader.say(say('campaignsNone'))}</p>`} ${part(say('runningTitle'), 'approved')}
    ${part(say('proposedTitle'), 'proposed')} ${more > 0 && html`<p>${reader.say(say('campaignsMore', { count: more }))}</p>`}`
  return layout(reader, { title, description: say('campaignsLede'), body, section: 'campaigns' })
}

function line(reader: Reader, campaign: Campaign): Html {
  const { number, title, endsAt } = campaign
  return html`<li>
    <h3>
      <a href="/campaigns/${number}"><bdi>${title}</bdi></a> <small class="hint">${campaignCode(number)}</small>
    </h3>
    ${budgetBar(reader, campaign)}
    <p class="hint">${reader.say(say('until', { at: { at: endsAt } }))}</p>
  </li>`
}

/** What is granted of the budget; the words say the same. */
function budgetBar(reader: Reader, { budget, granted }: Campaign): Html {
  const share = budget === 0n ? 0n : (granted * 1_000n) / budget
  return html`<svg class="budget-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="part-unreleased" width="1000" height="10" />
      <rect class="part-circulating" width="${String(share)}" height="10" />
    </svg>
    <p>${reader.say(say('budgetLeft', { left: budget - granted, budget }))}</p>`
}

/** One campaign: its terms, budget, team and state. For everybody. @param mayChange the reader may change its proposal */
export function campaignPage(reader: Reader, campaign: Campaign, mayChange: boolean): Html {
  const { number, title, summary, state, startsAt, endsAt, lowest, highest, sent, inReview, team, form } = campaign
  const own = campaignTexts.say
  const shown = [
    { label: own('fieldState'), value: own(`state_${state}`) },
    { label: own('fieldDates'), value: own('dates', { start: { at: startsAt }, end: { at: endsAt } }) },
    { label: own('fieldReward'), value: lowest === highest ? lowest : own('range', { lowest, highest }) },
    { label: own('fieldSent'), value: own('sent', { sent, waiting: inReview }) },
    { label: own('fieldTeam'), value: listText(team.map(({ name }) => name)) },
  ]
  const body = html`<p class="crumb"><a href="/campaigns">${reader.say(say('toCampaigns'))}</a></p>
    <div class="lede">
      <h1><bdi>${title}</bdi> <span class="badge ${state === 'approved' && 'open'}">${reader.say(own(`state_${state}`))}</span></h1>
      ${summary.split('\n').map((text) => html`<p>${text}</p>`)}
    </div>
    <section class="card">
      ${budgetBar(reader, campaign)} ${pairs(reader, shown)}
      <p class="hint">${reader.say(own('showPays'))}</p>
      ${state === 'approved' && html`<p><a class="button" href="/forms/${form}">${reader.say(say('takePart'))}</a></p>`}
      ${mayChange && html`<p><a class="button" href="/campaigns/${number}/edit">${reader.say(changeTitle(state))}</a></p>`}
    </section>`
  const named = sharedTexts.say('plain', { text: title })
  return layout(reader, {
    title: named,
    description: sharedTexts.say('plain', { text: summary.slice(0, 200) }),
    body,
    section: 'campaigns',
  })
}

export const PROPOSAL_FIELDS = ['title', 'summary', 'budget', 'reward', 'most', 'start', 'end'] as const
export type ProposalField = (typeof PROPOSAL_FIELDS)[number]
export type Proposal = Readonly<Record<ProposalField, string>>

const changeTitle = (state: Campaign['state']): Text => say(state === 'returned' ? 'changeReturned' : 'changeProposal')

/** Whether a proposal may still be changed. */
export const isChangeable = ({ state }: Campaign): boolean => state === 'proposed' || state === 'returned'

/** A proposal as its team would type it, with times in the zone of who changes it. */
export function proposalOf({ title, summary, budget, lowest, highest, startsAt, endsAt }: Campaign, timeZone: string): Proposal {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const wall = (at: Instant) => format.format(at)
  const most = lowest === highest ? '' : exactAmount(highest)
  return { title, summary, budget: exactAmount(budget), reward: exactAmount(lowest), most, start: wall(startsAt), end: wall(endsAt) }
}

const HINTS = {
  title: 'proposeTitleHint',
  summary: 'proposeSummaryHint',
  budget: 'proposeAmountHint',
  reward: 'proposeAmountHint',
  most: 'proposeMostHint',
  start: 'proposeStartHint',
} as const

export interface ProposePageData {
  readonly session: WebSession
  /** The campaign whose proposal is changed; undefined for a new one. */
  readonly of?: Campaign | undefined
  /** What was typed; empty at first. */
  readonly typed: Proposal
  /** What the command answered, and the field that it asks for again. */
  readonly refused?: { readonly said: Html; readonly field: string | undefined }
}

/** A proposal, with everything that was typed when it was refused. */
export function proposePage(reader: Reader, { session, of, typed, refused }: ProposePageData): Html {
  const title = of === undefined ? say('proposeTitle') : changeTitle(of.state)
  const lede = of === undefined ? 'proposeLede' : of.state === 'returned' ? 'changeReturnedLede' : 'changeLede'
  const back =
    of === undefined ? { href: '/campaigns', label: say('toCampaigns') } : { href: `/campaigns/${of.number}`, label: say('toCampaign') }
  const body = html`<p class="crumb"><a href="${back.href}">${reader.say(back.label)}</a></p>
    <div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say(lede))}</p>
      ${of !== undefined && html`<p>${reader.say(say('changeForm'))}</p>`}
    </div>
    ${refused?.said}
    <form class="card sheet" method="post" action="${of === undefined ? '/campaigns/propose' : `/campaigns/${of.number}/edit`}">
      ${formSecrets(session)}
      ${PROPOSAL_FIELDS.map((name) => {
        const isWrong = refused?.field === name
        const isOptional = name === 'most' || name === 'start'
        const common = html` id="${name}" name="${name}" aria-describedby="${isWrong && 'said '}${name}-hint"
        ${isWrong && html` aria-invalid="true"`} ${!isOptional && html` aria-required="true"`}`
        return html`<div class="question entry">
          <label for="${name}"
            >${reader.say(campaignTexts.say(name))}${isOptional && html` <small>${reader.say(say('optional'))}</small>`}</label
          >
          <p class="hint" id="${name}-hint">
            ${reader.say(name === 'end' ? say('proposeEndHint', { zone: session.actor.timeZone }) : say(HINTS[name]))}
          </p>
          ${
            name === 'summary'
              ? html`<textarea rows="6" ${common}>${areaText(typed[name])}</textarea>`
              : html`<input type="text" autocomplete="off" value="${typed[name]}" ${common} />`
          }
        </div>`
      })}
      <p><button class="primary">${reader.say(say(of === undefined ? 'propose' : 'sendAgain'))}</button></p>
    </form>`
  return layout(reader, { title, body, section: 'campaigns' })
}

/** After a proposal went well. @param isChange of one that was there before */
export function proposedPage(reader: Reader, said: Html, isChange: boolean): Html {
  const title = say(isChange ? 'sentAgainTitle' : 'proposedTitleDone')
  const body = html`<h1>${reader.say(title)}</h1>
    ${said}
    <p><a class="button" href="/campaigns">${reader.say(say('toCampaigns'))}</a></p>`
  return layout(reader, { title, body, section: 'campaigns' })
}
