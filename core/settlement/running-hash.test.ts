import { encodeAbiParameters, keccak256 } from 'viem'
import { expect, test } from 'vitest'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { foldLines } from '../../contracts/script/lines.ts'
import type { Hex } from '../economy/merkle-hex.ts'
import { EMPTY_HEAD, headAfterFunding, headAfterPayout } from './running-hash.ts'

test('the head after a payout is the one that the vault computes', async () => {
  const lines = Array.from({ length: 5 }, (_, index) => ({
    to: `0x${String(index + 1).repeat(40)}` as const,
    amount: 10n ** BigInt(index * 4),
  }))
  expect(headAfterPayout(await loadKeccak256(), EMPTY_HEAD, 41n, lines)).toBe(foldLines(EMPTY_HEAD, 41n, lines))
})

test('the head after a funding is keccak256(abi.encode(head, p, firstSerial, lastSerial, amount, linesRoot))', async () => {
  const headBefore: Hex = `0x${'ab'.repeat(32)}`
  const linesRoot: Hex = `0x${'cd'.repeat(32)}`
  const types = [
    { type: 'bytes32' },
    { type: 'uint256' },
    { type: 'uint256' },
    { type: 'uint256' },
    { type: 'uint256' },
    { type: 'bytes32' },
  ] as const
  const call = { kind: 'fund', period: 13, firstSerial: 1n, lastSerial: 99n, amount: 10n ** 16n, linesRoot, headBefore } as const
  expect(headAfterFunding(await loadKeccak256(), call)).toBe(
    keccak256(encodeAbiParameters(types, [headBefore, 13n, 1n, 99n, 10n ** 16n, linesRoot])),
  )
})
