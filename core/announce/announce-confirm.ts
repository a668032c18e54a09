import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { noBroadcast, noReach, reachOf } from './announce-send.ts'
import type { BroadcastPort } from './announce.port.ts'
import { announceTexts } from './announce.texts.ts'
import { broadcastCode } from './announce.types.ts'

const { say } = announceTexts

export const announceConfirmCommand = defineCommand({
  name: ['announce', 'confirm'],
  summary: say('confirmSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({ broadcast: codeField(say('broadcast'), 'BC', 'draft') }),
  async run({ now, port }: Run<BroadcastPort>, { broadcast: number }): Promise<Outcome<{ code: string; chats: number }>> {
    const broadcast = await port.findBroadcast(number)
    if (broadcast === undefined) return noBroadcast(number)
    const chats = await reachOf(port, broadcast.topic)
    if (chats === 0) return { ok: false, refusal: noReach(broadcast.topic) }
    const code = broadcastCode(number)
    if (await port.confirm(broadcast, now)) return done({ code, chats })
    return refuse({
      code: 'announce.sent_before',
      kind: 'conflict',
      reason: say('sentBefore', { code }),
      nextStep: say('sentBeforeNext', { code }),
    })
  },
  render: ({ code, chats }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('sent', { code, count: chats }), say('sentBeforeNext', { code })],
  }),
})
