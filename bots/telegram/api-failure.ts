import { TelegramError } from 'telegraf'
import { Fault } from '../../core/shared/fault.ts'

/**
 * What a failed call means for us.
 * `unreachable`: the chat blocked the bot, never started it or is gone. `gone`: the message is. `moved`: the group has a new id.
 * `temporary`: network, timeout or 5xx, also with an unknown outcome. `refused`: anything else, a mistake of ours.
 */
export type FailureKind = 'limited' | 'unauthorized' | 'conflict' | 'unreachable' | 'moved' | 'unchanged' | 'gone' | 'temporary' | 'refused'

/** A failed call of the Bot API. Holds no payload and no token, so that it may be logged and reported. */
export class ApiFailure extends Error {
  readonly method: string
  /** The status of the Bot API; 0 when there was no answer. */
  readonly code: number
  readonly kind: FailureKind
  readonly retryAfterMs: number | undefined
  readonly movedTo: number | undefined
  /** There was no answer, and the call may have been done: only a connection that never came to be says that it was not. */
  readonly mayHaveHappened: boolean

  constructor(what: { method: string; code: number; description: string; retryAfterMs?: number; movedTo?: number; neverLeft?: boolean }) {
    super(`${what.method}: ${what.code} ${what.description}`)
    this.name = 'ApiFailure'
    this.method = what.method
    this.code = what.code
    this.retryAfterMs = what.retryAfterMs
    this.movedTo = what.movedTo
    this.mayHaveHappened = what.code === 0 && what.neverLeft !== true
    this.kind = kindOf(what.code, what.description, what.movedTo)
  }

  /** The same failure in the words of the rest of the house. */
  toFault(): Fault {
    const retryable = this.kind === 'limited' || this.kind === 'temporary' || this.kind === 'conflict'
    const wait = this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }
    return new Fault('telegram', this.message, { retryable, ...wait, mayHaveHappened: this.mayHaveHappened, cause: this })
  }
}

/** Codes of Node for a connection that was not made. */
const NEVER_LEFT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

export function readFailure(method: string, error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error
  if (!(error instanceof TelegramError)) {
    // node-fetch, an abort, or an answer that is no JSON. telegraf took the token out of the text.
    const neverLeft = error instanceof Error && 'code' in error && NEVER_LEFT.has(String(error.code))
    return new ApiFailure({ method, code: 0, description: error instanceof Error ? error.message : 'no answer', neverLeft })
  }
  const { error_code: code, description, parameters } = error.response
  return new ApiFailure({
    method,
    code,
    description,
    ...(parameters?.retry_after === undefined ? {} : { retryAfterMs: parameters.retry_after * 1_000 }),
    ...(parameters?.migrate_to_chat_id === undefined ? {} : { movedTo: parameters.migrate_to_chat_id }),
  })
}

const UNREACHABLE = /chat not found|user not found|USER_IS_BLOCKED|PEER_ID_INVALID|INPUT_USER_DEACTIVATED|user is deactivated/i
const GONE =
  /message to edit not found|message to be replied not found|message can't be edited|MESSAGE_ID_INVALID|there is no (text|caption) in the message to edit/i

function kindOf(code: number, description: string, movedTo: number | undefined): FailureKind {
  if (code === 429) return 'limited'
  if (code === 0 || code >= 500) return 'temporary'
  // A token of a wrong form gives 404 on every method.
  if (code === 401 || code === 404) return 'unauthorized'
  if (code === 409) return 'conflict'
  if (movedTo !== undefined) return 'moved'
  if (code === 403 || UNREACHABLE.test(description)) return 'unreachable'
  if (/message is not modified/i.test(description)) return 'unchanged'
  return GONE.test(description) ? 'gone' : 'refused'
}
