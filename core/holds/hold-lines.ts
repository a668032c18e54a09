import type { Text } from '../shared/text.ts'
import type { Hold, SeenSignal } from './hold.types.ts'
import { holdTexts } from './hold.texts.ts'

const { say } = holdTexts

/** What was seen, as sentences; the member reads the same as the committee. */
export function signalLines({ signals }: Pick<Hold, 'signals'>): readonly Text[] {
  return signals.length === 0 ? [say('noSignals')] : signals.map(signalLine)
}

function signalLine({ kind, subject, figure }: SeenSignal): Text {
  if (kind === 'young-account') return say('signalYoung', { days: figure })
  if (kind === 'new-at-event') return say('signalNew', { minutes: figure, event: subject })
  return say('signalBurst', { members: figure, event: subject })
}
