import assert from 'node:assert'

/**
 * Merkle tree over 32-byte leaves, node for node the tree of OpenZeppelin's `StandardMerkleTree` (merkle-tree 1.0.8, `sortLeaves` on): leaves in
 * ascending order from the back of the array, every parent the hash of its two children in ascending order. One flat array holds the whole tree,
 * so that a million leaves cost 64 MB and no objects.
 */

/** Keccak-256 as Ethereum uses it (not SHA3-256): any bytes in, 32 bytes out. The result belongs to the caller. */
export type Keccak256 = (bytes: Uint8Array) => Uint8Array

const HASH_BYTES = 32

/** Upper bound of leaves in one tree. The sort below packs an index into 24 bits. */
const MAX_LEAVES = 2 ** 24

/** Node `i` is at byte `32 * i`; the root is node 0, the children of node `i` are `2i + 1` and `2i + 2`, the smallest leaf is the last node. */
export type MerkleTree = { readonly nodes: Uint8Array; readonly leafCount: number }

/** Growing list of 32-byte leaves in one array. */
export class LeafList {
  #bytes = new Uint8Array(1_024 * HASH_BYTES)
  #count = 0

  get count(): number {
    return this.#count
  }

  push(leaf: Uint8Array): void {
    assert(leaf.length === HASH_BYTES && this.#count < MAX_LEAVES)
    const start = this.#count * HASH_BYTES
    if (start === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes.set(leaf, start)
    this.#count += 1
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#count * HASH_BYTES)
  }
}

/** Negative, zero or positive as the hash at byte `a` of `left` is below, equal to or above the one at byte `b` of `right`. */
function compareHashes(left: Uint8Array, a: number, right: Uint8Array, b: number): number {
  for (let at = 0; at < HASH_BYTES; at += 1) {
    const difference = left[a + at]! - right[b + at]!
    if (difference !== 0) return difference
  }
  return 0
}

const INDEX_SPAN = MAX_LEAVES
const PREFIX_SHIFT = 3

/**
 * Indices of the leaves in ascending order of their bytes. A double holds 53 exact bits: 29 bits of the hash above 24 bits of the index, which the
 * engine sorts as plain numbers; the few neighbours that agree in 29 bits are put in order by their full bytes.
 */
function ascendingOrder(leaves: Uint8Array, count: number): Uint32Array {
  const keys = new Float64Array(count)
  const view = new DataView(leaves.buffer, leaves.byteOffset, leaves.byteLength)
  for (let index = 0; index < count; index += 1) {
    keys[index] = (view.getUint32(index * HASH_BYTES) >>> PREFIX_SHIFT) * INDEX_SPAN + index
  }
  keys.sort()
  const order = new Uint32Array(count)
  const prefixes = new Uint32Array(count)
  for (let rank = 0; rank < count; rank += 1) {
    const prefix = Math.floor(keys[rank]! / INDEX_SPAN)
    const index = keys[rank]! - prefix * INDEX_SPAN
    let slot = rank
    while (
      slot > 0 &&
      prefixes[slot - 1] === prefix &&
      compareHashes(leaves, order[slot - 1]! * HASH_BYTES, leaves, index * HASH_BYTES) > 0
    ) {
      order[slot] = order[slot - 1]!
      slot -= 1
    }
    order[slot] = index
    prefixes[rank] = prefix
  }
  return order
}

/** Tree over `leaves` (32 bytes each, in any order, 1 to 2^24 of them). */
export function merkleTree(leaves: Uint8Array, keccak: Keccak256): MerkleTree {
  const leafCount = leaves.length / HASH_BYTES
  assert(Number.isInteger(leafCount) && leafCount >= 1 && leafCount <= MAX_LEAVES)
  const nodes = new Uint8Array((2 * leafCount - 1) * HASH_BYTES)
  const order = ascendingOrder(leaves, leafCount)
  for (let rank = 0; rank < leafCount; rank += 1) {
    const from = order[rank]! * HASH_BYTES
    nodes.set(leaves.subarray(from, from + HASH_BYTES), (2 * leafCount - 2 - rank) * HASH_BYTES)
  }
  const pair = new Uint8Array(2 * HASH_BYTES)
  for (let parent = leafCount - 2; parent >= 0; parent -= 1) {
    const left = (2 * parent + 1) * HASH_BYTES
    const right = left + HASH_BYTES
    const end = right + HASH_BYTES
    if (compareHashes(nodes, left, nodes, right) <= 0) {
      nodes.set(keccak(nodes.subarray(left, end)), parent * HASH_BYTES)
      continue
    }
    pair.set(nodes.subarray(right, end), 0)
    pair.set(nodes.subarray(left, right), HASH_BYTES)
    nodes.set(keccak(pair), parent * HASH_BYTES)
  }
  return { nodes, leafCount }
}

export function merkleRoot(tree: MerkleTree): Uint8Array {
  return tree.nodes.slice(0, HASH_BYTES)
}

/** Position of a leaf's node, or -1 when the tree does not hold it. */
function nodeOf(tree: MerkleTree, leaf: Uint8Array): number {
  let low = tree.leafCount - 1
  let high = 2 * tree.leafCount - 2
  while (low <= high) {
    const middle = (low + high) >>> 1
    const order = compareHashes(tree.nodes, middle * HASH_BYTES, leaf, 0)
    if (order === 0) return middle
    // Leaves stand in descending order of position.
    if (order > 0) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** Sibling hashes from the leaf up to the root, as OpenZeppelin's `MerkleProof.verify` takes them; undefined when the tree does not hold the leaf. */
export function merkleProof(tree: MerkleTree, leaf: Uint8Array): Uint8Array[] | undefined {
  let node = nodeOf(tree, leaf)
  if (node < 0) return undefined
  const proof: Uint8Array[] = []
  while (node > 0) {
    const sibling = node % 2 === 0 ? node - 1 : node + 1
    proof.push(tree.nodes.slice(sibling * HASH_BYTES, (sibling + 1) * HASH_BYTES))
    node = (node - 1) >>> 1
  }
  return proof
}

/** The root that a leaf and its proof lead to. */
export function rootOfProof(leaf: Uint8Array, proof: readonly Uint8Array[], keccak: Keccak256): Uint8Array {
  const pair = new Uint8Array(2 * HASH_BYTES)
  let node = leaf
  for (const sibling of proof) {
    const nodeFirst = compareHashes(node, 0, sibling, 0) <= 0
    pair.set(nodeFirst ? node : sibling, 0)
    pair.set(nodeFirst ? sibling : node, HASH_BYTES)
    node = keccak(pair)
  }
  return node
}
