import type { Reply } from '../shared/reply.ts'
import { operationsTexts } from './operations.texts.ts'

const { say } = operationsTexts

/** Causes that operators are told of. */
const ALERTS = [
  'signer-halted',
  'payouts-halted',
  'payouts-resumed',
  'withdrawal-unpayable',
  'deposit-unknown',
  'deposit-unbacked',
  'chain-went-back',
  'telegram-webhook-changed',
  'bot-put-out',
  'reviews-wait',
] as const

/** What operators read: the sentence of the cause and its details, one a line. */
export function renderAlert(code: string, details: Readonly<Record<string, string>>): Reply {
  if (code === 'deliveries-failed') return deliveriesFailed(Number(details['failed'] ?? 0), Number(details['unknown'] ?? 0))
  const known = ALERTS.find((each) => each === code)
  return {
    audience: 'private',
    tone: known === 'payouts-resumed' ? 'info' : 'fault',
    lines: [
      known === undefined ? say('alertOther', { code }) : say(`alert_${known}`),
      ...Object.entries(details).map(([name, value]) => say('alertDetail', { name, value })),
    ],
    code,
  }
}

function deliveriesFailed(failed: number, unknown: number): Reply {
  return {
    audience: 'private',
    tone: 'fault',
    lines: [
      ...(failed === 0 ? [] : [say('deliveriesFailed', { count: failed })]),
      ...(unknown === 0 ? [] : [say('deliveriesUnknown', { count: unknown })]),
      say('deliveriesNext'),
    ],
    code: 'deliveries-failed',
  }
}
