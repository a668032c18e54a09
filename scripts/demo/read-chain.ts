import { parseAbiItem } from 'viem'
import { openChainClient } from '../../adapters/chain/chain-client.ts'
import { Emission } from '../../contracts/generated/Emission.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import type { Deployment } from '../../contracts/script/deploy.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import { BURN_ADDRESS } from '../../core/settlement/settlement.rules.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { PeriodResult, Result } from './result.types.ts'

const CLOSED = parseAbiItem(
  'event Closed(uint256 indexed p, uint256 funded, uint256 burned, bytes32 statementRoot, address indexed closer)',
)
const PAID = parseAbiItem('event Paid(uint256 indexed firstSerial, uint256 lastSerial, uint256 total, bytes32 head)')
const DEPOSITED = parseAbiItem('event Deposited(address indexed from, uint256 amount)')

export interface ChainResult {
  readonly periods: readonly PeriodResult['chain'][]
  readonly totals: Result['chain']
  /** What each address holds. */
  balances(addresses: readonly Hex[]): Promise<readonly Amount[]>
}

/** What contracts and events say, all of it at one block. */
export async function readChainResult(url: string, deployment: Deployment): Promise<ChainResult> {
  const client = openChainClient(url)
  const blockNumber = await client.getBlockNumber()
  const onEmission = { address: deployment.emission, abi: Emission.abi, blockNumber } as const
  const onToken = { address: deployment.token, abi: PoSToken.abi, blockNumber } as const
  const logs = { fromBlock: BigInt(deployment.block), toBlock: blockNumber, strict: true } as const
  const balanceOf = (address: Hex): Promise<Amount> => client.readContract({ ...onToken, functionName: 'balanceOf', args: [address] })
  const [closed, paid, deposited] = await Promise.all([
    client.getLogs({ address: deployment.emission, event: CLOSED, ...logs }),
    client.getLogs({ address: deployment.vault, event: PAID, ...logs }),
    client.getLogs({ address: deployment.vault, event: DEPOSITED, ...logs }),
  ])
  const periods = Array.from({ length: LAST_PERIOD }, async (_, index): Promise<PeriodResult['chain']> => {
    const p = BigInt(index + 1)
    const [release, funded, root] = await Promise.all([
      client.readContract({ ...onEmission, functionName: 'release', args: [p] }),
      client.readContract({ ...onEmission, functionName: 'funded', args: [p] }),
      client.readContract({ ...onEmission, functionName: 'closedRoot', args: [p] }),
    ])
    return { release, funded, root, burned: closed.find(({ args }) => args.p === p)?.args.burned ?? -1n }
  })
  const [supply, emission, vault, pool, burned, openedPeriods, closedPeriods, nextGrant, nextLine] = await Promise.all([
    client.readContract({ ...onToken, functionName: 'totalSupply' }),
    balanceOf(deployment.emission),
    balanceOf(deployment.vault),
    balanceOf(deployment.pool),
    balanceOf(BURN_ADDRESS),
    client.readContract({ ...onEmission, functionName: 'openedPeriods' }),
    client.readContract({ ...onEmission, functionName: 'closedPeriods' }),
    client.readContract({ ...onEmission, functionName: 'nextSerial' }),
    client.readContract({ address: deployment.vault, abi: Vault.abi, functionName: 'nextSerial', blockNumber }),
  ])
  return {
    periods: await Promise.all(periods),
    totals: {
      supply,
      emission,
      vault,
      pool,
      burned,
      openedPeriods,
      closedPeriods,
      grants: nextGrant - 1n,
      payoutLines: nextLine - 1n,
      paid: paid.reduce((sum, { args }) => sum + args.total, 0n),
      deposited: deposited.reduce((sum, { args }) => sum + args.amount, 0n),
    },
    balances: (addresses) => Promise.all(addresses.map(balanceOf)),
  }
}
