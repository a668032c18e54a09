import { z } from 'zod'
import { eventCode } from '../attendance/attendance.types.ts'
import { requireEvent } from '../attendance/event-access.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, choiceField, codeField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { RemindPort } from './inbox.port.ts'
import { inboxTexts } from './inbox.texts.ts'
import { isOver, MAX_REMINDERS, reminderAt, SPANS } from './remind.rules.ts'

const { say } = inboxTexts

type Reminded =
  | { readonly kind: 'off'; readonly event: string }
  | { readonly kind: 'on'; readonly event: string; readonly title: string; readonly at: Instant; readonly needsPrivateChat: boolean }

export const remindCommand = defineCommand({
  name: ['remind'],
  summary: say('remindSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({
    event: codeField(say('event'), 'EVT', 'event'),
    before: choiceField(say('lead'), ['10m', '1h', '1d', 'off'], {
      '10m': say('span_10m'),
      '1h': say('span_1h'),
      '1d': say('span_1d'),
      off: say('noReminder'),
    }).optional(),
    again: carried(choiceField(say('again'), ['10m', '1h']).optional()),
  }),
  async run({ actor, now, port }: Run<RemindPort>, { event: number, before, again }): Promise<Outcome<Reminded>> {
    const found = await requireEvent(port, number)
    if (!found.ok) return found
    const { memberId, account, place } = actor
    const subject = eventCode(number)
    if (before === 'off') {
      await port.cancel(memberId, subject)
      return done({ kind: 'off', event: subject })
    }
    const event = found.result
    if (isOver(event, now))
      return refuse({ code: 'remind.over', kind: 'gone', reason: say('over', { event: subject }), nextStep: say('overNext') })
    const wanted = again === undefined ? reminderAt(event, before, now) : { lead: SPANS[again], dueAt: now + SPANS[again] }
    if (wanted === undefined) return refuse(tooLate(subject, event.startsAt))
    const snoozedUntil = await port.snoozedUntil(memberId, now)
    const at = Math.max(wanted.dueAt, snoozedUntil ?? 0)
    if (at >= event.endsAt)
      return refuse({
        code: 'remind.after_end',
        kind: 'conflict',
        reason: say('afterEnd', { event: subject, end: { at: event.endsAt } }),
        nextStep: say(snoozedUntil === undefined ? 'afterEndNext' : 'afterEndSnoozed'),
      })
    if (!(await port.remind({ memberId, subject, account, keepsLead: again !== undefined, ...wanted }, MAX_REMINDERS)))
      return refuse({
        code: 'remind.too_many',
        kind: 'limited',
        reason: say('tooMany', { max: MAX_REMINDERS }),
        nextStep: say('tooManyNext'),
      })
    const needsPrivateChat = account.platform === 'telegram' && place.kind === 'group'
    return done({ kind: 'on', event: subject, title: event.title, at, needsPrivateChat })
  },
  render(reminded): Reply {
    const { event } = reminded
    if (reminded.kind === 'off') return { audience: 'private', tone: 'done', lines: [say('remindOff', { event })] }
    const { title, at, needsPrivateChat } = reminded
    return {
      audience: 'private',
      tone: 'done',
      lines: [
        say('remindOn', { event, title, at: { at } }),
        say('remindStop', { event }),
        ...(needsPrivateChat ? [say('needsPrivateChat')] : []),
      ],
    }
  },
})

function tooLate(event: string, startsAt: Instant) {
  const reason = say('tooLate', { event, start: { at: startsAt } })
  return { code: 'remind.too_late', kind: 'conflict', reason, nextStep: say('tooLateNext') } as const
}
