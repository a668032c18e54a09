import { z } from 'zod'
import { campaignCode, formCode } from '../forms/form-definition.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { listText } from '../shared/list-text.ts'
import { requireCampaign } from './campaign-access.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignTexts } from './campaign.texts.ts'

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
    fields: [
      { label: say('fieldState'), value: say(`state_${campaign.state}`) },
      { label: say('fieldDates'), value: say('dates', { start: { at: campaign.startsAt }, end: { at: campaign.endsAt } }) },
      {
        label: say('fieldReward'),
        value:
          campaign.lowest === campaign.highest ? campaign.lowest : say('range', { lowest: campaign.lowest, highest: campaign.highest }),
      },
      { label: say('fieldBudget'), value: campaign.budget },
      { label: say('fieldLeft'), value: campaign.budget - campaign.granted },
      { label: say('fieldSent'), value: say('sent', { sent: campaign.sent, waiting: campaign.inReview }) },
      { label: say('fieldTeam'), value: listText(campaign.team.map(({ name }) => name)) },
      { label: say('fieldForm'), value: formCode(campaign.form) },
    ],
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
