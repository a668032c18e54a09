import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalAccount } from 'viem'
import type { ChainPort } from '../../core/settlement/settlement.port.ts'
import type { Signer } from '../../core/settlement/settlement.types.ts'
import { onChain, openChainClient } from './chain-client.ts'
import { chainReader } from './chain-reader.ts'
import { chainSender } from './chain-sender.ts'
import type { Contracts } from './contract-calls.ts'
import { nodeRequest } from './node-request.ts'
import { DEFAULT_FEE_CAP } from './sent-transaction.ts'

/** How a run waits for blocks. `poll`: they come by themselves; look every so often, give up after the patience (ms). `mine`: a development chain makes one when asked. */
export type Waiting = { readonly kind: 'poll'; readonly everyMs: number; readonly patienceMs: number } | { readonly kind: 'mine' }

export interface SettlementChainOptions {
  /** JSON-RPC address. It may hold a key: no error and no log shows it. */
  readonly url: string
  readonly contracts: Contracts
  readonly accounts: Readonly<Record<Signer, LocalAccount>>
  /** How deep a block must lie before what is in it counts, at least 1. */
  readonly confirmations: number
  /** Default: look every second, for 20 seconds. */
  readonly waiting?: Waiting
  /** Most that is paid for a unit of gas, in wei; default 500 gwei. */
  readonly feeCap?: bigint
  /** Ends all waiting at once, for a graceful stop. */
  readonly signal?: AbortSignal
}

const DEFAULT_WAITING: Waiting = { kind: 'poll', everyMs: 1_000, patienceMs: 20_000 }

/** The chain as settlement sees it. Connects to nothing until it is asked something. */
export function createSettlementChain(options: SettlementChainOptions): ChainPort {
  const { url, contracts, accounts, confirmations, waiting = DEFAULT_WAITING, signal } = options
  const client = openChainClient(url)
  const reader = chainReader(client, contracts)
  const newest = async (): Promise<number> => Number(await onChain('reading the block number', () => client.getBlockNumber()))

  async function mineAfter(after: number): Promise<boolean> {
    if ((await newest()) <= after) await nodeRequest(url, 'anvil_mine', ['0x1'])
    return signal?.aborted !== true
  }

  async function pollAfter(after: number, everyMs: number, until: number): Promise<boolean> {
    for (;;) {
      if ((await newest()) > after) return true
      if (signal?.aborted === true || performance.now() >= until) return false
      await sleep(everyMs, undefined, signal === undefined ? {} : { signal }).catch(() => {})
    }
  }

  return {
    ...reader,
    ...chainSender(client, contracts, accounts, options.feeCap ?? DEFAULT_FEE_CAP),
    confirmations,
    firstBlock: contracts.block,
    refusedRecipients: [contracts.vault, contracts.token].map((address) => `0x${address.slice(2).toLowerCase()}` as const),
    waiter() {
      if (waiting.kind === 'mine') return { nextBlock: mineAfter }
      const until = performance.now() + waiting.patienceMs
      return { nextBlock: (after) => pollAfter(after, waiting.everyMs, until) }
    },
  }
}
