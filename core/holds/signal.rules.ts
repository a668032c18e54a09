import { DAY, MINUTE, SECOND, type Instant } from '../shared/instant.ts'
import type { Arrival, SeenSignal, Signal, SignalKind } from './hold.types.ts'

/** A Discord account younger than this when it earns is a signal (reliability.md, S3). */
export const YOUNG_ACCOUNT = 30 * DAY
/** Whoever gave the first command less than this before a check-in is new at the event. */
export const NEW_AT_EVENT = 15 * MINUTE
/** Newcomers whose first commands and whose check-ins lie this close together are one burst, */
const BURST_WINDOW = 60 * SECOND
/** from so many on. */
export const BURST_MEMBERS = 5

/** Signals count for so long, */
export const SIGNALS_LAST = 30 * DAY
/** and only together: no single kind reaches the sum from which payouts wait. */
export const HOLD_FROM = 10
/**
 * A copied text says more than a burst and still needs one thing more that is striking, and not only that somebody is new. A shared wallet says least, because
 * many honest people are paid by the same exchange: the crowd of a first day who bought there is not held.
 */
export const WEIGHTS: Readonly<Record<SignalKind, number>> = {
  'young-account': 4,
  'new-at-event': 2,
  burst: 6,
  'shared-answers': 7,
  'shared-wallet': 1,
}

/** Discord's ids hold the millisecond of their making (developers/reference, "Snowflakes"); undefined for what is none. */
export function accountMadeAt(discordId: string): Instant | undefined {
  if (!/^\d{15,20}$/.test(discordId)) return undefined
  return Number(BigInt(discordId) >> 22n) + 1_420_070_400_000
}

/** What the arrivals say of each member by itself. */
export function signalsOf(arrivals: readonly Arrival[]): readonly Signal[] {
  return arrivals.flatMap(({ memberId, event, at, joinedAt, discordId }): readonly Signal[] => {
    const madeAt = discordId === undefined ? undefined : accountMadeAt(discordId)
    const isYoung = madeAt !== undefined && at - madeAt < YOUNG_ACCOUNT
    const age = Math.max(0, Math.floor((at - (madeAt ?? at)) / DAY))
    return [
      ...(isYoung ? [{ memberId, kind: 'young-account', subject: '', figure: age } as const] : []),
      ...(isNew({ at, joinedAt })
        ? [{ memberId, kind: 'new-at-event', subject: event, figure: Math.max(0, Math.floor((at - joinedAt) / MINUTE)) } as const]
        : []),
    ]
  })
}

export const isNew = ({ at, joinedAt }: Pick<Arrival, 'at' | 'joinedAt'>): boolean => at - joinedAt < NEW_AT_EVENT

/**
 * Newcomers of one event who gave their first command within a minute of each other and checked in within a minute of each other, at least
 * {@link BURST_MEMBERS} of them: a signal about each, with how many they were. In time that grows with their number times its logarithm.
 */
export function burstsOf(arrivals: readonly Arrival[]): readonly Signal[] {
  const newcomers = arrivals.filter(isNew).toSorted((left, right) => left.joinedAt - right.joinedAt || left.at - right.at)
  const largest = new Map<Arrival, number>()
  let from = 0
  newcomers.forEach((newest, index) => {
    while (newest.joinedAt - newcomers[from]!.joinedAt > BURST_WINDOW) from += 1
    // A crowd of newcomers is no reason to compare everybody with everybody: the last so many are enough to see a burst.
    const near = newcomers
      .slice(Math.max(from, index - MOST_COMPARED), index + 1)
      .filter(({ at }) => Math.abs(at - newest.at) <= BURST_WINDOW)
    if (near.length >= BURST_MEMBERS) for (const one of near) largest.set(one, Math.max(largest.get(one) ?? 0, near.length))
  })
  return [...largest].map(([{ memberId, event }, figure]) => ({ memberId, kind: 'burst', subject: event, figure }))
}

const MOST_COMPARED = 50

/**
 * Whether payouts of a member are to wait. Each kind counts once, so that neither an honest newcomer with a young account nor the crowd of a first day is held
 * for coming to events. @param clearedAt signals until then were looked at by the committee
 */
export function isToBeHeld(signals: readonly SeenSignal[], now: Instant, clearedAt: Instant | undefined): boolean {
  const counted = signals.filter(({ seenAt }) => seenAt > now - SIGNALS_LAST && (clearedAt === undefined || seenAt > clearedAt))
  const kinds = new Set(counted.map(({ kind }) => kind))
  return [...kinds].reduce((sum, kind) => sum + WEIGHTS[kind], 0) >= HOLD_FROM
}
