import type { Actor } from '../shared/actor.ts'
import { refuse, type Outcome, type Refusal } from '../shared/refusal.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode, type Event } from './attendance.types.ts'

const { say } = attendanceTexts

export interface EventLookup {
  find(number: number): Promise<Event | undefined>
  isHost(event: number, memberId: string): Promise<boolean>
}

export async function requireEvent(port: Pick<EventLookup, 'find'>, number: number): Promise<Outcome<Event>> {
  const event = await port.find(number)
  return event === undefined ? noEvent(number) : { ok: true, result: event }
}

/** The event, if the actor is one of its hosts or an operator. */
export async function requireOwnEvent(port: EventLookup, number: number, actor: Actor): Promise<Outcome<Event>> {
  const found = await requireEvent(port, number)
  if (!found.ok || actor.roles.has('operator') || (await port.isHost(number, actor.memberId))) return found
  const event = eventCode(number)
  return refuse({ code: 'event.not_host', kind: 'forbidden', reason: say('notHost', { event }), nextStep: say('notHostNext') })
}

function noEvent(number: number): { ok: false; refusal: Refusal } {
  return refuse({
    code: 'event.unknown',
    kind: 'not_found',
    reason: say('noEvent', { event: eventCode(number) }),
    nextStep: say('noEventNext'),
    field: 'event',
  })
}
