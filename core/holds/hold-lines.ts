import type { Text } from '../shared/text.ts'
import type { Hold, SeenSignal } from './hold.types.ts'
import { holdTexts } from './hold.texts.ts'

const { say } = holdTexts

/** What was seen, as sentences; the member reads the same as the committee, except whose the other submission is. */
export function signalLines({ signals }: Pick<Hold, 'signals'>, reader: 'member' | 'committee'): readonly Text[] {
  return signals.length === 0 ? [say('noSignals')] : signals.map((signal) => signalLine(signal, reader))
}

function signalLine({ kind, subject, figure }: SeenSignal, reader: 'member' | 'committee'): Text {
  if (kind === 'young-account') return say('signalYoung', { days: figure })
  if (kind === 'new-at-event') return say('signalNew', { minutes: figure, event: subject })
  if (kind === 'shared-answers')
    return reader === 'committee'
      ? say('signalShared', { percent: figure, submission: subject })
      : say('signalSharedOwn', { percent: figure })
  if (kind === 'shared-wallet') return say('signalWallet', { members: figure, address: subject })
  return say('signalBurst', { members: figure, event: subject })
}
