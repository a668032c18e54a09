import { z } from 'zod'
import { campaignCode } from '../forms/form-definition.ts'
import { requireMember } from '../identity/find-member.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField, memberField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { requireTeam } from './campaign-access.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignTexts } from './campaign.texts.ts'
import { MAX_TEAM } from './campaign.types.ts'

const { say } = campaignTexts
const input = z.object({ campaign: codeField(say('campaign'), 'CMP', 'campaign'), member: memberField(say('member')) })

interface Changed {
  readonly campaign: string
  readonly name: string
  readonly changed: boolean
}

export const campaignTeamCommand = defineCommand({
  name: ['campaign', 'team'],
  summary: say('teamSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, port }: Run<CampaignPort>, { campaign: number, member }): Promise<Outcome<Changed>> {
    const found = await requireTeam(port, actor, number)
    if (!found.ok) return found
    const other = await requireMember(port.findMember, actor.account.platform, member)
    if (!other.ok) return other
    const joined = await port.join(number, other.result.memberId, MAX_TEAM)
    if (joined === 'full')
      return refuse({ code: 'campaign.full', kind: 'limited', reason: say('full', { max: MAX_TEAM }), nextStep: say('fullNext') })
    return done({ campaign: campaignCode(number), name: other.result.name, changed: joined === 'joined' })
  },
  render: ({ campaign, name, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'joined' : 'wasIn', { campaign, name })],
  }),
})

export const campaignLeaveCommand = defineCommand({
  name: ['campaign', 'leave'],
  summary: say('leaveSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, port }: Run<CampaignPort>, { campaign: number, member }): Promise<Outcome<Changed>> {
    const found = await requireTeam(port, actor, number)
    if (!found.ok) return found
    const other = await requireMember(port.findMember, actor.account.platform, member)
    if (!other.ok) return other
    const campaign = campaignCode(number)
    const left = await port.leave(number, other.result.memberId)
    if (left === 'last')
      return refuse({ code: 'campaign.last', kind: 'conflict', reason: say('last', { campaign }), nextStep: say('lastNext') })
    return done({ campaign, name: other.result.name, changed: left === 'left' })
  },
  render: ({ campaign, name, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'left' : 'wasOut', { campaign, name })],
  }),
})
