import { TOTAL_SUPPLY, type Amount } from '../shared/amount.ts'
import type { LineSums } from './statement-fields.ts'
import { isHex } from './merkle-hex.ts'
import {
  EXPIRY_KIND,
  MAX_STATEMENT_LINES,
  type StatementLine,
  type StatementProblem,
  type StatementTransaction,
} from './statement.types.ts'

const KIND = /^[a-z][a-z0-9-]{0,30}$/
const REFERENCE = /^[ !#-[\]-~]{0,31}$/

/** What is wrong with a line by itself, if anything. */
export function lineProblem(line: StatementLine): StatementProblem | undefined {
  if (!isHex(line.member, 32)) return 'member_form'
  if (!KIND.test(line.kind)) return 'kind_form'
  if (!REFERENCE.test(line.reference)) return 'reference_form'
  if (line.amount === 0n || line.amount > TOTAL_SUPPLY || line.amount < -TOTAL_SUPPLY) return 'amount_range'
  if (!Number.isSafeInteger(line.serial) || line.serial < 0) return 'serial_order'
  if (line.amount > 0n && line.serial === 0) return 'serial_missing'
  if (line.amount < 0n && line.serial !== 0) return 'serial_not_allowed'
  return line.kind === EXPIRY_KIND && line.amount > 0n ? 'amount_range' : undefined
}

export function transactionProblem(transaction: StatementTransaction): StatementProblem | undefined {
  return KIND.test(transaction.name) && isHex(transaction.hash, 32) ? undefined : 'transaction_form'
}

/** Sums and order of the lines so far. Writer and verifier add the same way, so the same rules hold for both. */
export class LineSummer {
  #lines = 0
  #granted: Amount = 0n
  #corrected: Amount = 0n
  #expired: Amount = 0n
  #lastSerial = 0
  #grantsEnded = false

  /** Adds the next line; returns what is wrong with it, by itself or at this place, and then adds nothing. */
  add(line: StatementLine): StatementProblem | undefined {
    const problem = lineProblem(line) ?? this.#orderProblem(line)
    if (problem !== undefined) return problem
    this.#lines += 1
    if (line.amount > 0n) {
      this.#granted += line.amount
      this.#lastSerial = line.serial
      return undefined
    }
    this.#grantsEnded = true
    if (line.kind === EXPIRY_KIND) this.#expired -= line.amount
    else this.#corrected -= line.amount
    return undefined
  }

  #orderProblem(line: StatementLine): StatementProblem | undefined {
    if (this.#lines === MAX_STATEMENT_LINES) return 'too_many_lines'
    if (line.amount < 0n) return undefined
    if (this.#grantsEnded) return 'grant_after_correction'
    return line.serial <= this.#lastSerial ? 'serial_order' : undefined
  }

  sums(): LineSums {
    return { lines: this.#lines, granted: this.#granted, corrected: this.#corrected, expired: this.#expired }
  }
}
