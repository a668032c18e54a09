import type { Refusal } from '../shared/refusal.ts'
import type { DisputeProblem } from './dispute.rules.ts'
import { disputeTexts } from './dispute.texts.ts'
import { disputeCode, lineCode, type DisputableLine, type DisputeTimes } from './dispute.types.ts'

const { say } = disputeTexts

/** Every "no" to a dispute. */
export function disputeRefusal(
  problem: DisputeProblem,
  number: number,
  found: DisputableLine | undefined,
  times: (period: number) => DisputeTimes,
): Refusal {
  const line = lineCode(number)
  if (problem === 'no_line' || found === undefined)
    return { code: 'dispute.no_line', kind: 'not_found', reason: say('noLine', { line }), nextStep: say('noLineNext'), field: 'line' }
  const { end, until } = times(found.period)
  if (problem === 'too_early')
    return {
      code: 'dispute.too_early',
      kind: 'conflict',
      reason: say('tooEarly', { line }),
      nextStep: say('tooEarlyNext', { at: { at: end } }),
    }
  if (problem === 'too_late')
    return { code: 'dispute.too_late', kind: 'gone', reason: say('tooLate', { line, at: { at: until } }), nextStep: say('tooLateNext') }
  if (problem === 'open' && found.dispute !== undefined)
    return {
      code: 'dispute.already_open',
      kind: 'conflict',
      reason: say('alreadyOpen', { line, code: disputeCode(found.dispute.number) }),
      nextStep: say('alreadyOpenNext'),
    }
  return { code: 'dispute.decided', kind: 'conflict', reason: say('alreadyDecided', { line }), nextStep: say('alreadyDecidedNext') }
}
