import type { Amount } from '../shared/amount.ts'
import type { Text } from '../shared/text.ts'
import { disputeTexts } from './dispute.texts.ts'
import { disputeCode, lineCode, type DisputeDecision, type DisputeSettled } from './dispute.types.ts'

const { say } = disputeTexts

/** A dispute with the line that it is about, as notices name them. */
export interface DisputedLine {
  readonly number: number
  readonly period: number
  readonly line: number
  /** What the line says, in nano. */
  readonly amount: Amount
}

/** What the member of a dispute is told when it is decided. */
export function decidedNotice(dispute: DisputedLine, decision: DisputeDecision, settled: Exclude<DisputeSettled, 'over'>): Text {
  const { amount: wanted, reason } = decision
  const old = dispute.amount
  // Who approves need not say why: the amount says it.
  const because = reason === '' ? '' : say('because', { reason })
  const about = { code: disputeCode(dispute.number), line: lineCode(dispute.line), old }
  if (settled === 'gone') return say('gone', about)
  if (settled === 'kept') return say('kept', { ...about, because })
  if (settled === 'unfunded') return say('unfunded', { ...about, new: wanted, period: dispute.period, because })
  if (settled === 'over-budget') return say('overBudget', { ...about, new: wanted, because })
  if (settled === 'spent') return say('spent', { ...about, new: wanted, because })
  const isMore = wanted > old
  const change = isMore ? wanted - old : old - wanted
  return say('corrected', { ...about, new: wanted, change, direction: say(isMore ? 'added' : 'takenBack'), because })
}

/** What the member is told when nobody has decided in time. */
export function lapsedNotice({ number, line, amount }: Omit<DisputedLine, 'period'>): Text {
  return say('lapsed', { code: disputeCode(number), line: lineCode(line), old: amount })
}
