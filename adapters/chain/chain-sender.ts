import { keccak256, parseTransaction, TransactionNotFoundError, type LocalAccount, type PublicClient } from 'viem'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { ChainSender } from '../../core/settlement/settlement.port.ts'
import { signerOf } from '../../core/settlement/settlement.rules.ts'
import type { Broadcast, ChainCall, Fees, Signer, Trial } from '../../core/settlement/settlement.types.ts'
import { Fault } from '../../core/shared/fault.ts'
import { chainFault, onChain } from './chain-client.ts'
import { encodeCall, refusalIn, type Contracts } from './contract-calls.ts'

/** What a transaction may use at most (EIP-7825). */
const GAS_CAP = 16_777_216n

/**
 * Votes are kept by time: a transfer in the same second as the last one overwrites a checkpoint, a second later it adds one, which costs 17,000 more. A trial
 * can not tell in which second the transaction will be mined. Room for two of them; what is not used is not paid.
 */
const CHECKPOINT_GAS = 50_000n

/** Signs with local keys and sends by viem. Nothing is sent that was not returned to the caller as bytes before. */
export function chainSender(
  client: PublicClient,
  contracts: Contracts,
  accounts: Readonly<Record<Signer, LocalAccount>>,
  feeCap: bigint,
): ChainSender {
  async function trial(call: ChainCall): Promise<Trial> {
    const account = accounts[signerOf(call.kind)].address
    try {
      // As of the next block, whose time is now: on a chain without idle blocks the newest one may be too early for `open`.
      const gas = await client.estimateGas({ account, ...encodeCall(call, contracts), blockTag: 'pending' })
      const limit = (gas * 6n) / 5n + CHECKPOINT_GAS
      return { passes: true, gas: limit < GAS_CAP ? limit : GAS_CAP }
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal === undefined) throw chainFault(error, `trying ${call.kind}`)
      return { passes: false, ...refusal }
    }
  }

  async function askedFees(): Promise<Fees> {
    const [{ baseFeePerGas }, maxTip] = await Promise.all([client.getBlock({ blockTag: 'latest' }), client.estimateMaxPriorityFeePerGas()])
    if (baseFeePerGas === null) throw new Fault('chain', 'this chain has no base fee (EIP-1559)', { retryable: false })
    // Twice the base fee outlives six full blocks in a row.
    return { maxFee: baseFeePerGas * 2n + maxTip, maxTip }
  }

  async function signed(signer: Signer, transaction: Parameters<LocalAccount['signTransaction']>[0]): Promise<{ hash: Hex; raw: Hex }> {
    const raw = await accounts[signer].signTransaction(transaction)
    return { hash: keccak256(raw), raw }
  }

  return {
    feeCap,
    trial,
    nonces: (signer) =>
      onChain('reading a nonce', async () => {
        const { address } = accounts[signer]
        const [mined, next] = await Promise.all([
          client.getTransactionCount({ address, blockTag: 'latest' }),
          client.getTransactionCount({ address, blockTag: 'pending' }),
        ])
        return { mined, next: Math.max(mined, next) }
      }),
    askedFees: () => onChain('asking for fees', askedFees),
    sign: (call, { nonce, gas, fees }) =>
      signed(signerOf(call.kind), {
        type: 'eip1559',
        chainId: contracts.chainId,
        ...encodeCall(call, contracts),
        nonce,
        gas,
        maxFeePerGas: fees.maxFee,
        maxPriorityFeePerGas: fees.maxTip,
      }),
    async signAgain(raw, signer, fees) {
      // Without the old signature, which viem would otherwise keep.
      const { r: _r, s: _s, v: _v, yParity: _parity, ...transaction } = parseTransaction(`0x02${raw.slice(4)}`)
      return signed(signer, { ...transaction, maxFeePerGas: fees.maxFee, maxPriorityFeePerGas: fees.maxTip })
    },
    isKnown: (hash) =>
      onChain('looking for a transaction', async () => {
        try {
          await client.getTransaction({ hash })
          return true
        } catch (error) {
          if (error instanceof TransactionNotFoundError) return false
          throw error
        }
      }),
    async broadcast(raw): Promise<Broadcast> {
      try {
        await client.sendRawTransaction({ serializedTransaction: raw })
        return 'taken'
      } catch (error) {
        return outcomeOf(error)
      }
    },
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
