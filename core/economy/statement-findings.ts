import type { FileProblem } from './statement-reader.ts'

/** Where in the file or on the chain; `name` is the field, the number of the line or transaction, or for `file` the line of text. */
export type StatementPlace = {
  readonly part: 'file' | 'fact' | 'line' | 'total' | 'root' | 'transaction' | 'previous' | 'chain'
  readonly name: string
}

/** What was found; the first group holds, the others do not. */
export type FindingCode =
  | 'lines_hold'
  | 'fact_declared'
  | 'fact_follows'
  | 'total_follows'
  | 'total_declared'
  | 'root_holds'
  | 'transactions_hold'
  | 'previous_holds'
  | 'chain_holds'
  | `file_${FileProblem}`
  | 'entry_unreadable'
  | 'entry_check'
  | 'entry_check_changed'
  | 'entry_number'
  | 'entry_bounds'
  | 'fact_differs'
  | 'fact_range'
  | 'total_differs'
  | 'total_range'
  | 'root_unreadable'
  | 'root_unjudged'
  | 'root_follows'
  | 'root_differs'
  | 'previous_differs'
  | 'chain_differs'
  | 'chain_not_closed'
  | 'chain_no_contract'
  | 'chain_transaction_missing'
  | 'chain_transaction_failed'

export type StatementFinding = {
  readonly holds: boolean
  readonly code: FindingCode
  readonly place: StatementPlace
  /** What it should be, as the file would write it; empty when there is nothing to compare with. */
  readonly expected: string
  readonly found: string
  /** The entry concerned, for people. */
  readonly entry: string
}

const MAX_LISTED_PROBLEMS = 100

/** Findings in order, problems bounded: a file of another origin may be wrong in every line. */
export class FindingList {
  #findings: StatementFinding[] = []
  #problems = 0

  get holds(): boolean {
    return this.#problems === 0
  }

  get unlisted(): number {
    return Math.max(0, this.#problems - MAX_LISTED_PROBLEMS)
  }

  good(code: FindingCode, place: StatementPlace, found: string): void {
    this.#findings.push({ holds: true, code, place, expected: found, found, entry: '' })
  }

  problem(code: FindingCode, place: StatementPlace, expected: string, found: string, entry = ''): void {
    this.#problems += 1
    if (this.#problems <= MAX_LISTED_PROBLEMS) this.#findings.push({ holds: false, code, place, expected, found, entry })
  }

  hasProblemAt(part: StatementPlace['part']): boolean {
    return this.#findings.some((finding) => !finding.holds && finding.place.part === part)
  }

  /** The root of the contents is the file's root, so wherever content and check disagree, it is the check that was changed. */
  contentAgreesWithRoot(): void {
    this.#findings = this.#findings.map((finding) =>
      finding.code === 'entry_check' && finding.place.part !== 'transaction' ? { ...finding, code: 'entry_check_changed' } : finding,
    )
  }

  list(): readonly StatementFinding[] {
    return this.#findings
  }
}
