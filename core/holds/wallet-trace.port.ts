import type { BlockRef } from '../settlement/settlement.types.ts'
import type { Instant } from '../shared/instant.ts'
import type { Signal } from './hold.types.ts'
import type { Flow, SharedAddress, TokenTransfer } from './wallet-trace.types.ts'

/** What the chain says of PoS. Every method rejects with a `Fault` of source `chain` when the node does not answer. */
export interface TransferSource {
  /** How deep a block must lie before what is in it counts; 1 is the newest block. */
  readonly confirmations: number
  /** Block before which the token did not exist. */
  readonly firstBlock: number
  /** Addresses of ours, and those that nobody owns: what goes there or comes from there says nothing of people. Lower case. */
  readonly ours: ReadonlySet<string>
  newestBlock(): Promise<BlockRef>
  block(number: number): Promise<BlockRef | undefined>
  /** Transfers from and to these wallets, from block to block, both included. */
  transfers(wallets: readonly string[], from: number, to: number): Promise<readonly TokenTransfer[]>
  /** Whether it is a contract, such as a pool of an exchange, and no person's wallet. */
  isContract(address: string): Promise<boolean>
}

/** Wallets whose transfers are known until the same block. */
export interface DueWallets {
  /** Lower case. */
  readonly wallets: readonly string[]
  /** The last block that was looked at; undefined when none was. */
  readonly after: number | undefined
}

/** A part of what was found, with everybody who shares an address in it. */
export interface FoundFlows {
  readonly after: bigint
  readonly until: bigint
  readonly shared: readonly SharedAddress[]
}

export interface FlowStore {
  /** Wallets that were not looked at until block `confirmed`: first those for which least is missing, so that newcomers with a long past keep nobody waiting. */
  due(confirmed: number, limit: number): Promise<DueWallets | undefined>
  /** Keeps what was found and that these wallets were looked at until block `to`; harmless when another process did it. */
  keep(due: DueWallets, to: number, flows: readonly Flow[]): Promise<void>
  /** What was found and nobody has judged yet, a part of it; undefined when there is none. */
  unjudged(): Promise<FoundFlows | undefined>
  /** Notes the signals, and that this part was judged, unless another process did. Gives how many members are newly held. */
  judge(found: FoundFlows, signals: readonly Signal[], now: Instant): Promise<number>
}
