import type { Amount } from '../shared/amount.ts'
import type { AccountName, Transfer } from './ledger.types.ts'

/** `posted`: now. `already-posted`: earlier, with the same fields. `other-fields`: the id is taken. `insufficient`: the debit account has less. */
export type PostResult = 'posted' | 'already-posted' | 'other-fields' | 'insufficient'

/** The one writer of value. Runs inside the caller's transaction; a result other than the first two means that the caller must not keep it. */
export interface LedgerPort {
  post(transfer: Transfer): Promise<PostResult>
  balance(account: AccountName): Promise<Amount>
}
