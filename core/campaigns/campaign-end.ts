import { z } from 'zod'
import { campaignCode } from '../forms/form-definition.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { requireTeam } from './campaign-access.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignTexts } from './campaign.texts.ts'

const { say } = campaignTexts

export const campaignEndCommand = defineCommand({
  name: ['campaign', 'end'],
  summary: say('endSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ campaign: codeField(say('campaign'), 'CMP', 'campaign') }),
  async run({ actor, now, port }: Run<CampaignPort>, { campaign: number }): Promise<Outcome<{ number: number; wasRunning: boolean }>> {
    const found = await requireTeam(port, actor, number)
    if (!found.ok) return found
    const wasRunning = found.result.state === 'approved'
    await port.end(found.result, wasRunning ? 'ended' : 'withdrawn', now)
    return done({ number, wasRunning })
  },
  render: ({ number, wasRunning }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(wasRunning ? 'ended' : 'withdrawn', { campaign: campaignCode(number) })],
  }),
})
