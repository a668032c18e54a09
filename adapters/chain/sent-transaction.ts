import {
  keccak256,
  parseTransaction,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
  type LocalAccount,
  type PublicClient,
} from 'viem'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { Broadcast, Fees } from '../../core/settlement/settlement.types.ts'
import { Fault } from '../../core/shared/fault.ts'
import { chainFault, onChain } from './chain-client.ts'

// What every key of ours that sends has in common, whatever it sends.

/** Most that is paid for a unit of gas, in wei: 500 gwei. */
export const DEFAULT_FEE_CAP = 500_000_000_000n

/** What a transaction may use at most (EIP-7825). */
const GAS_CAP = 16_777_216n

/**
 * Votes are kept by time: a transfer in the same second as the last one overwrites a checkpoint, a second later it adds one, which costs 17,000 more. A trial
 * can not tell in which second the transaction will be mined. Room for two of them; what is not used is not paid.
 */
const CHECKPOINT_GAS = 50_000n

/** The gas limit for a call that a trial has estimated. */
export function gasLimit(estimated: bigint): bigint {
  const limit = (estimated * 6n) / 5n + CHECKPOINT_GAS
  return limit < GAS_CAP ? limit : GAS_CAP
}

/** Fees that a transaction of now should offer (EIP-1559). */
export function askedFees(client: PublicClient): Promise<Fees> {
  return onChain('asking for fees', async () => {
    const [{ baseFeePerGas }, maxTip] = await Promise.all([client.getBlock({ blockTag: 'latest' }), client.estimateMaxPriorityFeePerGas()])
    if (baseFeePerGas === null) throw new Fault('chain', 'this chain has no base fee (EIP-1559)', { retryable: false })
    // Twice the base fee outlives six full blocks in a row.
    return { maxFee: baseFeePerGas * 2n + maxTip, maxTip }
  })
}

/** Number of transactions of an account: `mined`, and `next` with those that wait in the node. */
export function noncesOf(client: PublicClient, address: Hex): Promise<{ mined: number; next: number }> {
  return onChain('reading a nonce', async () => {
    const [mined, next] = await Promise.all([
      client.getTransactionCount({ address, blockTag: 'latest' }),
      client.getTransactionCount({ address, blockTag: 'pending' }),
    ])
    return { mined, next: Math.max(mined, next) }
  })
}

export async function signTransaction(
  account: LocalAccount,
  transaction: Parameters<LocalAccount['signTransaction']>[0],
): Promise<{ hash: Hex; raw: Hex }> {
  const raw = await account.signTransaction(transaction)
  return { hash: keccak256(raw), raw }
}

/** The same transaction with other fees, or under another nonce. */
export function signChanged(account: LocalAccount, raw: Hex, change: { fees: Fees; nonce?: number }): Promise<{ hash: Hex; raw: Hex }> {
  // Without the old signature, which viem would otherwise keep.
  const { r: _r, s: _s, v: _v, yParity: _parity, ...transaction } = parseTransaction(`0x02${raw.slice(4)}`)
  const nonce = change.nonce === undefined ? {} : { nonce: change.nonce }
  return signTransaction(account, {
    ...transaction,
    ...nonce,
    maxFeePerGas: change.fees.maxFee,
    maxPriorityFeePerGas: change.fees.maxTip,
  })
}

/** Whether the node knows a transaction, waiting or mined. */
export function isKnown(client: PublicClient, hash: Hex): Promise<boolean> {
  return onChain('looking for a transaction', async () => {
    try {
      await client.getTransaction({ hash })
      return true
    } catch (error) {
      if (error instanceof TransactionNotFoundError) return false
      throw error
    }
  })
}

/** In which block a transaction is and whether it succeeded; undefined while it is in none. */
export function minedIn(client: PublicClient, hash: Hex): Promise<{ ok: boolean; block: number } | undefined> {
  return onChain('reading a receipt', async () => {
    try {
      const { status, blockNumber } = await client.getTransactionReceipt({ hash })
      return { ok: status === 'success', block: Number(blockNumber) }
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    }
  })
}

export async function broadcast(client: PublicClient, raw: Hex): Promise<Broadcast> {
  try {
    await client.sendRawTransaction({ serializedTransaction: raw })
    return 'taken'
  } catch (error) {
    return outcomeOf(error)
  }
}

/** Nodes say the same in different words; these are those of geth, anvil, Erigon and Nethermind. Anything else is a fault: it may have been taken or not. */
function outcomeOf(error: unknown): Broadcast {
  const text = String(error instanceof Error ? error.message : error)
  if (/already (known|imported)|AlreadyKnown|known transaction/i.test(text)) return 'taken'
  if (/nonce too low|OldNonce|nonce .* is lower/i.test(text)) return 'nonce-used'
  if (/underpriced|ReplacementNotAllowed/i.test(text)) return 'underpriced'
  throw chainFault(error, 'sending a transaction')
}
