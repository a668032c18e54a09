import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { SnoozePort } from './inbox.port.ts'
import { inboxTexts } from './inbox.texts.ts'
import { readSpan } from './read-span.ts'

const { say } = inboxTexts
/** A night. */
const USUAL = '8h'

export const snoozeCommand = defineCommand({
  name: ['snooze'],
  summary: say('snoozeSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ for: textField(say('for'), { max: 20 }).optional() }),
  async run({ actor, now, port }: Run<SnoozePort>, { for: typed = USUAL }): Promise<Outcome<{ until: Instant | undefined }>> {
    const span = readSpan(typed)
    if (span === 'unreadable')
      return refuse({ code: 'snooze.span', kind: 'invalid', reason: say('badSpan'), nextStep: say('badSpanNext'), field: 'for' })
    const until = span === 'off' ? undefined : now + span
    await port.snooze(actor.memberId, until)
    return done({ until })
  },
  render: ({ until }) => ({
    audience: 'private',
    tone: 'done',
    lines: until === undefined ? [say('snoozeOff')] : [say('snoozed', { until: { at: until } }), say('snoozeStop')],
  }),
})
