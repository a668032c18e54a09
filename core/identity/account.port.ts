import type { ChatAccount } from '../shared/actor.ts'
import type { Wallet } from './identity.types.ts'

/** What members see of themselves on the account page. */
export interface AccountView {
  /** In the order in which they were linked. */
  readonly accounts: readonly ChatAccount[]
  readonly wallet: Wallet | undefined
}
