import assert from 'node:assert'
import { TOTAL_SUPPLY } from '../shared/amount.ts'
import type { Transfer } from './ledger.types.ts'

/** A transfer that no caller may build: a bug, not a refusal. Called by every store before it writes. */
export function assertTransfer(transfer: Transfer): void {
  assert(transfer.amount > 0n && transfer.amount <= TOTAL_SUPPLY, `transfer ${transfer.id}: amount ${transfer.amount} is out of bounds`)
  assert(transfer.debit !== transfer.credit, `transfer ${transfer.id}: debit and credit are the same account`)
  const { kind, debit, credit } = transfer
  const isCorrection = /^(member|escrow):/.test(debit) && credit === 'burned'
  assert(kind !== 'correction' || isCorrection, `transfer ${transfer.id}: a correction goes from a member or an escrow to burned`)
  assert(transfer.id.length > 0 && transfer.id.length <= 200, 'a transfer needs an id of at most 200 characters')
}

/**
 * True when a posted transfer is the one asked for again. The time is not compared: a retry happens later, and the first one counts
 * (same id and fields = already posted; same id, other fields = refused; spec 01, "Ledger").
 */
export function isSameTransfer(posted: Transfer, asked: Transfer): boolean {
  return (
    posted.id === asked.id &&
    posted.debit === asked.debit &&
    posted.credit === asked.credit &&
    posted.amount === asked.amount &&
    posted.kind === asked.kind &&
    posted.reference === asked.reference &&
    posted.period === asked.period
  )
}

/**
 * Change of the credited or debited member's `earned` sum: grants add, reversals take back, all else leaves it. A correction takes back from a member;
 * an escrow has earned nothing.
 */
export function earnedEffect({ kind, debit }: Pick<Transfer, 'kind' | 'debit'>): 'adds' | 'takes-back' | 'none' {
  if (kind === 'grant') return 'adds'
  return kind === 'reversal' || (kind === 'correction' && debit.startsWith('member:')) ? 'takes-back' : 'none'
}
