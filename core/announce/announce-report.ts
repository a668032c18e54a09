import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { noBroadcast } from './announce-send.ts'
import type { BroadcastPort } from './announce.port.ts'
import { announceTexts } from './announce.texts.ts'
import { broadcastCode, type DeliveryReport } from './announce.types.ts'
import { troubleTable } from './trouble-table.ts'

const { say } = announceTexts
const MOST_SHOWN = 15

export const announceReportCommand = defineCommand({
  name: ['announce', 'report'],
  summary: say('reportSummary'),
  access: 'operator',
  effect: 'read',
  audience: 'private',
  input: z.object({ broadcast: codeField(say('broadcast'), 'BC', 'broadcast') }),
  async run({ port }: Run<BroadcastPort>, { broadcast: number }): Promise<Outcome<DeliveryReport & { code: string }>> {
    const broadcast = await port.findBroadcast(number)
    if (broadcast === undefined) return noBroadcast(number)
    const code = broadcastCode(number)
    if (broadcast.sentAt === undefined)
      return refuse({
        code: 'announce.not_sent',
        kind: 'conflict',
        reason: say('notSent', { code }),
        nextStep: say('notSentNext', { code }),
      })
    return done({ code, ...(await port.report(number, MOST_SHOWN)) })
  },
  render: ({ code, delivered, waiting, failed, unknown, troubles }) => ({
    audience: 'private',
    tone: failed + unknown === 0 ? 'info' : 'fault',
    title: say('reportTitle', { code }),
    lines: [],
    fields: [
      { label: say('fieldDelivered'), value: delivered },
      { label: say('fieldWaiting'), value: waiting },
      { label: say('fieldFailed'), value: failed },
      { label: say('fieldUnknown'), value: unknown },
    ],
    ...troubleTable(troubles),
  }),
})
