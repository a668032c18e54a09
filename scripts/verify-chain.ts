import assert from 'node:assert'
import { createPublicClient, http, TransactionReceiptNotFoundError, type PublicClient } from 'viem'
import { isHex, toHex, type Hex } from '../core/economy/merkle-hex.ts'
import { fieldText } from '../core/economy/statement-fields.ts'
import type { ChainReadings, TransactionState } from '../core/economy/statement-chain.ts'
import type { StatementReport } from '../core/economy/statement-verify.ts'

const view = <Name extends string, Output extends string>(name: Name, output: Output) =>
  ({
    type: 'function',
    stateMutability: 'view',
    name,
    inputs: [{ name: 'p', type: 'uint256' }],
    outputs: [{ name: '', type: output }],
  }) as const

/** The views of `Emission` that a statement is compared with, so that the file and an RPC address are enough. */
export const EMISSION_VIEWS = [
  view('closedRoot', 'bytes32'),
  view('funded', 'uint256'),
  view('release', 'uint256'),
  view('boundary', 'uint256'),
] as const

const TIMEOUT_MS = 15_000
const RECEIPTS_AT_ONCE = 20

async function transactionState(client: PublicClient, hash: Hex): Promise<TransactionState> {
  try {
    const receipt = await client.getTransactionReceipt({ hash })
    return receipt.status === 'success' ? 'done' : 'failed'
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return 'no'
    throw error
  }
}

/** Reads the contract at the newest block, every view at that same block. The report must hold. Throws what viem throws when the chain can not be read. */
export async function readChain(rpc: string, report: StatementReport): Promise<ChainReadings> {
  const client = createPublicClient({ transport: http(rpc, { timeout: TIMEOUT_MS, retryCount: 2 }) })
  const address = fieldText('address', report.facts.emission!)
  assert(isHex(address, 20))
  const period = report.facts.period!
  const chainId = BigInt(await client.getChainId())
  const blockNumber = await client.getBlockNumber()
  const isContract = (await client.getCode({ address, blockNumber })) !== undefined
  const nothing = {
    closedRoot: toHex(new Uint8Array(32)),
    release: 0n,
    funded: 0n,
    fundedSoFar: 0n,
    genesis: 0n,
    start: 0n,
    end: 0n,
    transactions: [],
  }
  if (!isContract || chainId !== report.facts.chainId) return { chainId, isContract, ...nothing }
  const number = (functionName: 'funded' | 'release' | 'boundary', of: bigint): Promise<bigint> =>
    client.readContract({ address, abi: EMISSION_VIEWS, functionName, args: [of], blockNumber })
  const funded: bigint[] = []
  for (let each = 1n; each <= period; each += 1n) funded.push(await number('funded', each))
  const transactions: TransactionState[] = []
  for (let from = 0; from < report.transactions.length; from += RECEIPTS_AT_ONCE) {
    const hashes = report.transactions.slice(from, from + RECEIPTS_AT_ONCE).map(({ hash }) => hash)
    transactions.push(...(await Promise.all(hashes.map((hash) => transactionState(client, hash)))))
  }
  return {
    chainId,
    isContract,
    closedRoot: await client.readContract({ address, abi: EMISSION_VIEWS, functionName: 'closedRoot', args: [period], blockNumber }),
    release: await number('release', period),
    funded: funded.at(-1)!,
    fundedSoFar: funded.reduce((sum, each) => sum + each, 0n),
    genesis: await number('boundary', 0n),
    start: await number('boundary', period - 1n),
    end: await number('boundary', period),
    transactions,
  }
}
