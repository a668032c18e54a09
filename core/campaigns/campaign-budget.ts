import { z } from 'zod'
import { campaignCode } from '../forms/form-definition.ts'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, codeField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { requireCampaign } from './campaign-access.ts'
import type { CampaignPort } from './campaign.port.ts'
import { isOverRelease } from './campaign.rules.ts'
import { campaignTexts } from './campaign.texts.ts'

const { say } = campaignTexts

/** Not by its own team: it would grant itself more than the committee has approved. */
export const campaignBudgetCommand = defineCommand({
  name: ['campaign', 'budget'],
  summary: say('budgetSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input: z.object({ campaign: codeField(say('campaign'), 'CMP', 'campaign'), budget: amountField(say('budget')) }),
  async run({ actor, now, port }: Run<CampaignPort>, { campaign: number, budget }): Promise<Outcome<{ campaign: string; budget: Amount }>> {
    const found = await requireCampaign(port.lock(number), number)
    if (!found.ok) return found
    const campaign = campaignCode(number)
    if (found.result.state !== 'approved')
      return refuse({
        code: 'campaign.not_running',
        kind: 'conflict',
        reason: say('notRunning', { campaign }),
        nextStep: say('notRunningNext'),
      })
    if (await port.isOfTeam(number, actor.memberId))
      return refuse({
        code: 'campaign.own_budget',
        kind: 'forbidden',
        reason: say('ownBudget', { campaign }),
        nextStep: say('ownBudgetNext'),
      })
    if (isOverRelease({ ...found.result, budget }, port.genesis, now))
      return refuse({
        code: 'campaign.over_release',
        kind: 'invalid',
        reason: say('problem_over_release'),
        nextStep: say('problem_over_releaseNext'),
        field: 'budget',
      })
    if (await port.setBudget(number, budget)) return done({ campaign, budget })
    return refuse({
      code: 'campaign.below_granted',
      kind: 'conflict',
      reason: say('belowGranted', { granted: found.result.granted, budget }),
      nextStep: say('belowGrantedNext'),
      field: 'budget',
    })
  },
  render: ({ campaign, budget }) => ({ audience: 'private', tone: 'done', lines: [say('budgetSet', { campaign, budget })] }),
})
