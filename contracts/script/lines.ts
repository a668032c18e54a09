// The lines of Vault.pay and its running hash, as contracts/src/Vault.sol has them.
import { encodeAbiParameters, keccak256, zeroHash, type Address, type Hash } from 'viem'
import type { Amount } from '../../core/shared/amount.ts'

/** One line of a payout; `amount` in nano, above 0. */
export type PayoutLine = { to: Address; amount: Amount }

/** `head` of a contract that has accepted nothing yet. */
export const EMPTY_HEAD: Hash = zeroHash

const AMOUNT_BITS = 96n

/** A line as `Vault.pay` and `PoSToken.batchTransfer` take it: `uint160(to) << 96 | amount`. Throws RangeError on an amount that is not positive or needs more than 96 bits. */
export function packLine({ to, amount }: PayoutLine): bigint {
  if (amount <= 0n || amount >> AMOUNT_BITS !== 0n) throw new RangeError(`amount of a line out of range: ${amount}`)
  return (BigInt(to) << AMOUNT_BITS) | amount
}

const HEAD_PARAMETERS = [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'address' }, { type: 'uint256' }] as const

/** `Vault.head` after the lines `firstSerial` and following: keccak256(abi.encode(head, serial, to, amount)) for each line. */
export function foldLines(head: Hash, firstSerial: bigint, lines: readonly PayoutLine[]): Hash {
  return lines.reduce(
    (running, { to, amount }, index) => keccak256(encodeAbiParameters(HEAD_PARAMETERS, [running, firstSerial + BigInt(index), to, amount])),
    head,
  )
}
