import { fromHex, isHex, toHex, type Hex } from './merkle-hex.ts'
import { LeafList, merkleProof, merkleTree, rootOfProof, type Keccak256, type MerkleTree } from './merkle.ts'
import { FACT_NAMES, TOTAL_NAMES, type StatementFacts, type StatementTotals } from './statement-fields.ts'
import { leafHasher } from './statement-leaf.ts'
import { lineProblem } from './statement-lines.ts'
import { MAX_STATEMENT_LINES, type StatementLine } from './statement.types.ts'

/** Longest proof in a tree of 2^24 leaves. */
const MAX_PROOF_STEPS = 24

/** What a member needs, besides the anchored root, to show that a line is in the statement. */
export type LineProof = {
  /** Number of the line, from 1. */
  readonly number: number
  readonly line: StatementLine
  /** Sibling hashes from the leaf to the root, as `StandardMerkleTree.verify` and `MerkleProof.verify` take them. */
  readonly proof: readonly Hex[]
}

/**
 * Tree of a statement that was written before, from its lines in order, its facts and its totals. For a statement just written take
 * `WrittenStatement.tree`.
 */
export async function statementTree(
  facts: StatementFacts,
  totals: StatementTotals,
  lines: AsyncIterable<StatementLine> | Iterable<StatementLine>,
  keccak: Keccak256,
): Promise<MerkleTree> {
  const hasher = leafHasher(keccak)
  const leaves = new LeafList()
  for (const name of FACT_NAMES) leaves.push(hasher.fieldLeaf(name, facts[name]))
  for (const name of TOTAL_NAMES) leaves.push(hasher.fieldLeaf(name, totals[name]))
  let number = 0
  for await (const line of lines) {
    number += 1
    leaves.push(hasher.lineLeaf(number, line))
  }
  return merkleTree(leaves.bytes(), keccak)
}

/** Proof of one line; undefined when the statement of this tree does not hold the line under this number. */
export function lineProof(tree: MerkleTree, number: number, line: StatementLine, keccak: Keccak256): LineProof | undefined {
  const proof = merkleProof(tree, leafHasher(keccak).lineLeaf(number, line))
  return proof === undefined ? undefined : { number, line, proof: proof.map(toHex) }
}

/** Whether the line is in the statement with this root. False, never an error, for anything out of form. */
export function verifyLineProof(root: Hex, { number, line, proof }: LineProof, keccak: Keccak256): boolean {
  if (!Number.isInteger(number) || number < 1 || number > MAX_STATEMENT_LINES || lineProblem(line) !== undefined) return false
  if (proof.length > MAX_PROOF_STEPS || !proof.every((hash) => isHex(hash, 32))) return false
  return toHex(rootOfProof(leafHasher(keccak).lineLeaf(number, line), proof.map(fromHex), keccak)) === root
}
