import assert from 'node:assert'
import { toHex, writeHex, type Hex } from '../economy/merkle-hex.ts'
import type { Keccak256 } from '../economy/merkle.ts'
import type { Amount } from '../shared/amount.ts'
import type { ChainCall, PayLine } from './settlement.types.ts'

const WORD = 32

/** `head` of a contract that has accepted nothing yet. */
export const EMPTY_HEAD: Hex = `0x${'0'.repeat(64)}`

/** keccak256(abi.encode(...)) of static words: each value right-aligned in 32 bytes. */
function hashWords(keccak: Keccak256, words: readonly (Hex | bigint)[]): Hex {
  const bytes = new Uint8Array(words.length * WORD)
  for (const [index, word] of words.entries()) {
    const digits = typeof word === 'bigint' ? word.toString(16) : word.slice(2)
    assert(digits.length <= 2 * WORD)
    writeHex(`0x${digits.padStart(2 * WORD, '0')}`, bytes, index * WORD)
  }
  return toHex(keccak(bytes))
}

/** `Emission.head` after a funding: keccak256(abi.encode(head, p, firstSerial, lastSerial, amount, linesRoot)) (contracts/src/Emission.sol). */
export function headAfterFunding(keccak: Keccak256, call: ChainCall & { kind: 'fund' }): Hex {
  return hashWords(keccak, [call.headBefore, BigInt(call.period), call.firstSerial, call.lastSerial, call.amount, call.linesRoot])
}

/** `Vault.head` after a payout: keccak256(abi.encode(head, serial, to, amount)) for each line (contracts/src/Vault.sol). */
export function headAfterPayout(keccak: Keccak256, headBefore: Hex, firstSerial: bigint, lines: readonly PayLine[]): Hex {
  return lines.reduce<Hex>(
    (head, { to, amount }: { to: Hex; amount: Amount }, index) => hashWords(keccak, [head, firstSerial + BigInt(index), to, amount]),
    headBefore,
  )
}
