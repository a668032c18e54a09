import type { LocalAccount, PublicClient } from 'viem'
import type { ChainSender } from '../../core/settlement/settlement.port.ts'
import { signerOf } from '../../core/settlement/settlement.rules.ts'
import type { ChainCall, Signer, Trial } from '../../core/settlement/settlement.types.ts'
import { chainFault } from './chain-client.ts'
import { encodeCall, refusalIn, type Contracts } from './contract-calls.ts'
import { askedFees, broadcast, gasLimit, isKnown, noncesOf, signChanged, signTransaction } from './sent-transaction.ts'

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
      return { passes: true, gas: gasLimit(gas) }
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal === undefined) throw chainFault(error, `trying ${call.kind}`)
      return { passes: false, ...refusal }
    }
  }

  return {
    feeCap,
    trial,
    nonces: (signer) => noncesOf(client, accounts[signer].address),
    askedFees: () => askedFees(client),
    sign: (call, { nonce, gas, fees }) =>
      signTransaction(accounts[signerOf(call.kind)], {
        type: 'eip1559',
        chainId: contracts.chainId,
        ...encodeCall(call, contracts),
        nonce,
        gas,
        maxFeePerGas: fees.maxFee,
        maxPriorityFeePerGas: fees.maxTip,
      }),
    signAgain: (raw, signer, fees) => signChanged(accounts[signer], raw, { fees }),
    isKnown: (hash) => isKnown(client, hash),
    broadcast: (raw) => broadcast(client, raw),
  }
}
