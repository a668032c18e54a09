import type { Instant } from '../shared/instant.ts'
import { eventCode } from './attendance.types.ts'
import { renderCheckIn } from './check-in-answer.ts'
import type { CheckInItem, CheckInPort } from './check-in.port.ts'

/** A quiz that was passed and whose check-in is not there: its process ended in between. */
export interface PassedQuiz {
  readonly event: number
  readonly memberId: string
  readonly at: Instant
}

export interface SettleQuizzesPort extends Pick<CheckInPort, 'submit'> {
  /** Those whose check-in may still be written, oldest first; none of members who may not check in, nor of events that are full. */
  unsettled(now: Instant, limit: number): Promise<readonly PassedQuiz[]>
}

/** Check-ins in one turn; the rest come in the next. */
const MAX_AT_ONCE = 5_000

/**
 * Checks in who has passed a quiz and was not checked in, because the process ended in between. Safe to run at any time, twice, and beside members who send:
 * the key is the member's and the event's own.
 * @returns how many were checked in
 */
export async function settleQuizzes(port: SettleQuizzesPort, now: Instant): Promise<number> {
  const passed = await port.unsettled(now, MAX_AT_ONCE)
  const results = await Promise.all(passed.map((one) => port.submit(quizCheckIn(one, undefined))))
  return results.filter((result) => 'decision' in result && result.decision.ok).length
}

/** The check-in of a quiz that was passed: one for a member and event, of the moment in which the answers were sent. */
export function quizCheckIn({ event, memberId, at }: PassedQuiz, nextPeriod: Instant | undefined): CheckInItem {
  const key = `quiz:${event}:${memberId}`
  return {
    key,
    checkIn: { memberId, event, evidence: 'quiz', code: undefined, codeHash: undefined, at },
    auditLine: (decision) => ({
      key,
      memberId,
      command: 'quiz',
      input: JSON.stringify({ event: eventCode(event) }),
      reply: renderCheckIn(decision, nextPeriod),
      at,
    }),
  }
}
