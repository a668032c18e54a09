import type { Instant } from '../shared/instant.ts'
import { refuse, type Outcome, type RefusalKind } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { eventCode } from './attendance.types.ts'
import type { CheckInDecision, CheckInRefusal } from './check-in.rules.ts'
import { checkInTexts } from './check-in.texts.ts'

const { say } = checkInTexts

const KIND: Readonly<Record<CheckInRefusal, RefusalKind>> = {
  no_such_event: 'not_found',
  not_open_yet: 'conflict',
  closed: 'gone',
  blocked: 'forbidden',
  undone: 'forbidden',
  already: 'conflict',
  full: 'limited',
  cooldown: 'limited',
  wrong_code: 'invalid',
  expired_code: 'gone',
  used_code: 'conflict',
  roster_only: 'conflict',
  quiz_only: 'conflict',
}

export function notACode(): Outcome<never> {
  return refuse({ code: 'checkin.not_a_code', kind: 'invalid', reason: say('notACode'), nextStep: say('notACodeNext'), field: 'code' })
}

/** @param opensAt of the event, for who came too early */
export function refuseCheckIn(refusal: CheckInRefusal, opensAt: Instant | undefined, number: number): Outcome<never> {
  const event = eventCode(number)
  return refuse({
    code: `checkin.${refusal}`,
    kind: KIND[refusal],
    reason: say(refusal, { event }),
    nextStep: refusal === 'not_open_yet' ? say('not_open_yetNext', { at: { at: opensAt ?? 0 } }) : say(`${refusal}Next`),
  })
}

/** What a member reads after a check-in was accepted. */
export function renderCheckIn(decision: CheckInDecision & { ok: true }, nextPeriod: Instant | undefined): Reply {
  const { event, amount, reward } = decision
  const values = { event: eventCode(event.number), title: event.title }
  const lines = {
    granted: [say('granted', { ...values, amount }), say('grantedNext')],
    unfunded: [say('unfunded', values), nextPeriod === undefined ? say('unfundedEnd') : say('unfundedNext', { at: { at: nextPeriod } })],
    none: [say('none', values)],
  }
  // No button: each would be a row of its own, and check-ins are the peak of the whole product.
  return { audience: 'private', tone: 'done', lines: lines[reward] }
}
