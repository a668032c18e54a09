import { parseAbiItem } from 'viem'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { TransferSource } from '../../core/holds/wallet-trace.port.ts'
import type { TokenTransfer } from '../../core/holds/wallet-trace.types.ts'
import { BURN_ADDRESS, ZERO_ADDRESS } from '../../core/settlement/settlement.rules.ts'
import { onChain, openChainClient } from './chain-client.ts'
import { chainReader } from './chain-reader.ts'
import type { Contracts } from './contract-calls.ts'

const TRANSFER = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')
/** How the code of an account begins that is a person's and only lends itself a contract's code (EIP-7702). */
const LENT_CODE = '0xef0100'

export interface TransferReaderOptions {
  /** JSON-RPC address. It may hold a key: no error and no log shows it. */
  readonly url: string
  readonly contracts: Contracts
  /** How deep a block must lie before what is in it counts, at least 1. */
  readonly confirmations: number
}

/** Transfers of PoS, as a plain node tells them. Connects to nothing until it is asked something. */
export function createTransferReader({ url, contracts, confirmations }: TransferReaderOptions): TransferSource {
  const client = openChainClient(url)
  const { block, newestBlock } = chainReader(client, contracts)
  const { token, emission, vault, pool } = contracts

  async function transfers(wallets: readonly Hex[], from: number, to: number): Promise<readonly TokenTransfer[]> {
    const range = { address: token, event: TRANSFER, fromBlock: BigInt(from), toBlock: BigInt(to), strict: true } as const
    const found = await Promise.all([
      client.getLogs({ ...range, args: { from: [...wallets] } }),
      client.getLogs({ ...range, args: { to: [...wallets] } }),
    ])
    return found.flat().map(({ args }) => ({ from: lower(args.from), to: lower(args.to), amount: args.value }))
  }

  async function isContract(address: Hex): Promise<boolean> {
    const code = await client.getCode({ address })
    return code !== undefined && !code.startsWith(LENT_CODE)
  }

  return {
    confirmations,
    firstBlock: contracts.block,
    ours: new Set([token, emission, vault, pool, BURN_ADDRESS, ZERO_ADDRESS].map(lower)),
    block,
    newestBlock,
    transfers: (wallets, from, to) => onChain('reading transfers of wallets', () => transfers(wallets.map(lower), from, to)),
    isContract: (address) => onChain('reading the code of an address', () => isContract(lower(address))),
  }
}

function lower(address: string): Hex {
  return `0x${address.slice(2).toLowerCase()}`
}
