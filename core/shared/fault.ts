/** Trouble of the world (database, chain, chat platform): not a refusal and not a bug. `retryable` says whether the same call may succeed later. */
export class Fault extends Error {
  readonly source: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(source: string, message: string, options: { retryable: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'Fault'
    this.source = source
    this.retryable = options.retryable
    this.retryAfterMs = options.retryAfterMs
  }
}
