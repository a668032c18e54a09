import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { signalLines } from './hold-lines.ts'
import type { HoldPort } from './hold.port.ts'
import { holdTexts } from './hold.texts.ts'

const { say } = holdTexts

export const holdStatusCommand = defineCommand({
  name: ['hold', 'status'],
  summary: say('statusSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<HoldPort>) => done(await port.holdOf(actor.memberId)),
  render: (hold) =>
    hold === undefined
      ? { audience: 'private', tone: 'info', lines: [say('statusNone')] }
      : {
          audience: 'private',
          tone: 'info',
          lines: [
            ...(hold.reason === undefined
              ? [say('statusOpen', { at: { at: hold.openedAt } })]
              : [say('statusBlocked', { at: { at: hold.openedAt }, reason: hold.reason }), say('statusKept')]),
            ...(hold.signals.length === 0 ? [] : [...signalLines(hold, 'member'), say('showSignals')]),
            say(hold.appeal === undefined ? 'statusNext' : 'statusAppealed'),
          ],
        },
})
