import type { Amount } from '../shared/amount.ts'

/** A transfer of PoS between two addresses, in lower case. */
export interface TokenTransfer {
  readonly from: string
  readonly to: string
  readonly amount: Amount
}

/** PoS went between a member's wallet and another address: from there (`in`) or to there (`out`). Lower case. */
export interface Flow {
  readonly wallet: string
  readonly other: string
  readonly direction: 'in' | 'out'
}

/** An address, and the members whose wallets are all paid from it or all pay to it. */
export interface SharedAddress {
  readonly address: string
  readonly members: readonly string[]
}
