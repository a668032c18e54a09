import type { Amount } from '../shared/amount.ts'
import type { Refusal } from '../shared/refusal.ts'
import { permitTexts } from './permit-deposit.texts.ts'

const { say } = permitTexts

/** Every "no" to a deposit by permit. */
export const permitRefusals = {
  relayOff: (): Refusal => ({ code: 'deposit.relay_off', kind: 'conflict', reason: say('relayOff'), nextStep: say('relayOffNext') }),
  tooSmall: (min: Amount): Refusal => ({
    code: 'deposit.too_small',
    kind: 'invalid',
    reason: say('tooSmall', { min }),
    nextStep: say('tooSmallNext'),
    field: 'amount',
  }),
  tooLarge: (max: Amount): Refusal => ({
    code: 'deposit.too_large',
    kind: 'invalid',
    reason: say('tooLarge', { max }),
    nextStep: say('tooMuchNext'),
    field: 'amount',
  }),
  tooMuch: (balance: Amount): Refusal => ({
    code: 'deposit.too_much',
    kind: 'conflict',
    reason: say('tooMuch', { balance }),
    nextStep: say('tooMuchNext'),
    field: 'amount',
  }),
  signature: (): Refusal => ({ code: 'deposit.signature', kind: 'invalid', reason: say('signature'), nextStep: say('signatureNext') }),
  notLinked: (): Refusal => ({ code: 'deposit.not_linked', kind: 'forbidden', reason: say('notLinked'), nextStep: say('notLinkedNext') }),
  blocked: (): Refusal => ({ code: 'deposit.blocked', kind: 'forbidden', reason: say('blocked'), nextStep: say('blockedNext') }),
  late: (): Refusal => ({ code: 'deposit.late', kind: 'gone', reason: say('late'), nextStep: say('signAgain') }),
  tooFar: (): Refusal => ({ code: 'deposit.too_far', kind: 'invalid', reason: say('tooFar'), nextStep: say('signAgain') }),
  used: (): Refusal => ({ code: 'deposit.permit_used', kind: 'conflict', reason: say('used'), nextStep: say('usedNext') }),
  early: (): Refusal => ({ code: 'deposit.other_nonce', kind: 'conflict', reason: say('early'), nextStep: say('waitNext') }),
  underWay: (): Refusal => ({ code: 'deposit.under_way', kind: 'conflict', reason: say('underWay'), nextStep: say('waitNext') }),
  paused: (): Refusal => ({ code: 'deposit.paused', kind: 'conflict', reason: say('paused'), nextStep: say('pausedNext') }),
  gas: (): Refusal => ({ code: 'deposit.gas', kind: 'conflict', reason: say('gas'), nextStep: say('gasNext') }),
  dayFull: (count: number): Refusal => ({
    code: 'deposit.day_full',
    kind: 'limited',
    reason: say('dayFull', { count }),
    nextStep: say('dayFullNext'),
  }),
  unknown: (): Refusal => ({ code: 'deposit.unknown', kind: 'not_found', reason: say('unknown'), nextStep: say('unknownNext') }),
} as const
