import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** The accounts of spec 01, "Ledger". Their balances sum to 10^17 nano at all times. */
export type AccountName =
  | 'unreleased'
  | 'pool'
  | 'eco-fund'
  | 'leaving'
  | 'chain'
  | 'burned'
  | `period:${number}`
  | `member:${string}`
  | `escrow:${string}`

/** Why value moved; one word that statements and history show. */
export const TRANSFER_KINDS = [
  'release',
  'grant',
  'reversal',
  'burn',
  'withdrawal',
  'withdrawal-cancelled',
  'payout',
  'deposit',
  'correction',
] as const
export type TransferKind = (typeof TRANSFER_KINDS)[number]

/** One movement of value: debit and credit leg together, posted once under a caller-given id. */
export interface Transfer {
  readonly id: string
  readonly debit: AccountName
  readonly credit: AccountName
  readonly amount: Amount
  readonly kind: TransferKind
  /** What it was for, such as `EVT-12`. */
  readonly reference: string
  readonly period: number
  readonly at: Instant
}

/** The form that the database checks too. */
export function isAccountName(name: string): name is AccountName {
  return /^(unreleased|pool|eco-fund|leaving|chain|burned|period:([1-9]|1[0-3])|(member|escrow):[0-9a-z]{20})$/.test(name)
}

export function isTransferKind(kind: string): kind is TransferKind {
  return TRANSFER_KINDS.some((known) => known === kind)
}

export function memberAccount(memberId: string): AccountName {
  return `member:${memberId}`
}

export function periodAccount(period: number): AccountName {
  return `period:${period}`
}
