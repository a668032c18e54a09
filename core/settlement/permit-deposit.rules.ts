import { pos, TOTAL_SUPPLY, type Amount } from '../shared/amount.ts'
import { HOUR, isoSecond, MINUTE, SECOND, type Instant } from '../shared/instant.ts'
import type { Refusal } from '../shared/refusal.ts'
import { permitRefusals as no } from './permit-deposit.refusals.ts'
import type { OwnerPosition, Permit, RelayedDeposit } from './permit-deposit.types.ts'
import { BLOCKS_BEFORE_BUMP, MAX_ATTEMPTS } from './settlement.rules.ts'
import type { Attempt } from './settlement.types.ts'

/** The operator pays the gas of a relayed deposit: below this it would cost more than it brings. */
export const MIN_RELAYED: Amount = pos(1)
export const MAX_RELAYED: Amount = TOTAL_SUPPLY

/** A permit that is valid for longer could be sent when the member has long forgotten it. */
export const MAX_PERMIT_LIFETIME = HOUR
/** What the page asks wallets to sign: time to read, and to send again when something does not answer. */
const OFFERED_LIFETIME = 30 * MINUTE

/** Relayed deposits of a member in a UTC day; the database holds the same bound. */
export const RELAYED_A_DAY = 5

/** The deadline that a permit signed now should have; a whole second. */
export function offeredDeadline(now: Instant): Instant {
  return Math.floor((now + OFFERED_LIFETIME) / SECOND) * SECOND
}

/** The UTC day to which an instant belongs: `2027-01-31`. */
export function dayOf(at: Instant): string {
  return isoSecond(at).slice(0, 10)
}

/** What is wrong with an amount, whoever signs it. */
export function amountRefusal(amount: Amount): Refusal | undefined {
  if (amount < MIN_RELAYED) return no.tooSmall(MIN_RELAYED)
  return amount > MAX_RELAYED ? no.tooLarge(MAX_RELAYED) : undefined
}

/**
 * Why a permit that its owner has signed is not relayed; undefined when it may be tried. In the order in which members are told: who they are, the permit
 * itself, what the wallet holds. Only an owner learns whether the wallet is linked: the signature was looked at before.
 */
export function permitRefusal(
  permit: Permit,
  facts: { readonly member: { readonly isBlocked: boolean } | undefined; readonly owner: OwnerPosition; readonly now: Instant },
): Refusal | undefined {
  const { member, owner, now } = facts
  if (member === undefined) return no.notLinked()
  if (member.isBlocked) return no.blocked()
  if (permit.deadline <= now) return no.late()
  if (permit.deadline > now + MAX_PERMIT_LIFETIME) return no.tooFar()
  if (permit.nonce < owner.nonce) return no.used()
  if (permit.nonce > owner.nonce) return no.early()
  return permit.amount > owner.balance ? no.tooMuch(owner.balance) : undefined
}

/** What a contract's error means to the member; undefined for those that no permit of a member can cause. */
export function trialRefusal(error: string, owner: OwnerPosition): Refusal | undefined {
  if (error === 'EnforcedPause') return no.paused()
  if (error === 'ERC2612ExpiredSignature') return no.late()
  // It was good a moment ago: somebody has used it meanwhile.
  if (error === 'ERC2612InvalidSigner') return no.used()
  return error === 'ERC20InsufficientBalance' ? no.tooMuch(owner.balance) : undefined
}

/** Whether two permits of one owner and nonce ask for the same. */
export function isSamePermit(one: Permit, other: Permit): boolean {
  return one.amount === other.amount && one.deadline === other.deadline
}

/** The next free number of the relayer: no smaller than what the node expects, and none that is kept for a transaction of ours, sent or not yet. */
export function nextNonce(expected: number, kept: readonly number[]): number {
  const taken = new Set(kept)
  let nonce = expected
  while (taken.has(nonce)) nonce += 1
  return nonce
}

/** Whether a waiting transaction is replaced by a dearer one. */
export function isStuck(deposit: RelayedDeposit, newest: Attempt, block: number): boolean {
  return block - newest.sentBlock >= BLOCKS_BEFORE_BUMP && deposit.attempts.length < MAX_ATTEMPTS
}
