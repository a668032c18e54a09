/**
 * Trouble of the world (database, chain, chat platform): not a refusal and not a bug. `retryable` says whether the same call may succeed later,
 * `mayHaveHappened` whether it may have been done all the same: the connection broke before the answer.
 */
export class Fault extends Error {
  readonly source: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly mayHaveHappened: boolean

  constructor(
    source: string,
    message: string,
    options: { retryable: boolean; retryAfterMs?: number; mayHaveHappened?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause })
    this.name = 'Fault'
    this.source = source
    this.retryable = options.retryable
    this.retryAfterMs = options.retryAfterMs
    this.mayHaveHappened = options.mayHaveHappened ?? false
  }
}
