import { toHex, type Hex } from './merkle-hex.ts'
import { LeafList, merkleRoot, merkleTree, type Keccak256 } from './merkle.ts'
import { FACTS, fieldText, fieldValue, TOTALS, type FactName, type FieldForm, type TotalName } from './statement-fields.ts'
import { FindingList, type StatementFinding } from './statement-findings.ts'
import { checkOf, leafHasher, transactionCheck, type LeafHasher } from './statement-leaf.ts'
import { LineSummer } from './statement-lines.ts'
import { FileRefused, readStatement, type StatementEntries } from './statement-reader.ts'
import { judgeFacts, judgeTotals } from './statement-rules.ts'
import { readFieldEntry, readLineEntry, readRootEntry, readTransactionEntry } from './statement-text.ts'
import { MAX_STATEMENT_TRANSACTIONS, STATEMENT_VERSION, type StatementTransaction } from './statement.types.ts'

/** What a file says and what of it holds. */
export type StatementReport = {
  /** True when nothing in the file contradicts itself, the release schedule or the root. */
  readonly holds: boolean
  readonly findings: readonly StatementFinding[]
  /** Problems beyond the first hundred, which are counted and not listed. */
  readonly unlistedProblems: number
  readonly facts: Readonly<Partial<Record<FactName, bigint>>>
  readonly totals: Readonly<Partial<Record<TotalName, bigint>>>
  /** The root as the file says it. */
  readonly root: Hex | undefined
  readonly transactions: readonly StatementTransaction[]
}

class StatementJudge implements StatementEntries {
  readonly findings = new FindingList()
  readonly facts: Partial<Record<FactName, bigint>> = {}
  readonly totals: Partial<Record<TotalName, bigint>> = {}
  readonly transactions: StatementTransaction[] = []
  rootText: Hex | undefined
  /** Fields that are known to be wrong, and `line` when any line is: nothing is concluded from them. */
  readonly doubtful = new Set<string>()
  readonly #keccak: Keccak256
  readonly #hasher: LeafHasher
  readonly #leaves = new LeafList()
  readonly #summer = new LineSummer()
  #everyLeafKnown = true
  #lines = 0

  constructor(keccak: Keccak256) {
    this.#keccak = keccak
    this.#hasher = leafHasher(keccak)
  }

  fact(name: FactName, entry: string): void {
    const value = this.#field('fact', name, FACTS[name], entry)
    if (name === 'version' && value !== undefined && value !== BigInt(STATEMENT_VERSION))
      throw new FileRefused('version', 3, value.toString())
    if (value !== undefined) this.facts[name] = value
  }

  total(name: TotalName, entry: string): void {
    const value = this.#field('total', name, TOTALS[name], entry)
    if (value !== undefined) this.totals[name] = value
  }

  #field(part: 'fact' | 'total', name: string, form: FieldForm, entry: string): bigint | undefined {
    const read = readFieldEntry(entry)
    const value = read === undefined || read.name !== name ? undefined : fieldValue(form, read.text)
    if (read === undefined || value === undefined) {
      this.#unreadable(part, name, entry)
      this.doubtful.add(name)
      return undefined
    }
    const leaf = this.#hasher.fieldLeaf(name, value)
    this.#leaves.push(leaf)
    if (checkOf(leaf) !== read.check) {
      this.findings.problem('entry_check', { part, name }, checkOf(leaf), read.check, fieldText(form, value))
      this.doubtful.add(name)
    }
    return value
  }

  #unreadable(part: 'fact' | 'total' | 'line' | 'transaction', name: string, entry: string): void {
    this.findings.problem('entry_unreadable', { part, name }, '', entry.slice(0, 120))
    if (part !== 'transaction') this.#everyLeafKnown = false
  }

  line(number: number, entry: string): void {
    this.#lines = number
    const name = String(number)
    const read = readLineEntry(entry)
    if (read === undefined) {
      this.doubtful.add('line')
      this.#unreadable('line', name, entry)
      return
    }
    const leaf = this.#hasher.lineLeaf(number, read.line)
    this.#leaves.push(leaf)
    const check = checkOf(leaf)
    const problem = check === read.check && read.number === number ? this.#summer.add(read.line) : undefined
    if (check === read.check && read.number === number && problem === undefined) return
    this.doubtful.add('line')
    if (read.number !== number) this.findings.problem('entry_number', { part: 'line', name }, name, String(read.number))
    else if (problem !== undefined) this.findings.problem('entry_bounds', { part: 'line', name }, '', problem)
    else this.findings.problem('entry_check', { part: 'line', name }, check, read.check, entry.slice(0, 400))
  }

  root(text: string): void {
    this.rootText = readRootEntry(text)
    if (this.rootText === undefined) this.findings.problem('root_unreadable', { part: 'root', name: '' }, '', text.slice(0, 120))
  }

  transaction(number: number, entry: string): void {
    const read = readTransactionEntry(entry)
    const place = { part: 'transaction', name: String(number) } as const
    if (read === undefined) this.#unreadable('transaction', place.name, entry)
    else if (transactionCheck(read.transaction, this.#keccak) !== read.check) {
      this.findings.problem('entry_check', place, transactionCheck(read.transaction, this.#keccak), read.check, entry)
    } else if (number <= MAX_STATEMENT_TRANSACTIONS) this.transactions.push(read.transaction)
    else throw new FileRefused('too_long', 0)
  }

  /** Judges what only the whole file can tell. */
  conclude(): void {
    if (!this.doubtful.has('line')) this.findings.good('lines_hold', { part: 'line', name: '' }, String(this.#lines))
    judgeFacts(this.facts, this.doubtful, this.findings)
    judgeTotals(this.facts, this.totals, this.#summer.sums(), this.doubtful, this.findings)
    this.#judgeRoot()
    const broken = this.findings.hasProblemAt('transaction')
    if (!broken) this.findings.good('transactions_hold', { part: 'transaction', name: '' }, String(this.transactions.length))
  }

  #judgeRoot(): void {
    if (this.rootText === undefined) return
    const place = { part: 'root', name: '' } as const
    if (!this.#everyLeafKnown) {
      this.findings.problem('root_unjudged', place, '', this.rootText)
      return
    }
    const computed = toHex(merkleRoot(merkleTree(this.#leaves.bytes(), this.#keccak)))
    if (computed === this.rootText) {
      this.findings.contentAgreesWithRoot()
      this.findings.good('root_holds', place, computed)
    } else this.findings.problem(this.doubtful.size > 0 ? 'root_follows' : 'root_differs', place, computed, this.rootText)
  }
}

/**
 * Verifies a statement file from its bytes alone: every entry against its check, the facts against the release schedule, the totals against the lines
 * and each other, the root against all of them. Names the place of what does not hold. Never throws for what is in the file; errors of `chunks`
 * (a disk, a network) pass through. Memory: 96 bytes per line.
 */
export async function verifyStatement(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  keccak: Keccak256,
): Promise<StatementReport> {
  const judge = new StatementJudge(keccak)
  try {
    await readStatement(chunks, judge)
    judge.conclude()
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
    judge.findings.problem(`file_${error.problem}`, { part: 'file', name: String(error.textLine) }, '', error.found)
  }
  const { findings, facts, totals, rootText, transactions } = judge
  return {
    holds: findings.holds,
    findings: findings.list(),
    unlistedProblems: findings.unlisted,
    facts,
    totals,
    root: rootText,
    transactions,
  }
}
