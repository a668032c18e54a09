import { eventCode, type Event } from '../attendance/attendance.types.ts'
import type { Instant } from '../shared/instant.ts'
import type { Button, Reply } from '../shared/reply.ts'
import { SHOWN_IN_DIGEST } from './digest.rules.ts'
import { inboxTexts } from './inbox.texts.ts'
import type { InboxMessage } from './inbox.types.ts'
import { messageLines } from './message-lines.ts'
import { spansAgain } from './remind.rules.ts'

const { say } = inboxTexts

/** @param messages newest first, at least one; @param unread all that are unread, those among them */
export function renderDigest(messages: readonly InboxMessage[], unread: number): Reply {
  const shown = messages.slice(0, SHOWN_IN_DIGEST)
  const rest = unread - shown.length
  return {
    audience: 'private',
    tone: 'info',
    title: say('digestTitle'),
    lines: [...messageLines(shown), ...(rest > 0 ? [say('digestMore', { count: rest })] : []), say('digestStop')],
  }
}

/** Says what begins, with buttons to hear it again later and to hear no more of it. */
export function renderReminder(event: Pick<Event, 'number' | 'title' | 'place' | 'startsAt' | 'endsAt' | 'closedAt'>, now: Instant): Reply {
  const code = eventCode(event.number)
  const names = { event: code, title: event.title, start: { at: event.startsAt } }
  const again = spansAgain(event, now).map((span): Button => ({
    label: say(`again_${span}`),
    command: 'remind',
    input: { event: code, again: span },
    allowed: 'owner',
  }))
  return {
    audience: 'private',
    tone: 'info',
    lines: [
      say(now < event.startsAt ? 'reminder' : 'reminderBegun', names),
      ...(event.place === '' ? [] : [say('reminderPlace', { place: event.place })]),
    ],
    buttons: [...again, { label: say('buttonNoMore'), command: 'remind', input: { event: code, before: 'off' }, allowed: 'owner' }],
  }
}
