import { z } from 'zod'
import { commandName, defineCommand, type Run } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome, type RefusalKind } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { eventCode } from './attendance.types.ts'
import { readCheckInCode } from './check-in-code.ts'
import type { CheckInPort } from './check-in.port.ts'
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
}

export const checkInCommand = defineCommand({
  name: ['checkin'],
  summary: say('summary'),
  access: 'member',
  effect: 'grouped',
  audience: 'private',
  input: z.object({ code: textField(say('code'), { max: 60, takesRest: true }) }),
  async run({ actor, now, key, port }: Run<CheckInPort>, { code: typed }): Promise<Outcome<Reply>> {
    const read = readCheckInCode(typed)
    if (read === undefined)
      return refuse({ code: 'checkin.not_a_code', kind: 'invalid', reason: say('notACode'), nextStep: say('notACodeNext'), field: 'code' })
    const event = read.event ?? (await port.soleOpenEvent(now))
    if (event === undefined)
      return refuse({
        code: 'checkin.which_event',
        kind: 'invalid',
        reason: say('whichEvent'),
        nextStep: say('whichEventNext'),
        field: 'code',
      })
    const line = (decision: CheckInDecision & { ok: true }) => ({
      key,
      memberId: actor.memberId,
      command: commandName(checkInCommand),
      // The code itself is not kept: a rotating one could still be valid for another event of the same host.
      input: JSON.stringify({ event: eventCode(event) }),
      reply: renderCheckIn(decision, port.nextPeriodStart(now)),
      at: now,
    })
    const result = await port.submit({
      key,
      checkIn: { memberId: actor.memberId, event, evidence: 'code', code: read.code, codeHash: port.hashCode(event, read.code), at: now },
      auditLine: line,
    })
    if ('replayed' in result) return done(result.replayed)
    const { decision } = result
    return decision.ok ? done(line(decision).reply) : refuseCheckIn(decision.refusal, decision.event?.opensAt, event)
  },
  render: (reply) => reply,
})

function refuseCheckIn(refusal: CheckInRefusal, opensAt: Instant | undefined, number: number): Outcome<never> {
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
