/** What the platform adds to some refusals (Bot API, ResponseParameters). */
export interface ResponseParameters {
  /** The supergroup a group became. */
  migrate_to_chat_id?: number
  /** Seconds to wait after a 429. */
  retry_after?: number
}

/** A refusal as the Bot API speaks it: HTTP status, the same number as `error_code`, and a description. */
export class ApiRefusal extends Error {
  readonly code: number
  readonly parameters: ResponseParameters | undefined

  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description)
    this.name = 'ApiRefusal'
    this.code = code
    this.parameters = parameters
  }
}

export const badRequest = (what: string, parameters?: ResponseParameters): ApiRefusal =>
  new ApiRefusal(400, `Bad Request: ${what}`, parameters)

export const forbidden = (what: string): ApiRefusal => new ApiRefusal(403, `Forbidden: ${what}`)

export const conflict = (what: string): ApiRefusal => new ApiRefusal(409, `Conflict: ${what}`)

export const tooManyRequests = (seconds: number): ApiRefusal =>
  new ApiRefusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
