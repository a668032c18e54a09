import { z } from 'zod'
import { commandName, defineCommand, type Run } from '../shared/command.ts'
import { carried, textField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { eventCode } from './attendance.types.ts'
import { notACode, refuseCheckIn, renderCheckIn } from './check-in-answer.ts'
import { readCheckInCode, readEventCode } from './check-in-code.ts'
import type { CheckInPort } from './check-in.port.ts'
import type { CheckInDecision } from './check-in.rules.ts'
import { checkInTexts } from './check-in.texts.ts'
import { takeQuiz } from './take-quiz.ts'

const { say } = checkInTexts

export const checkInCommand = defineCommand({
  name: ['checkin'],
  summary: say('summary'),
  access: 'member',
  effect: 'grouped',
  audience: 'private',
  input: z.object({
    code: textField(say('code'), { max: 60, takesRest: true }),
    seen: carried(textField(say('seen'), { max: 20 }).optional()),
  }),
  async run(run: Run<CheckInPort>, { code: typed, seen }): Promise<Outcome<Reply>> {
    const quizOf = readEventCode(typed)
    if (quizOf !== undefined) return takeQuiz(run, quizOf, seen)
    const { actor, now, key, port } = run
    const read = readCheckInCode(typed)
    if (read === undefined) return notACode()
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
