import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { Outcome, Verdict } from './review.types.ts'

/** One verdict with what its item came to, and what would have been right where that is known. */
export interface JudgedVerdict {
  readonly reviewer: string
  readonly verdict: Verdict
  readonly amount: Amount
  readonly askedAt: Instant
  readonly decidedAt: Instant
  /** Undefined while the panel has not decided. */
  readonly outcome: Outcome | undefined
  readonly known: { readonly outcome: Outcome; readonly amount: Amount; readonly highest: Amount } | undefined
}

/** How somebody judges; figures that nothing speaks of are undefined. */
export interface Quality {
  readonly verdicts: number
  /** Of verdicts on items that were decided, those that went the panel's way, in percent. */
  readonly agreement: number | undefined
  readonly knownItems: number
  /** Of verdicts on known-answer items, those that were right, in percent. */
  readonly right: number | undefined
  /** Mean distance of the amounts from the known ones, in percent of the highest; positive is generous. */
  readonly drift: number | undefined
  /** Milliseconds from being asked to the answer. */
  readonly medianTime: number | undefined
}

/** Verdicts in the words of outcomes. */
const OUTCOME_OF: Readonly<Record<Verdict, Outcome>> = {
  approve: 'approved',
  duplicate: 'approved',
  return: 'returned',
  reject: 'rejected',
}

export function qualityOf(verdicts: readonly JudgedVerdict[]): Quality {
  const decided = verdicts.filter(({ outcome, known }) => outcome !== undefined && known === undefined)
  const known = verdicts.flatMap((verdict) => (verdict.known === undefined ? [] : [{ ...verdict, known: verdict.known }]))
  const amounts = known.flatMap(({ verdict, amount, known: { outcome, amount: right, highest } }) =>
    OUTCOME_OF[verdict] === 'approved' && outcome === 'approved' && highest > 0n
      ? [Number(((amount - right) * 10_000n) / highest) / 100]
      : [],
  )
  const times = verdicts.map(({ askedAt, decidedAt }) => decidedAt - askedAt).toSorted((a, b) => a - b)
  return {
    verdicts: verdicts.length,
    agreement: percent(decided.filter(({ verdict, outcome }) => OUTCOME_OF[verdict] === outcome).length, decided.length),
    knownItems: known.length,
    right: percent(known.filter(({ verdict, known: { outcome } }) => OUTCOME_OF[verdict] === outcome).length, known.length),
    drift: amounts.length === 0 ? undefined : Math.round(amounts.reduce((sum, each) => sum + each, 0) / amounts.length),
    medianTime: times[Math.floor((times.length - 1) / 2)],
  }
}

function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : Math.round((part * 100) / whole)
}
