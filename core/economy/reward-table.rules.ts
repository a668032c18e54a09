import { pos, type Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import { LAST_PERIOD, multiplierOf, periodAt } from './release-schedule.ts'

/** Kinds of contribution that the table prices; campaigns pay as they say themselves (spec 01, "Default reward table"). */
export const REWARD_KINDS = [
  'attendance',
  'form-submission',
  'node-identity',
  'node-contribution',
  'early-delegation',
  'quality-delegation',
] as const
export type RewardKind = (typeof REWARD_KINDS)[number]

/** What a kind pays before the multiplier, in nano. A fixed reward has lowest = highest; inside a range the reviewers choose. */
export interface RewardRange {
  readonly lowest: Amount
  readonly highest: Amount
}

/** One row of the table: it holds from `validFrom` until the next of its kind. The default holds from `BEGINNING`. */
export interface RewardRate extends RewardRange {
  readonly kind: RewardKind
  readonly validFrom: Instant
}

/** When the defaults began to hold: before anything that a member can have done. */
export const BEGINNING: Instant = 0

const fixed = (amount: Amount): RewardRange => ({ lowest: amount, highest: amount })

/** Spec 01, "Default reward table". The migration seeds the database with the same rows, and a test compares the two. */
export const DEFAULT_RATES: Readonly<Record<RewardKind, RewardRange>> = {
  attendance: fixed(pos(10)),
  'form-submission': fixed(pos(5)),
  'node-identity': fixed(pos(50)),
  'node-contribution': { lowest: pos(20), highest: pos(500) },
  'early-delegation': fixed(pos(10)),
  'quality-delegation': fixed(pos(20)),
}

/** Rewards are whole multiples of this (0.01 PoS), the finest that people are shown: what the table says is what is paid. It is the least reward too. */
export const RATE_STEP: Amount = pos(1) / 100n
/** So far may a committee go above the highest default: enough for any season, and too little for one slip of a zero more to empty a month. */
const MOST_TIMES_DEFAULT = 10n

/** Between what every reward of a kind must stay, in nano; the database refuses what is above or not positive, too. */
export function rateBounds(kind: RewardKind): RewardRange {
  return { lowest: RATE_STEP, highest: DEFAULT_RATES[kind].highest * MOST_TIMES_DEFAULT }
}

/** Whether reviewers choose the reward inside a range; all others are one amount. */
export function isRangeKind(kind: RewardKind): boolean {
  return DEFAULT_RATES[kind].lowest !== DEFAULT_RATES[kind].highest
}

/**
 * What held for a kind at the moment of a contribution: the latest of `changes` made at or before it, the default before the first. `changes` may be in any
 * order and of all kinds. A change made later never matters, so nothing is retroactive (spec 01).
 */
export function rateAt(kind: RewardKind, at: Instant, changes: readonly RewardRate[]): RewardRate {
  return changes
    .filter((change) => change.kind === kind && change.validFrom <= at)
    .reduce((latest, change) => (change.validFrom >= latest.validFrom ? change : latest), defaultRate(kind))
}

function defaultRate(kind: RewardKind): RewardRate {
  return { kind, validFrom: BEGINNING, ...DEFAULT_RATES[kind] }
}

/** Why a change is refused, in the order in which people are told. */
export type RateProblem =
  | 'not_a_range'
  | 'out_of_bounds'
  | 'highest_missing'
  | 'highest_out_of_bounds'
  | 'too_fine'
  | 'reversed'
  | 'unchanged'

/** What was asked for: one amount, and the upper end for a range. */
export interface AskedRate {
  readonly kind: RewardKind
  readonly lowest: Amount
  readonly highest: Amount | undefined
}

/**
 * Decides a change of the table. `newest` is the last row of the kind, which the caller holds locked. The new row holds from `now`, and always after `newest`:
 * of two changes at once the one that is decided later holds, even when its clock was behind.
 */
export function changeRate(
  asked: AskedRate,
  newest: RewardRate,
  now: Instant,
): { readonly ok: true; readonly rate: RewardRate } | { readonly ok: false; readonly problem: RateProblem } {
  const refused = (problem: RateProblem) => ({ ok: false, problem }) as const
  const { kind, lowest } = asked
  const bounds = rateBounds(kind)
  const isOutside = (amount: Amount) => amount < bounds.lowest || amount > bounds.highest
  if (!isRangeKind(kind) && asked.highest !== undefined) return refused('not_a_range')
  if (isOutside(lowest)) return refused('out_of_bounds')
  const highest = isRangeKind(kind) ? asked.highest : lowest
  if (highest === undefined) return refused('highest_missing')
  if (isOutside(highest)) return refused('highest_out_of_bounds')
  if (lowest % RATE_STEP !== 0n || highest % RATE_STEP !== 0n) return refused('too_fine')
  if (lowest > highest) return refused('reversed')
  if (lowest === newest.lowest && highest === newest.highest) return refused('unchanged')
  return { ok: true, rate: { kind, lowest, highest, validFrom: Math.max(now, newest.validFrom + 1) } }
}

/** One kind as everybody may see it. */
export interface RewardTableRow {
  readonly kind: RewardKind
  readonly base: RewardRange
  /** What a contribution made at this moment is worth, base times multiplier; null after the last period, when nothing is granted any more. */
  readonly paid: RewardRange | null
  /** Null while the default holds, which was never changed. */
  readonly since: Instant | null
}

/** The whole table at a moment. */
export interface RewardTableView {
  readonly at: Instant
  /** 0 before genesis, 14 after the last period. */
  readonly period: number
  readonly multiplier: number
  readonly rewards: readonly RewardTableRow[]
}

/** The table at a moment: of every kind what holds, and what it pays with the multiplier of the moment. */
export function rewardTableAt(genesis: Instant, at: Instant, changes: readonly RewardRate[]): RewardTableView {
  const period = periodAt(genesis, at)
  const multiplier = multiplierOf(period)
  const rewards = REWARD_KINDS.map((kind): RewardTableRow => {
    const { lowest, highest, validFrom } = rateAt(kind, at, changes)
    const paid = period > LAST_PERIOD ? null : { lowest: lowest * multiplier, highest: highest * multiplier }
    return { kind, base: { lowest, highest }, paid, since: validFrom === BEGINNING ? null : validFrom }
  })
  return { at, period, multiplier: Number(multiplier), rewards }
}
