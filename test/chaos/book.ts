/** One request to check in, under its own key. Several may be made for the same member and event; the product may grant only one. */
export interface CheckInTry {
  readonly userId: string
  readonly event: number
  readonly key: string
  /** `done`, or the code of the refusal; undefined while nothing is known. */
  outcome: string | undefined
}

/** One request to withdraw; its amount is asked for by nobody else, so that the withdrawal can be told from all others. */
export interface WithdrawalTry {
  readonly userId: string
  readonly key: string
  readonly amount: bigint
  readonly address: string
  outcome: string | undefined
}

/** An event that is open, and how to get in. */
export interface OpenEvent {
  readonly number: number
  /** The rotating code, or a single-use code for each member, who takes the one at his place. */
  readonly codes: readonly string[]
}

/** What the product has promised to whom, as the community remembers it. */
export class Book {
  readonly checkIns: CheckInTry[] = []
  readonly withdrawals: WithdrawalTry[] = []
  openEvents: readonly OpenEvent[] = []
  /** Whether the statement of the month before is a draft. */
  isInDispute = false
  /** Accounts that are now and then linked with another one. */
  readonly joined = new Set<string>()
  #amounts = 0n

  noteCheckIn(userId: string, event: number, key: string): CheckInTry {
    const attempt: CheckInTry = { userId, event, key, outcome: undefined }
    this.checkIns.push(attempt)
    return attempt
  }

  noteWithdrawal(attempt: WithdrawalTry): WithdrawalTry {
    this.withdrawals.push(attempt)
    return attempt
  }

  /** About `wish` nano, made unlike every other amount by its last nine digits. */
  ownAmount(wish: bigint): bigint {
    this.#amounts += 1n
    return (wish / 1_000_000_000n) * 1_000_000_000n + this.#amounts
  }
}
