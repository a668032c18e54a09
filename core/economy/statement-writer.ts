import { toHex, type Hex } from './merkle-hex.ts'
import { LeafList, merkleRoot, merkleTree, type Keccak256, type MerkleTree } from './merkle.ts'
import { FIRST_PERIOD } from './release-schedule.ts'
import {
  BEFORE_FIRST_PERIOD,
  FACT_NAMES,
  FACTS,
  fieldText,
  sameBefore,
  statementFacts,
  statementTotals,
  TOTAL_NAMES,
  TOTALS,
  totalOutOfRange,
  type StatementFacts,
  type StatementTotals,
} from './statement-fields.ts'
import { checkOf, leafHasher, transactionCheck } from './statement-leaf.ts'
import { LineSummer, transactionProblem } from './statement-lines.ts'
import {
  CLOSING,
  FACTS_OPEN,
  fieldEntry,
  FIELDS_CLOSE,
  lineEntry,
  LINES_CLOSE,
  LINES_OPEN,
  OPENING,
  rootEntry,
  TOTALS_OPEN,
  transactionEntry,
  TRANSACTIONS_CLOSE,
  TRANSACTIONS_OPEN,
} from './statement-text.ts'
import {
  MAX_STATEMENT_TRANSACTIONS,
  StatementRefused,
  type StatementInput,
  type StatementLine,
  type StatementTransaction,
} from './statement.types.ts'

/** What a written statement came to. */
export type WrittenStatement = {
  /** What `Emission.close(period, root)` anchors. */
  readonly root: Hex
  readonly facts: StatementFacts
  readonly totals: StatementTotals
  /** Length of the file in bytes. */
  readonly bytes: number
  /** Where `transactionsText` begins: to add a transaction later, cut the file here and append the new text. The root stays. */
  readonly transactionsAt: number
  /** For the proofs of single lines; 64 bytes per line in memory as long as it is kept. */
  readonly tree: MerkleTree
}

const CHUNK_CHARACTERS = 65_536

/** Last part of the file, from `"transactions":[` on. Refused: a name or hash out of form, more than 100,000 transactions. */
export function transactionsText(transactions: readonly StatementTransaction[], keccak: Keccak256): string {
  if (transactions.length > MAX_STATEMENT_TRANSACTIONS) throw new StatementRefused('too_many_transactions')
  const entries = transactions.map((transaction) => {
    const problem = transactionProblem(transaction)
    if (problem !== undefined) throw new StatementRefused(problem)
    return transactionEntry(transaction, transactionCheck(transaction, keccak))
  })
  return [TRANSACTIONS_OPEN, ...(entries.length === 0 ? [] : [entries.join(',\n')]), TRANSACTIONS_CLOSE, CLOSING, ''].join('\n')
}

/**
 * Writes the statement of a period: takes the lines in order (grants by ascending serial, then corrections and expiries), gives the file in chunks of
 * about 64 KB to `write` and waits for each. Same input, same bytes. In memory: 32 bytes per line while reading, 96 while building the tree, which
 * runs without a pause (a second or two per million lines).
 * Throws `StatementRefused` with the line's number for a line out of bounds or out of order, and when the grants exceed the release or a total leaves
 * its range; what was written until then is to be thrown away.
 */
export async function writeStatement(
  input: StatementInput,
  lines: AsyncIterable<StatementLine> | Iterable<StatementLine>,
  keccak: Keccak256,
  write: (chunk: Uint8Array) => void | Promise<void>,
): Promise<WrittenStatement> {
  const facts = statementFacts(input.subject)
  if (!Number.isSafeInteger(input.activity.unfunded)) throw new StatementRefused('value_range')
  if (input.subject.period === FIRST_PERIOD && !sameBefore(input.before, BEFORE_FIRST_PERIOD))
    throw new StatementRefused('before_first_period')
  const tail = transactionsText(input.transactions, keccak)
  const hasher = leafHasher(keccak)
  const leaves = new LeafList()
  const encoder = new TextEncoder()
  let text = ''
  let bytes = 0
  const flush = async (): Promise<void> => {
    const chunk = encoder.encode(text)
    bytes += chunk.length
    text = ''
    await write(chunk)
  }
  const addLeaf = (leaf: Uint8Array): string => {
    leaves.push(leaf)
    return checkOf(leaf)
  }

  text = `${OPENING}\n${FACTS_OPEN}\n`
  text += FACT_NAMES.map((name) =>
    fieldEntry(name, fieldText(FACTS[name], facts[name]), addLeaf(hasher.fieldLeaf(name, facts[name]))),
  ).join(',\n')
  text += `\n${FIELDS_CLOSE}\n${LINES_OPEN}`

  const summer = new LineSummer()
  let number = 0
  for await (const line of lines) {
    number += 1
    const problem = summer.add(line)
    if (problem !== undefined) throw new StatementRefused(problem, number)
    text += `${number === 1 ? '\n' : ',\n'}${lineEntry(number, line, addLeaf(hasher.lineLeaf(number, line)))}`
    if (text.length >= CHUNK_CHARACTERS) await flush()
  }

  const totals = statementTotals(input.subject.period, summer.sums(), input.before, input.activity)
  if (totals.burned < 0n) throw new StatementRefused('over_release')
  if (totalOutOfRange(totals) !== undefined) throw new StatementRefused('value_range')
  text += `\n${LINES_CLOSE}\n${TOTALS_OPEN}\n`
  text += TOTAL_NAMES.map((name) =>
    fieldEntry(name, fieldText(TOTALS[name], totals[name]), addLeaf(hasher.fieldLeaf(name, totals[name]))),
  ).join(',\n')
  const tree = merkleTree(leaves.bytes(), keccak)
  const root = toHex(merkleRoot(tree))
  text += `\n${FIELDS_CLOSE}\n${rootEntry(root)}\n`
  await flush()
  const transactionsAt = bytes
  text = tail
  await flush()
  return { root, facts, totals, bytes, transactionsAt, tree }
}
