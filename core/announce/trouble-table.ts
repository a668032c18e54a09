import type { Reply } from '../shared/reply.ts'
import { announceTexts } from './announce.texts.ts'
import { deliveryCode, type Trouble } from './announce.types.ts'

const { say } = announceTexts

/** Deliveries that went wrong, one a row; nothing when there are none. */
export function troubleTable(troubles: readonly Trouble[]): Pick<Reply, 'table'> {
  if (troubles.length === 0) return {}
  return {
    table: {
      header: [say('columnMessage'), say('columnChat'), say('columnState'), say('columnReason'), say('columnWritten')],
      rows: troubles.map(({ delivery, where, reason, isUnknown, createdAt }) => [
        deliveryCode(delivery),
        where,
        say(isUnknown ? 'stateUnknown' : 'stateFailed'),
        reason,
        { at: createdAt },
      ]),
    },
  }
}
