import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

/** What stands in the way of erasing a member, and what they should know before. */
export interface PrivacyState {
  readonly balance: Amount
  /** A withdrawal or deposit is under way. */
  readonly isMoving: boolean
  readonly isHeld: boolean
  /** A link of chat accounts that can still be undone. */
  readonly hasOpenLink: boolean
  /** That are in review or returned: erasing withdraws them. */
  readonly submissions: number
}

export interface PrivacyDataPort {
  /** JSON text of everything about the member. */
  export(memberId: string): Promise<string>
  stateOf(memberId: string, now: Instant): Promise<PrivacyState>
  erase(memberId: string, now: Instant): Promise<void>
}
