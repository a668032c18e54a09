import type { Amount } from '../shared/amount.ts'
import { MINUTE, type Instant } from '../shared/instant.ts'
import { CODE_STEP_MS, REMEMBERED_STEPS, rotatingCode, VALID_STEPS_BACK, type Hmac } from './check-in-code.ts'
import type { Event, Evidence, RewardStatus } from './attendance.types.ts'

export const WRONG_CODES_ALLOWED = 5
export const WRONG_CODE_WINDOW_MS = 10 * MINUTE

/** One check-in as it stands in a batch. `code` is normalised; a host's roster entry, a presence that was long enough and a quiz that was passed have none. */
export interface CheckIn {
  readonly memberId: string
  readonly event: number
  readonly evidence: 'code' | 'roster' | 'presence' | 'quiz'
  readonly code: string | undefined
  /** Keyed hash of the code, by which single-use codes are stored. */
  readonly codeHash: Uint8Array | undefined
  readonly at: Instant
}

/** What the database knows about one check-in before it is decided. */
export interface CheckInFacts {
  readonly event: Event | undefined
  readonly isBlocked: boolean
  /** An attendance row exists, undone or not. */
  readonly attended: 'no' | 'yes' | 'undone'
  /** Wrong codes of this member in the last ten minutes. */
  readonly wrongCodes: number
  /** State of the single-use code that was given, if the event uses them. */
  readonly singleUse: 'unknown' | 'fresh' | 'used'
}

export type CheckInRefusal =
  | 'no_such_event'
  | 'not_open_yet'
  | 'closed'
  | 'blocked'
  | 'undone'
  | 'already'
  | 'full'
  | 'cooldown'
  | 'wrong_code'
  | 'expired_code'
  | 'used_code'
  | 'roster_only'
  | 'quiz_only'

export type CheckInDecision =
  | { readonly ok: true; readonly event: Event; readonly evidence: Evidence; readonly amount: Amount; readonly reward: RewardStatus }
  | { readonly ok: false; readonly refusal: CheckInRefusal; readonly event: Event | undefined; readonly countsAsWrong: boolean }

export interface BatchRules {
  readonly hmac: Hmac
  /** Reward of an event's attendance at this moment, in nano. */
  rewardOf(base: Amount, at: Instant): Amount
  /** Which of these amounts the current period still funds, in order. */
  fund(amounts: readonly Amount[]): readonly boolean[]
}

/**
 * Decides a batch of check-ins as if they had arrived one after the other: capacity, single-use codes and "already checked in" are carried forward
 * from item to item, and rewards are funded in order of arrival. Refusals in the precedence of spec 03, with two exceptions. The cooldown is looked at
 * before the code, because an answer that differs for right and wrong codes would let a guesser go on during it. And "already checked in" comes before
 * "full": a member who has the reward must not be told that there was no place.
 */
export function decideCheckIns(items: readonly CheckIn[], facts: readonly CheckInFacts[], rules: BatchRules): readonly CheckInDecision[] {
  const attendees = new Map<number, number>()
  const attended = new Set<string>()
  const usedCodes = new Set<string>()
  const wrong = new Map<string, number>()
  const codes = new Map<string, readonly string[]>()

  /** Codes of an event from `first` to `last` steps back, made once per batch: many members type the same code that has just gone. */
  function codesOf(event: Event, at: Instant, first: number, last: number): readonly string[] {
    const key = `${event.number}:${Math.floor(at / CODE_STEP_MS)}:${first}`
    const known = codes.get(key)
    if (known !== undefined) return known
    const made = Array.from({ length: last - first + 1 }, (_, index) => rotatingCode(rules.hmac, event.codeSecret, at, first + index))
    codes.set(key, made)
    return made
  }

  function refusalOf(item: CheckIn, fact: CheckInFacts, event: Event): CheckInRefusal | undefined {
    if (item.at < event.opensAt) return 'not_open_yet'
    if (event.closedAt !== null || item.at >= event.closesAt) return 'closed'
    if (fact.isBlocked) return 'blocked'
    if (fact.attended === 'undone') return 'undone'
    if (fact.attended === 'yes' || attended.has(`${event.number}:${item.memberId}`)) return 'already'
    if (event.capacity !== null && (attendees.get(event.number) ?? event.attendees) >= event.capacity) return 'full'
    return item.evidence === 'code' ? codeRefusal(item, fact, event) : undefined
  }

  function codeRefusal(item: CheckIn, fact: CheckInFacts, event: Event): CheckInRefusal | undefined {
    if (fact.wrongCodes + (wrong.get(item.memberId) ?? 0) >= WRONG_CODES_ALLOWED) return 'cooldown'
    if (event.evidence === 'roster') return 'roster_only'
    if (event.evidence === 'quiz') return 'quiz_only'
    // Where presence counts the host may show a code too, for those who can not be in the channel.
    if (event.evidence === 'rotating' || event.evidence === 'presence') {
      if (codesOf(event, item.at, 0, VALID_STEPS_BACK).includes(item.code ?? '')) return undefined
      return codesOf(event, item.at, VALID_STEPS_BACK + 1, REMEMBERED_STEPS).includes(item.code ?? '') ? 'expired_code' : 'wrong_code'
    }
    if (fact.singleUse === 'unknown') return 'wrong_code'
    return fact.singleUse === 'used' || usedCodes.has(`${event.number}:${item.code}`) ? 'used_code' : undefined
  }

  const accepted: { index: number; amount: Amount }[] = []
  const decisions = items.map((item, index): CheckInDecision => {
    const fact = facts[index]!
    const { event } = fact
    if (event === undefined) return { ok: false, refusal: 'no_such_event', event, countsAsWrong: countWrong(item, fact) }
    const refusal = refusalOf(item, fact, event)
    if (refusal !== undefined) return { ok: false, refusal, event, countsAsWrong: refusal === 'wrong_code' && countWrong(item, fact) }
    attendees.set(event.number, (attendees.get(event.number) ?? event.attendees) + 1)
    attended.add(`${event.number}:${item.memberId}`)
    if (event.evidence === 'codes' && item.evidence === 'code') usedCodes.add(`${event.number}:${item.code}`)
    const amount = rules.rewardOf(event.baseReward, item.at)
    if (amount > 0n) accepted.push({ index, amount })
    return {
      ok: true,
      event,
      evidence: item.evidence !== 'code' ? item.evidence : event.evidence === 'presence' ? 'rotating' : event.evidence,
      amount,
      reward: amount > 0n ? 'granted' : 'none',
    }
  })

  /** Counts a wrong code until the member has to wait; more of them would only grow the table. */
  function countWrong(item: CheckIn, fact: CheckInFacts): boolean {
    const before = wrong.get(item.memberId) ?? 0
    if (item.evidence !== 'code' || fact.wrongCodes + before >= WRONG_CODES_ALLOWED) return false
    wrong.set(item.memberId, before + 1)
    return true
  }

  const funded = rules.fund(accepted.map(({ amount }) => amount))
  accepted.forEach(({ index }, order) => {
    const decision = decisions[index]!
    if (decision.ok && !funded[order]!) decisions[index] = { ...decision, reward: 'unfunded' }
  })
  return decisions
}
