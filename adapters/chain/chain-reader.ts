import {
  BlockNotFoundError,
  parseAbiItem,
  parseEventLogs,
  TransactionReceiptNotFoundError,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'
import { Emission } from '../../contracts/generated/Emission.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { ChainReader } from '../../core/settlement/settlement.port.ts'
import type { BlockRef, ChainCall, DepositLog, PayoutRoom, Position, Receipt } from '../../core/settlement/settlement.types.ts'
import { Fault } from '../../core/shared/fault.ts'
import { onChain } from './chain-client.ts'
import type { Contracts } from './contract-calls.ts'

/** Blocks in one question for events; many nodes refuse more. */
const EVENT_RANGE = 2_000

const OPENED = parseAbiItem('event Opened(uint256 indexed p, uint256 release)')
const FUNDED = parseAbiItem(
  'event Funded(uint256 indexed p, uint256 firstSerial, uint256 lastSerial, uint256 amount, bytes32 linesRoot, bytes32 head)',
)
const CLOSED = parseAbiItem(
  'event Closed(uint256 indexed p, uint256 funded, uint256 burned, bytes32 statementRoot, address indexed closer)',
)
const PAID = parseAbiItem('event Paid(uint256 indexed firstSerial, uint256 lastSerial, uint256 total, bytes32 head)')
const EXPIRED = parseAbiItem('event Expired(bytes32 indexed statementRoot, uint256 amount)')
const TRANSFER = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')

type Found = { readonly txHash: Hex; readonly anchored: Hex | undefined; readonly burned?: bigint }
type Reading = Omit<ChainReader, 'confirmations' | 'waiter' | 'firstBlock' | 'refusedRecipients'>

/** What the contracts and the chain say, by viem. The first question makes sure that it is the right chain with the contracts on it. */
export function chainReader(client: PublicClient, contracts: Contracts): Reading {
  const { emission, vault, token, pool } = contracts
  /** What comes from these is no deposit: funded grants, and what the pool streams. */
  const own = new Set([lower(emission), lower(pool)])
  let isChecked = false

  async function check(): Promise<void> {
    if (isChecked) return
    const [chainId, ...codes] = await Promise.all([
      client.getChainId(),
      ...[emission, vault, token].map((address) => client.getCode({ address })),
    ])
    if (chainId !== contracts.chainId)
      throw new Fault('chain', `the node is on chain ${chainId}, the contracts are on ${contracts.chainId}`, { retryable: false })
    if (codes.some((code) => code === undefined))
      throw new Fault('chain', 'the contracts are not on this chain: another chain, or one that was started anew', { retryable: false })
    isChecked = true
  }

  async function block(number: number | undefined): Promise<BlockRef | undefined> {
    try {
      const found = await client.getBlock(number === undefined ? { blockTag: 'latest' } : { blockNumber: BigInt(number) })
      return { number: Number(found.number), hash: found.hash }
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  }

  async function newest(): Promise<BlockRef> {
    const found = await block(undefined)
    if (found === undefined) throw new Fault('chain', 'the node has no newest block', { retryable: true })
    return found
  }

  async function position(roots: readonly Hex[], at?: number): Promise<Position> {
    await check()
    const asked = at === undefined ? await newest() : await block(at)
    if (asked === undefined) throw new Fault('chain', `the node has no block ${at}`, { retryable: true })
    const blockNumber = BigInt(asked.number)
    const onEmission = { address: emission, abi: Emission.abi, blockNumber } as const
    const onVault = { address: vault, abi: Vault.abi, blockNumber } as const
    const [openedPeriods, closedPeriods, fundSerial, fundHead, paySerial, payHead, vaultBalance, used] = await Promise.all([
      client.readContract({ ...onEmission, functionName: 'openedPeriods' }),
      client.readContract({ ...onEmission, functionName: 'closedPeriods' }),
      client.readContract({ ...onEmission, functionName: 'nextSerial' }),
      client.readContract({ ...onEmission, functionName: 'head' }),
      client.readContract({ ...onVault, functionName: 'nextSerial' }),
      client.readContract({ ...onVault, functionName: 'head' }),
      client.readContract({ address: token, abi: PoSToken.abi, functionName: 'balanceOf', args: [vault], blockNumber }),
      Promise.all(roots.map((root) => client.readContract({ ...onVault, functionName: 'rootUsed', args: [root] }))),
    ])
    const expiredRoots = roots.filter((_root, index) => used[index])
    return { block: asked, openedPeriods, closedPeriods, fundSerial, fundHead, paySerial, payHead, vaultBalance, expiredRoots }
  }

  async function room(): Promise<PayoutRoom> {
    await check()
    // As of the next block: on a chain without idle blocks the newest one may be hours old, and its bucket as empty as it was then.
    const onVault = { address: vault, abi: Vault.abi, blockTag: 'pending' } as const
    const [available, capacity, vaultBalance] = await Promise.all([
      client.readContract({ ...onVault, functionName: 'available' }),
      client.readContract({ ...onVault, functionName: 'capacity' }),
      client.readContract({ address: token, abi: PoSToken.abi, functionName: 'balanceOf', args: [vault] }),
    ])
    return { available, capacity, vaultBalance }
  }

  async function receipt(hash: Hex): Promise<Receipt | undefined> {
    try {
      return toReceipt(await client.getTransactionReceipt({ hash }), contracts)
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    }
  }

  async function findEvent(call: ChainCall, fromBlock: bigint, toBlock: bigint): Promise<Found | undefined> {
    const range = { fromBlock, toBlock, strict: true } as const
    if (call.kind === 'pay') {
      const [log] = await client.getLogs({ address: vault, event: PAID, args: { firstSerial: call.firstSerial }, ...range })
      return log && { txHash: log.transactionHash, anchored: log.args.head }
    }
    if (call.kind === 'expire') {
      const [log] = await client.getLogs({ address: vault, event: EXPIRED, args: { statementRoot: call.statementRoot }, ...range })
      return log && { txHash: log.transactionHash, anchored: log.args.statementRoot, burned: log.args.amount }
    }
    const args = { p: BigInt(call.period) }
    if (call.kind === 'open') {
      const [log] = await client.getLogs({ address: emission, event: OPENED, args, ...range })
      return log && { txHash: log.transactionHash, anchored: undefined }
    }
    if (call.kind === 'close') {
      const [log] = await client.getLogs({ address: emission, event: CLOSED, args, ...range })
      return log && { txHash: log.transactionHash, anchored: log.args.statementRoot }
    }
    const logs = await client.getLogs({ address: emission, event: FUNDED, args, ...range })
    const log = logs.find((each) => each.args.firstSerial === call.firstSerial)
    return log && { txHash: log.transactionHash, anchored: log.args.head }
  }

  /** Backwards, because what is looked for happened lately. */
  async function acceptance(call: ChainCall, until: number): Promise<Receipt | undefined> {
    for (let to = until; to >= contracts.block; to -= EVENT_RANGE) {
      const found = await findEvent(call, BigInt(Math.max(contracts.block, to - EVENT_RANGE + 1)), BigInt(to))
      if (found === undefined) continue
      const mined = await receipt(found.txHash)
      return mined && { ...mined, anchored: found.anchored, burned: found.burned }
    }
    return undefined
  }

  async function deposits(from: number, to: number): Promise<readonly DepositLog[]> {
    const range = { fromBlock: BigInt(from), toBlock: BigInt(to), strict: true } as const
    // Transfers, not the vault's own event: who simply sends to the vault has deposited too.
    const logs = await client.getLogs({ address: token, event: TRANSFER, args: { to: vault }, ...range })
    const places = new Map<string, number>()
    // Anybody can make a transfer of nothing from any address.
    const sent = logs.filter(({ args }) => args.value > 0n && !own.has(lower(args.from)))
    return sent.map((log) => {
      const place = places.get(log.transactionHash) ?? 0
      places.set(log.transactionHash, place + 1)
      return {
        txHash: log.transactionHash,
        place,
        from: lower(log.args.from),
        amount: log.args.value,
        block: { number: Number(log.blockNumber), hash: log.blockHash },
      }
    })
  }

  return {
    position: (roots, at) => onChain('reading the contracts', () => position(roots, at)),
    room: () => onChain('reading the payout limit', room),
    receipt: (hash) => onChain('reading a receipt', () => receipt(hash)),
    acceptance: (call, until) => onChain('looking for an event', () => acceptance(call, until)),
    block: (number) => onChain('reading a block', () => block(number)),
    newestBlock: () => onChain('reading the newest block', newest),
    deposits: (from, to) => onChain('reading deposits', () => deposits(from, to)),
  }
}

function toReceipt(mined: TransactionReceipt, contracts: Contracts): Receipt {
  const from = (address: string) => mined.logs.filter((log) => lower(log.address) === lower(address))
  const [funded] = parseEventLogs({ abi: [FUNDED], logs: from(contracts.emission) })
  const [closed] = parseEventLogs({ abi: [CLOSED], logs: from(contracts.emission) })
  const [expired] = parseEventLogs({ abi: [EXPIRED], logs: from(contracts.vault) })
  const [paid] = parseEventLogs({ abi: [PAID], logs: from(contracts.vault) })
  return {
    ok: mined.status === 'success',
    txHash: mined.transactionHash,
    block: { number: Number(mined.blockNumber), hash: mined.blockHash },
    gasUsed: mined.gasUsed,
    anchored: paid?.args.head ?? funded?.args.head ?? closed?.args.statementRoot ?? expired?.args.statementRoot,
    burned: expired?.args.amount,
  }
}

function lower(address: string): Hex {
  return `0x${address.slice(2).toLowerCase()}`
}
