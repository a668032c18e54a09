import { toHex, type Hex } from '../economy/merkle-hex.ts'
import { LeafList, merkleRoot, merkleTree, type Keccak256 } from '../economy/merkle.ts'
import { leafHasher } from '../economy/statement-leaf.ts'
import type { StatementLine } from '../economy/statement.types.ts'

/**
 * Root of the grant lines of one funding, in the order of their serials: the leaves of a statement's lines, numbered from 1 within the funding. So anybody
 * can recompute every `linesRoot` on chain from the period's statement alone.
 */
export function fundingRoot(keccak: Keccak256, lines: Iterable<StatementLine>): Hex {
  const hasher = leafHasher(keccak)
  const leaves = new LeafList()
  for (const line of lines) leaves.push(hasher.lineLeaf(leaves.count + 1, line))
  return toHex(merkleRoot(merkleTree(leaves.bytes(), keccak)))
}
