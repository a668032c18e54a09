import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField, memberField, textField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { requireMember } from '../identity/find-member.ts'
import type { EventPort } from './attendance.port.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode } from './attendance.types.ts'
import { requireOwnEvent } from './event-access.ts'

const { say } = attendanceTexts

interface Undone {
  readonly event: string
  readonly name: string
  readonly amount: Amount | undefined
}

export const eventUndoCommand = defineCommand({
  name: ['event', 'undo'],
  summary: say('undoSummary'),
  access: 'host',
  effect: 'write',
  audience: 'private',
  input: z.object({
    event: codeField(say('event'), 'EVT', 'own-event'),
    member: memberField(say('member')),
    reason: textField(say('reason'), { max: 200, takesRest: true }),
  }),
  async run({ actor, now, port }: Run<EventPort>, { event: number, member, reason }): Promise<Outcome<Undone>> {
    const found = await requireOwnEvent(port, number, actor)
    if (!found.ok) return found
    const who = await requireMember(port.findMember, actor.account.platform, member)
    if (!who.ok) return who
    const { memberId, name } = who.result
    const event = eventCode(number)
    const mark = await port.undo.mark(number, memberId, actor.memberId, reason, now)
    if (mark === undefined)
      return refuse({
        code: 'undo.not_checked_in',
        kind: 'not_found',
        reason: say('undoNotThere', { name, event }),
        nextStep: say('undoNotThereNext', { event }),
      })
    const reversal = await port.undo.reverse(mark.grantId, now)
    if (reversal.state === 'funded')
      return refuse({ code: 'undo.too_late', kind: 'conflict', reason: say('undoTooLate'), nextStep: say('undoTooLateNext') })
    if (reversal.state === 'spent')
      return refuse({ code: 'undo.spent', kind: 'conflict', reason: say('undoSpent', { name }), nextStep: say('undoSpentNext') })
    await port.undo.notify(memberId, say('undoNotice', { event, reason }), now)
    return done({ event, name, amount: reversal.state === 'reversed' ? reversal.amount : undefined })
  },
  render: ({ event, name, amount }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('undone', { name, event }), ...(amount === undefined ? [] : [say('undoneAmount', { amount })])],
  }),
})
