import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { keccak256 } from 'viem'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { fromHex, isHex, toHex, type Hex } from './merkle-hex.ts'
import { LeafList, merkleProof, merkleRoot, merkleTree, rootOfProof } from './merkle.ts'

const keccak = await loadKeccak256()

function leavesOf(rows: Hex[]): { bytes: Uint8Array; each: Uint8Array[] } {
  const list = new LeafList()
  const each = rows.map((row) => keccak(keccak(fromHex(row))))
  for (const leaf of each) list.push(leaf)
  return { bytes: list.bytes(), each }
}

const rowsOf = (count: number, seed: number): Hex[] =>
  Array.from({ length: count }, (_, index): Hex => toHex(keccak(new TextEncoder().encode(`${seed}:${index}`))))

test('the hash is Ethereum’s Keccak-256', () => {
  expect(toHex(keccak(new Uint8Array()))).toBe('0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => toHex(keccak(bytes)) === keccak256(bytes)))
})

test('root and every proof equal OpenZeppelin’s, for every number of leaves', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (count, seed) => {
      const rows = rowsOf(count, seed)
      const theirs = StandardMerkleTree.of(
        rows.map((row) => [row]),
        ['bytes32'],
      )
      const { bytes, each } = leavesOf(rows)
      const ours = merkleTree(bytes, keccak)
      expect(toHex(merkleRoot(ours))).toBe(theirs.root)
      for (const [index, leaf] of each.entries()) {
        const proof = merkleProof(ours, leaf)!
        expect(proof.map(toHex)).toEqual(theirs.getProof(index))
        expect(toHex(rootOfProof(leaf, proof, keccak))).toBe(theirs.root)
      }
      expect(merkleProof(ours, keccak(bytes))).toBeUndefined()
    }),
    { numRuns: 60 },
  )
})

test('leaves that agree in their first bits are still ordered by all their bytes', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 0, max: 31 }),
      (values, at) => {
        const leaves = values.map((value) => new Uint8Array(32).fill(value, at, at + 1))
        const list = new LeafList()
        for (const leaf of leaves) list.push(leaf)
        const { nodes } = merkleTree(list.bytes(), keccak)
        const ascending = leaves.map(toHex).sort()
        const stored = leaves.map((_, rank) => toHex(nodes.slice(nodes.length - 32 * (rank + 1), nodes.length - 32 * rank)))
        expect(stored).toEqual(ascending)
      },
    ),
  )
})

test('a changed leaf, proof step or root does not verify', () => {
  const { bytes, each } = leavesOf(rowsOf(33, 5))
  const tree = merkleTree(bytes, keccak)
  const proof = merkleProof(tree, each[7]!)!
  const root = toHex(merkleRoot(tree))
  for (let step = 0; step < proof.length; step += 1) {
    const changed = proof.map((hash) => hash.slice())
    changed[step]![31]! ^= 1
    expect(toHex(rootOfProof(each[7]!, changed, keccak))).not.toBe(root)
  }
  expect(toHex(rootOfProof(each[8]!, proof, keccak))).not.toBe(root)
})

test('hexadecimal text goes both ways and only the canonical form is taken', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => toHex(fromHex(toHex(bytes))) === toHex(bytes)))
  expect([isHex('0xab', 1), isHex('0xAB', 1), isHex('ab', 1), isHex('0xabc', 1), isHex('0xag', 1)]).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})
