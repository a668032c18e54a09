import type { Instant } from '../shared/instant.ts'
import { eventCode } from './attendance.types.ts'
import type { CheckInItem } from './check-in.port.ts'
import { renderCheckIn } from './check-in-answer.ts'
import { reachedAt } from './presence.rules.ts'
import type { SettlePresencePort } from './presence.port.ts'

/** Check-ins of one event in one turn; the rest come in the next. */
const MAX_AT_ONCE = 5_000

/**
 * Checks in whoever has been in the channel long enough, by the same path as a code: the member does nothing. Those who reached the threshold first come
 * first, for capacity and for what is left of the month. Safe to run at any time, twice, and on two machines: the key is the member's and the event's own.
 * @returns how many were checked in
 */
export async function settlePresence(port: SettlePresencePort, now: Instant): Promise<number> {
  let granted = 0
  for (const event of await port.running(now)) {
    const reached = (await port.candidates(event, MAX_AT_ONCE))
      .flatMap(({ memberId, intervals }) => {
        const at = reachedAt(intervals, event.window, event.threshold)
        return at === undefined ? [] : [{ memberId, at }]
      })
      .toSorted((a, b) => a.at - b.at || (a.memberId < b.memberId ? -1 : 1))
    const results = await Promise.all(reached.map(({ memberId }) => port.submit(checkInOf(event.number, memberId, now))))
    granted += results.filter((result) => 'decision' in result && result.decision.ok).length
    await port.show(event.number, now)
  }
  return granted
}

function checkInOf(event: number, memberId: string, now: Instant): CheckInItem {
  const key = `presence:${event}:${memberId}`
  return {
    key,
    checkIn: { memberId, event, evidence: 'presence', code: undefined, codeHash: undefined, at: now },
    auditLine: (decision) => ({
      key,
      memberId,
      command: 'presence',
      input: JSON.stringify({ event: eventCode(event) }),
      reply: renderCheckIn(decision, undefined),
      at: now,
    }),
  }
}
