import { campaignCode } from '../forms/form-definition.ts'
import type { Actor } from '../shared/actor.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignTexts } from './campaign.texts.ts'
import type { Campaign, CampaignState } from './campaign.types.ts'

const { say } = campaignTexts
const OVER: readonly CampaignState[] = ['rejected', 'withdrawn', 'ended']

export async function requireCampaign(found: Promise<Campaign | undefined>, number: number): Promise<Outcome<Campaign>> {
  const campaign = await found
  if (campaign !== undefined) return done(campaign)
  return refuse({
    code: 'campaign.none',
    kind: 'not_found',
    reason: say('none', { campaign: campaignCode(number) }),
    nextStep: say('noneNext'),
    field: 'campaign',
  })
}

/** The campaign, locked, for somebody of its team; the committee's chair may act for every team. Not one that is over. */
export async function requireTeam(port: CampaignPort, actor: Actor, number: number): Promise<Outcome<Campaign>> {
  const found = await requireCampaign(port.lock(number), number)
  if (!found.ok) return found
  const campaign = campaignCode(number)
  const mayAct = actor.roles.has('chair') || actor.roles.has('operator') || (await port.isOfTeam(number, actor.memberId))
  if (!mayAct)
    return refuse({ code: 'campaign.not_team', kind: 'forbidden', reason: say('notTeam', { campaign }), nextStep: say('notTeamNext') })
  const { state } = found.result
  if (!OVER.includes(state)) return found
  return refuse({
    code: 'campaign.over',
    kind: 'gone',
    reason: say('over', { campaign, state: say(`state_${state}`) }),
    nextStep: say('overNext'),
  })
}
