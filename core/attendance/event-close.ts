import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { EventClosePort } from './attendance.port.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode, type Event } from './attendance.types.ts'
import { requireOwnEvent } from './event-access.ts'

const { say } = attendanceTexts

export const eventCloseCommand = defineCommand({
  name: ['event', 'close'],
  summary: say('closeSummary'),
  access: 'host',
  effect: 'write',
  audience: 'private',
  input: z.object({ event: codeField(say('event'), 'EVT', 'own-event') }),
  async run({ actor, now, port }: Run<EventClosePort>, { event: number }): Promise<Outcome<Event>> {
    const found = await requireOwnEvent(port, number, actor)
    if (!found.ok) return found
    const event = eventCode(number)
    if (found.result.evidence === 'presence' || found.result.evidence === 'quiz') await port.settleAttendance(now)
    if (!(await port.close(number, now)))
      return refuse({
        code: 'event.closed_before',
        kind: 'conflict',
        reason: say('closedBefore', { event }),
        nextStep: say('closedBeforeNext', { event }),
      })
    // Read again: check-ins that were being written when it closed are counted.
    return done((await port.find(number)) ?? found.result)
  },
  render: ({ number, attendees }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('closed', { event: eventCode(number), attendees })],
  }),
})
