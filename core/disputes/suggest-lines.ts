import { MAX_SUGGESTIONS, matches, type Source } from '../shared/suggest.ts'
import type { DisputePort } from './dispute.port.ts'
import { disputablePeriod } from './dispute.rules.ts'
import { disputeTexts } from './dispute.texts.ts'
import { lineCode } from './dispute.types.ts'

const { say } = disputeTexts
/** Looked through for what is typed; older lines are typed by their code. */
const MOST_LOOKED_AT = 200

/** Offers the member's own lines that can be disputed now, the newest first. */
export function lineSource({ genesis, lines }: Pick<DisputePort, 'genesis' | 'lines'>): Source {
  return async ({ actor, typed, now }) => {
    const period = disputablePeriod(genesis, now)
    if (period === undefined) return []
    const found = await lines(actor.memberId, period, undefined, MOST_LOOKED_AT)
    return found
      .filter(
        ({ number, reference, dispute, kind }) =>
          dispute === undefined && kind !== 'correction' && matches(typed, lineCode(number), reference),
      )
      .slice(0, MAX_SUGGESTIONS)
      .map(({ number, amount, reference }) => ({
        value: lineCode(number),
        label: say('suggestion', { line: lineCode(number), amount, reference }),
      }))
  }
}
