import assert from 'node:assert'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import { obstacleOf, type Standing } from './panel.rules.ts'
import type { Decision, ReviewItem, Seat, SeatState, Verdict } from './review.types.ts'

/** A seat with what stands between its reviewer and the item at this moment. */
export interface PanelSeat extends Seat {
  readonly standing: Standing
}

/** An open item with its panel, as they are while nobody else can change them. */
export interface Panel {
  readonly item: ReviewItem
  readonly seats: readonly PanelSeat[]
  /** What its reviewers are paid when it is decided, before the multiplier; 0: nothing. */
  readonly reviewReward: Amount
}

/** A verdict with what it is worth, in nano; the amount is set for `approve` and `duplicate`. */
export interface GivenVerdict {
  readonly reviewer: string
  readonly verdict: Verdict
  readonly amount?: Amount
  readonly reason?: string
  readonly duplicateOf?: string
}

export type PanelAct =
  | { readonly kind: 'answer'; readonly given: GivenVerdict }
  | { readonly kind: 'decline'; readonly reviewer: string }
  /** Time has passed, or roles and interests have changed. */
  | { readonly kind: 'look' }

/** What an act changes. At most one panel ever has a decision: it is open until then. */
export interface PanelChange {
  readonly given: GivenVerdict | undefined
  /** Seats that were asked, with what becomes of them. */
  readonly moved: ReadonlyMap<string, Exclude<SeatState, 'asked' | 'decided'>>
  /** Verdicts that count no more. */
  readonly voided: readonly string[]
  readonly decision: Decision | undefined
  /** Those whose verdicts came to the decision. */
  readonly deciders: readonly string[]
  /** So many more are to be asked; 0 once it is decided. */
  readonly ask: number
}

/** What counts: verdicts of the current content by reviewers who may still sit. */
interface Opinion {
  readonly reviewer: string
  readonly verdict: Verdict
  readonly amount: Amount
  readonly reason: string | undefined
  readonly at: Instant
}

/** What becomes of a panel by one act at this moment. The caller has made sure that who answers or declines holds a seat and may. */
export function advance({ item, seats }: Pick<Panel, 'item' | 'seats'>, act: PanelAct, now: Instant): PanelChange {
  const moved = new Map<string, Exclude<SeatState, 'asked' | 'decided'>>()
  const voided: string[] = []
  const opinions: Opinion[] = []
  const waiting: string[] = []
  for (const seat of seats) {
    const { reviewer, state, standing } = seat
    const isUnfit = obstacleOf(standing) !== undefined
    if (act.kind === 'answer' && act.given.reviewer === reviewer) {
      assert(state === 'asked' && !isUnfit, `${reviewer} may not answer item ${item.id}`)
      opinions.push(opinionOf(act.given, now))
    } else if (state === 'asked') {
      const ending =
        act.kind === 'decline' && act.reviewer === reviewer ? 'declined' : isUnfit ? 'recused' : seat.dueAt <= now ? 'lapsed' : undefined
      if (ending === undefined) waiting.push(reviewer)
      else moved.set(reviewer, ending)
    } else if (state === 'decided' && !seat.voided) {
      if (isUnfit) voided.push(reviewer)
      else if (seat.revision === item.revision) opinions.push(opinionOf(seat, seat.decidedAt ?? now))
    }
  }
  const given = act.kind === 'answer' ? act.given : undefined
  const judged = judge(item, opinions)
  if (judged.decision === undefined)
    return { given, moved, voided, decision: undefined, deciders: [], ask: Math.max(0, judged.wanted - opinions.length - waiting.length) }
  for (const reviewer of waiting) moved.set(reviewer, 'released')
  return { given, moved, voided, decision: judged.decision, deciders: opinions.map(({ reviewer }) => reviewer), ask: 0 }
}

function opinionOf(given: Pick<Seat, 'verdict' | 'amount' | 'reason' | 'reviewer'>, at: Instant): Opinion {
  assert(given.verdict !== undefined, 'a verdict that was given is known')
  return { reviewer: given.reviewer, verdict: given.verdict, amount: given.amount ?? 0n, reason: given.reason, at }
}

const isApproval = ({ verdict }: Opinion): boolean => verdict === 'approve' || verdict === 'duplicate'

/** The rule of the table in README.md. `wanted`: so many opinions the panel should come to, for as long as it is not decided. */
function judge(
  item: Pick<ReviewItem, 'needed' | 'panel' | 'spreadPercent' | 'highest'>,
  opinions: readonly Opinion[],
): { readonly decision: Decision } | { readonly decision: undefined; readonly wanted: number } {
  const { needed, panel } = item
  const approvals = opinions.filter(isApproval)
  const amounts = approvals.map(({ amount }) => amount)
  if (approvals.length >= needed) {
    if (approvals.length > needed || opinions.length > panel || !isTooWide(item, amounts))
      return { decision: { outcome: 'approved', amount: medianOf(amounts), reason: '' } }
    // One more opinion is wanted: of those who were asked already, else of one more than the panel has.
    return { decision: undefined, wanted: Math.max(panel, opinions.length + 1) }
  }
  const against = opinions.filter((opinion) => !isApproval(opinion))
  if (panel - against.length >= needed) return { decision: undefined, wanted: panel }
  const returns = against.filter(({ verdict }) => verdict === 'return').length
  const reasons = against.toSorted((a, b) => a.at - b.at || (a.reviewer < b.reviewer ? -1 : 1)).flatMap(({ reason }) => reason ?? [])
  return {
    decision: { outcome: returns * 2 >= against.length ? 'returned' : 'rejected', amount: 0n, reason: [...new Set(reasons)].join('\n') },
  }
}

/** Whether amounts differ by more than is left to a median alone. */
function isTooWide({ spreadPercent, highest }: Pick<ReviewItem, 'spreadPercent' | 'highest'>, amounts: readonly Amount[]): boolean {
  const [first = 0n, ...others] = amounts
  const least = others.reduce((a, b) => (b < a ? b : a), first)
  const most = others.reduce((a, b) => (b > a ? b : a), first)
  return (most - least) * 100n > BigInt(spreadPercent) * highest
}

/** The middle of the amounts; of an even number the mean of the middle two, rounded down to nano. */
export function medianOf(amounts: readonly Amount[]): Amount {
  assert(amounts.length > 0, 'nothing has no median')
  const sorted = amounts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const upper = sorted[Math.floor(sorted.length / 2)]!
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]!
  return lower + (upper - lower) / 2n
}

export type WorthProblem = 'amount_missing' | 'amount_out_of_range' | 'amount_fixed' | 'no_amount'

/** What an approval of an item is worth, by the amount that was named, if one was. */
export function approvalWorth(
  { lowest, highest }: Pick<ReviewItem, 'lowest' | 'highest'>,
  asked: Amount | undefined,
): { readonly ok: true; readonly amount: Amount } | { readonly ok: false; readonly problem: WorthProblem } {
  if (lowest === highest) {
    if (asked === undefined || asked === lowest) return { ok: true, amount: lowest }
    return { ok: false, problem: highest === 0n ? 'no_amount' : 'amount_fixed' }
  }
  if (asked === undefined) return { ok: false, problem: 'amount_missing' }
  return asked < lowest || asked > highest ? { ok: false, problem: 'amount_out_of_range' } : { ok: true, amount: asked }
}

/** What a marked duplicate is paid: the form's share of the lowest amount, rounded down to nano. */
export const duplicateWorth = ({ lowest, duplicatePercent }: Pick<ReviewItem, 'lowest' | 'duplicatePercent'>): Amount =>
  (lowest * BigInt(duplicatePercent)) / 100n
