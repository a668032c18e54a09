import { z } from 'zod'
import { campaignCode } from '../forms/form-definition.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignTexts } from './campaign.texts.ts'

const { say } = campaignTexts
const MOST_SHOWN = 15

export const campaignListCommand = defineCommand({
  name: ['campaign', 'list'],
  summary: say('listSummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ port }: Run<CampaignPort>) => done(await port.list(['approved', 'proposed'], MOST_SHOWN)),
  render: ({ shown, more }) =>
    shown.length === 0
      ? { audience: 'public', tone: 'info', title: say('listTitle'), lines: [say('listNone'), say('listNext')] }
      : {
          audience: 'public',
          tone: 'info',
          title: say('listTitle'),
          lines: [...(more === 0 ? [] : [say('listMore', { count: more })]), say('listNext')],
          table: {
            header: [say('columnCampaign'), say('columnTitle'), say('columnState'), say('columnEnd'), say('columnLeft')],
            rows: shown.map(({ number, title, state, endsAt, budget, granted }) => [
              campaignCode(number),
              title,
              say(`state_${state}`),
              { at: endsAt },
              budget - granted,
            ]),
          },
          choices: [
            {
              label: say('chooseShow'),
              command: 'campaign show',
              field: 'campaign',
              input: {},
              allowed: 'anyone',
              options: shown.map(({ number, title }) => ({
                label: say('showTitle', { campaign: campaignCode(number), title }),
                value: campaignCode(number),
                hint: sharedTexts.say('plain', { text: title }),
              })),
            },
          ],
        },
})
