import { hexDigits, toHex, writeHex, type Hex } from './merkle-hex.ts'
import type { Keccak256 } from './merkle.ts'
import type { StatementLine, StatementTransaction } from './statement.types.ts'

/**
 * Leaves as OpenZeppelin's `StandardMerkleTree.of(rows, STATEMENT_LEAF_TYPES)` makes them: keccak of keccak of the row's ABI encoding. A line's row is
 * (number, member, kind, amount, reference, serial) with texts as left-aligned ASCII in bytes32; a fact or total has number 0, which no line has:
 * (0, 0, name, value, 0, 0). So one root covers both.
 */
export const STATEMENT_LEAF_TYPES = ['uint256', 'bytes32', 'bytes32', 'int256', 'bytes32', 'uint256']

const WORD = 32
const ROW_BYTES = 6 * WORD
const MEMBER = WORD
const KIND = 2 * WORD
const AMOUNT = 3 * WORD
const REFERENCE = 4 * WORD
const SERIAL = 5 * WORD

/** Digits of a leaf's hash that stand in the file as the entry's check: 16 of 64, so a changed digit is found and not guessed around. */
const CHECK_BYTES = 8

export type LeafHasher = {
  lineLeaf(number: number, line: StatementLine): Uint8Array
  fieldLeaf(name: string, value: bigint): Uint8Array
}

/** First 16 hexadecimal digits of a hash. */
export function checkOf(hash: Uint8Array): string {
  return hexDigits(hash, 0, CHECK_BYTES)
}

/** Hasher with one scratch row, for millions of leaves. Lines and fields must be in bounds. */
export function leafHasher(keccak: Keccak256): LeafHasher {
  const row = new Uint8Array(ROW_BYTES)
  const view = new DataView(row.buffer)
  const writeText = (text: string, offset: number): void => {
    for (let at = 0; at < text.length; at += 1) row[offset + at] = text.charCodeAt(at)
  }
  return {
    lineLeaf(number, line) {
      row.fill(0)
      view.setUint32(MEMBER - 4, number)
      writeHex(line.member, row, MEMBER)
      writeText(line.kind, KIND)
      // Amounts fit a signed 64-bit integer; the 24 bytes above repeat the sign.
      if (line.amount < 0n) row.fill(0xff, AMOUNT, AMOUNT + 24)
      view.setBigInt64(AMOUNT + 24, line.amount)
      writeText(line.reference, REFERENCE)
      view.setBigUint64(SERIAL + 24, BigInt(line.serial))
      return keccak(keccak(row))
    },
    fieldLeaf(name, value) {
      row.fill(0)
      writeText(name, KIND)
      writeHex(`0x${BigInt.asUintN(256, value).toString(16).padStart(64, '0')}`, row, AMOUNT)
      return keccak(keccak(row))
    },
  }
}

function ascii32(text: string): Hex {
  const bytes = new Uint8Array(WORD)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return toHex(bytes)
}

/** Row of a line for any library that reads `STATEMENT_LEAF_TYPES`. */
export function lineRow(number: number, line: StatementLine): string[] {
  return [String(number), line.member, ascii32(line.kind), line.amount.toString(), ascii32(line.reference), String(line.serial)]
}

/** Row of a fact or total for any library that reads `STATEMENT_LEAF_TYPES`. */
export function fieldRow(name: string, value: bigint): string[] {
  return ['0', ascii32(''), ascii32(name), value.toString(), ascii32(''), '0']
}

/** Check of a transaction: not a leaf, only a guard against a changed digit. */
export function transactionCheck(transaction: StatementTransaction, keccak: Keccak256): string {
  return checkOf(keccak(new TextEncoder().encode(`${transaction.name} ${transaction.hash}`)))
}
