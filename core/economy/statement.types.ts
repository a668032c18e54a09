import type { Amount } from '../shared/amount.ts'
import type { Hex } from './merkle-hex.ts'

/** Version of the file format and of the leaf encoding; it is itself under the root. */
export const STATEMENT_VERSION = 1

/** Upper bound of lines in a statement; leaves room for facts and totals below the tree's own bound. */
export const MAX_STATEMENT_LINES = 10_000_000

/** Upper bound of transactions in a statement. */
export const MAX_STATEMENT_TRANSACTIONS = 100_000

/** Kind of a line that takes an expired balance (spec 01, "second kind of unclaimed supply"); every other negative line is a correction. */
export const EXPIRY_KIND = 'expiry'

/** One grant, correction or expiry of the period. Lines are numbered 1..n by their place: grants by ascending serial, then corrections and expiries. */
export type StatementLine = {
  /** Salted id of the member, 32 bytes. */
  readonly member: Hex
  /** What the line is for, `attendance`, `reversal`, ...: `a-z`, `0-9` and `-`, starting with a letter, at most 31 characters. */
  readonly kind: string
  /** Nano; positive for a grant, negative for a correction or expiry, never zero. */
  readonly amount: Amount
  /** What it refers to, such as `EVT-12`: at most 31 printable ASCII characters without `"` and `\`; may be empty. */
  readonly reference: string
  /** The grant's serial on the chain, at least 1; 0 for corrections and expiries. */
  readonly serial: number
}

/** A transaction that opened, funded, closed, ... the period. Not under the root: the close's own hash is known only after the root is anchored. */
export type StatementTransaction = {
  /** `open`, `fund`, `close`, `expire`, ...: same form as a line's kind. */
  readonly name: string
  /** Hash of the transaction, 32 bytes. */
  readonly hash: Hex
}

/** Which period of which deployment the statement is about. */
export type StatementSubject = {
  readonly period: number
  /** Whole second. */
  readonly genesis: number
  readonly chainId: number
  /** Address of the Emission contract, 20 bytes, lower case. */
  readonly emission: Hex
}

/** Sums over all earlier periods, nano: what the previous statement's running totals say (`carriedOver`). */
export type StatementBefore = {
  readonly granted: Amount
  readonly corrected: Amount
  readonly expired: Amount
  /** Balance of the participation pool at the period's start. */
  readonly pool: Amount
}

/** What the lines do not say about the period. */
export type StatementActivity = {
  /** Contributions recorded as `unfunded` in the period. */
  readonly unfunded: number
  /** Nano redeemed into the participation pool during the period. */
  readonly poolIn: Amount
  /** Nano streamed out of the participation pool during the period, to members and to the eco fund. */
  readonly poolOut: Amount
}

/** Everything a statement is made of, besides its lines. */
export type StatementInput = {
  readonly subject: StatementSubject
  readonly before: StatementBefore
  readonly activity: StatementActivity
  readonly transactions: readonly StatementTransaction[]
}

/** Why a statement is not written; the place is the line or the field concerned. */
export type StatementProblem =
  | 'member_form'
  | 'kind_form'
  | 'amount_range'
  | 'reference_form'
  | 'serial_missing'
  | 'serial_not_allowed'
  | 'serial_order'
  | 'grant_after_correction'
  | 'too_many_lines'
  | 'over_release'
  | 'period_range'
  | 'genesis_form'
  | 'chain_form'
  | 'emission_form'
  | 'value_range'
  | 'before_first_period'
  | 'transaction_form'
  | 'too_many_transactions'

/** Thrown by the writer: the data given cannot be a statement. `line` is the number of the line concerned, 0 when it is not a line. */
export class StatementRefused extends Error {
  readonly problem: StatementProblem
  readonly line: number

  constructor(problem: StatementProblem, line = 0) {
    super(`statement refused: ${problem}${line === 0 ? '' : ` (line ${line})`}`)
    this.name = 'StatementRefused'
    this.problem = problem
    this.line = line
  }
}
