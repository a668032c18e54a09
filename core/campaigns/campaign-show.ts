import { z } from 'zod'
import { campaignCode, formCode } from '../forms/form-definition.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { listText } from '../shared/list-text.ts'
import { requireCampaign } from './campaign-access.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignTexts } from './campaign.texts.ts'
import type { Campaign } from './campaign.types.ts'

const { say } = campaignTexts

export const campaignShowCommand = defineCommand({
  name: ['campaign', 'show'],
  summary: say('showSummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({ campaign: codeField(say('campaign'), 'CMP', 'campaign') }),
  run: ({ port }: Run<CampaignPort>, { campaign }) => requireCampaign(port.find(campaign), campaign),
  render: (campaign) => ({
    audience: 'public',
    tone: 'info',
    title: say('showTitle', { campaign: campaignCode(campaign.number), title: campaign.title }),
    lines: [...campaign.summary.split('\n').map((text) => sharedTexts.say('plain', { text })), say('showPays')],
    fields: campaignFields(campaign),
    buttons:
      campaign.state === 'approved'
        ? [
            {
              label: say('buttonTakePart'),
              command: 'form fill',
              input: { form: formCode(campaign.form) },
              allowed: 'anyone',
              style: 'primary',
            },
          ]
        : [],
  }),
})

function campaignFields(campaign: Campaign): NonNullable<Reply['fields']> {
  const { state, budget, granted, sent, inReview, team, form } = campaign
  return [
    { label: say('fieldState'), value: say(`state_${state}`) },
    ...termFields(campaign),
    { label: say('fieldLeft'), value: budget - granted },
    { label: say('fieldSent'), value: say('sent', { sent, waiting: inReview }) },
    { label: say('fieldTeam'), value: listText(team.map(({ name }) => name)) },
    { label: say('fieldForm'), value: formCode(form) },
  ]
}

function termFields({ startsAt, endsAt, lowest, highest, budget }: Campaign): NonNullable<Reply['fields']> {
  return [
    { label: say('fieldDates'), value: say('dates', { start: { at: startsAt }, end: { at: endsAt } }) },
    { label: say('fieldReward'), value: lowest === highest ? lowest : say('range', { lowest, highest }) },
    { label: say('fieldBudget'), value: budget },
  ]
}

/** What a panel reads of a proposal. */
export function proposalAnswers(campaign: Campaign): NonNullable<Reply['fields']> {
  return [
    { label: say('fieldSummary'), value: campaign.summary },
    ...termFields(campaign),
    { label: say('fieldTeam'), value: listText(campaign.team.map(({ name }) => name)) },
    { label: say('fieldForm'), value: formCode(campaign.form) },
  ]
}
