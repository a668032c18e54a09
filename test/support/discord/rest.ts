import { type IncomingMessage, type ServerResponse } from 'node:http'
import type { Operation, OpenApiDocument, Problem } from '../openapi/openapi-document.ts'
import type { Answer, Call, Route } from './call.ts'
import { withoutClientDefaults } from './discord-document.ts'
import type { Gateway } from './gateway.ts'
import { isJson, type Json, listOf } from './json.ts'
import type { Allowance, RateLimits } from './rate-limits.ts'
import { DiscordRefusal, type FormProblem, refuse } from './refuse.ts'
import { readBody, type Received } from './read-body.ts'
import type { State } from './state.ts'

/** One request as it was received and answered. */
export interface RequestRecord {
  /** Counts up from 1. */
  readonly number: number
  readonly method: string
  /** Decoded, without `/api/v10`, e.g. `/webhooks/1/token/messages/@original`. */
  readonly path: string
  readonly query: string
  readonly body: unknown
  readonly files: readonly { name: string; size: number }[]
  /** Whether an Authorization header came with it. */
  readonly authorized: boolean
  readonly status: number
  /** Discord's error code, when refused. */
  readonly code?: number
  readonly answer: unknown
}

/** Something that must never happen in a test run: a malformed request, or an answer of the fake itself that the document refuses. */
export interface Violation {
  readonly side: 'bot' | 'fake'
  readonly method: string
  readonly path: string
  readonly problems: readonly FormProblem[]
}

export interface RestOptions {
  readonly state: State
  readonly gateway: Gateway
  readonly routes: readonly Route[]
  readonly document: OpenApiDocument | undefined
  /** Tells whether a token is the bot's. */
  readonly accepts: (token: string) => boolean
  /** Without it the fake counts no requests, it refuses with 429 only when told. */
  readonly rateLimits: RateLimits | undefined
}

const BASE = /^\/api\/v10(?=\/)/
const MAX_LOG = 10_000
/** What the headers claim of a route that has no limit here. */
const BUCKET = { limit: 1000, remaining: 999, resetAfterSeconds: 1 }

/** Discord's REST API v10: rate limit, authorization, form, then the route. */
export class Rest {
  readonly requests: RequestRecord[] = []
  readonly violations: Violation[] = []
  /** How many requests were answered in all. */
  received = 0
  readonly #options: RestOptions
  readonly #limited: { seconds: number; global: boolean }[] = []

  constructor(options: RestOptions) {
    this.#options = options
  }

  /** The next `count` requests are answered by 429. */
  limitNext(count: number, seconds: number, global: boolean): void {
    for (let index = 0; index < count; index += 1) this.#limited.push({ seconds, global })
  }

  /** Answers one HTTP request. Never rejects: a bug of the fake becomes a 500 and a violation. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    const path = safeDecode(url.pathname.replace(BASE, ''))
    const method = request.method ?? 'GET'
    const authorization = request.headers.authorization
    let received: Received = { body: undefined, files: [] }
    let answer: Answer
    const allowance: { of?: Allowance } = {}
    try {
      received = await readBody(request)
      if (!BASE.test(url.pathname)) throw refuse.notFound()
      answer = this.#limit(method, path, allowance) ?? this.#answer(method, path, url.searchParams, authorization, received)
    } catch (error) {
      answer = this.#toAnswer(method, path, error)
    }
    this.#write(response, method, path, answer, allowance.of)
    const code = isJson(answer.body) && answer.status >= 400 && typeof answer.body['code'] === 'number' ? answer.body['code'] : undefined
    this.received += 1
    this.requests.push({
      number: this.received,
      method,
      path,
      query: url.search.slice(1),
      body: received.body,
      files: received.files.map((file) => ({ name: file.name, size: file.data.length })),
      authorized: authorization !== undefined,
      status: answer.status,
      ...(code === undefined ? {} : { code }),
      answer: answer.body,
    })
    if (this.requests.length > MAX_LOG) this.requests.shift()
    this.#options.state.bell.ring()
  }

  /** 429, or undefined when the request may go on; what is left of its limit is put into `allowance`. */
  #limit(method: string, path: string, allowance: { of?: Allowance }): Answer | undefined {
    const { rateLimits, state } = this.#options
    const planned = this.#limited.shift()
    if (planned) return tooMany(planned.seconds, planned.global)
    const verdict = rateLimits?.count(method, path, state.now())
    if (verdict === undefined) return undefined
    if ('refusedForSeconds' in verdict) return tooMany(verdict.refusedForSeconds, verdict.global)
    if (verdict.allowed !== undefined) allowance.of = verdict.allowed
    return undefined
  }

  #answer(method: string, path: string, query: URLSearchParams, authorization: string | undefined, received: Received): Answer {
    const match = matchRoute(this.#options.routes, method, path)
    const token = /^Bot (.+)$/.exec(authorization ?? '')?.[1]
    const mustHave = match?.route.auth !== 'path'
    if ((mustHave || authorization !== undefined) && (token === undefined || !this.#options.accepts(token))) throw refuse.unauthorized()
    const operation = this.#options.document?.operation(method, path)
    if (this.#options.document && !operation)
      throw new Violated([{ path: [], code: 'UNKNOWN_OPERATION', message: 'the document has no such operation' }])
    if (!match) throw new Violated([{ path: [], code: 'NOT_IN_THE_FAKE', message: 'the fake has no such operation' }])
    const problems = operation?.checkRequest(path, query, withoutClientDefaults(path, received.body)) ?? []
    if (problems.length > 0) throw refuse.invalidForm(problems.map(toFormProblem))
    const call: Call = {
      state: this.#options.state,
      gateway: this.#options.gateway,
      params: match.params,
      query,
      body: isJson(received.body) ? received.body : {},
      list: listOf(received.body),
      files: received.files,
    }
    const answer = match.route.run(call)
    this.#judgeOwn(operation, method, path, answer)
    return answer
  }

  #toAnswer(method: string, path: string, error: unknown): Answer {
    if (error instanceof Violated) {
      this.violations.push({ side: 'bot', method, path, problems: error.problems })
      return { status: 404, body: refuse.notFound().body() }
    }
    if (error instanceof DiscordRefusal) {
      const malformed = error.code === 50035 || error.code === 50006 || error.code === 50109
      const problems = error.problems.length > 0 ? error.problems : [{ path: [], code: String(error.code), message: error.message }]
      if (malformed) this.violations.push({ side: 'bot', method, path, problems })
      const answer = { status: error.status, body: error.body() }
      this.#judgeOwn(this.#options.document?.operation(method, path), method, path, answer)
      return answer
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.violations.push({ side: 'fake', method, path, problems: [{ path: [], code: 'BUG', message }] })
    return { status: 500, body: { code: 0, message: '500: Internal Server Error' } }
  }

  /** The answers of the fake are judged by the same document. */
  #judgeOwn(operation: Operation | undefined, method: string, path: string, answer: Answer): void {
    const wire: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body))
    const problems = operation?.checkResponse(answer.status, wire) ?? []
    if (problems.length > 0) this.violations.push({ side: 'fake', method, path, problems: problems.map(toFormProblem) })
  }

  #write(response: ServerResponse, method: string, path: string, answer: Answer, allowance: Allowance | undefined): void {
    const { body, status } = answer
    const { limit, remaining, resetAfterSeconds } = allowance ?? BUCKET
    const resetAt = this.#options.state.now() / 1000 + resetAfterSeconds
    response.statusCode = status
    response.setHeader('X-RateLimit-Limit', limit)
    response.setHeader('X-RateLimit-Remaining', status === 429 ? 0 : remaining)
    response.setHeader('X-RateLimit-Reset', resetAt.toFixed(3))
    response.setHeader('X-RateLimit-Reset-After', resetAfterSeconds)
    response.setHeader(
      'X-RateLimit-Bucket',
      Buffer.from(`${method} ${path.split('/')[1] ?? ''} ${allowance?.bucket ?? ''}`).toString('hex'),
    )
    if (status === 429 && isJson(body)) {
      response.setHeader('Retry-After', String(body['retry_after']))
      response.setHeader('X-RateLimit-Reset-After', String(body['retry_after']))
      response.setHeader('X-RateLimit-Scope', body['global'] === true ? 'global' : 'user')
      if (body['global'] === true) response.setHeader('X-RateLimit-Global', 'true')
    }
    if (body === undefined) return void response.end()
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(body))
  }
}

const tooMany = (seconds: number, global: boolean): Answer => ({
  status: 429,
  body: { message: 'You are being rate limited.', retry_after: seconds, global },
})

/** A request that has no operation at all. */
class Violated extends Error {
  readonly problems: readonly FormProblem[]
  constructor(problems: readonly FormProblem[]) {
    super('violated')
    this.problems = problems
  }
}

/** Words Discord uses for the failures a JSON Schema can find. */
const CODES: Record<string, string> = {
  additionalProperties: 'UNKNOWN_KEY',
  enum: 'BASE_TYPE_CHOICES',
  const: 'BASE_TYPE_CHOICES',
  format: 'BASE_TYPE_FORMAT',
  maxItems: 'BASE_TYPE_MAX_LENGTH',
  maxLength: 'BASE_TYPE_MAX_LENGTH',
  minItems: 'BASE_TYPE_MIN_LENGTH',
  minLength: 'BASE_TYPE_MIN_LENGTH',
  required: 'BASE_TYPE_REQUIRED',
  type: 'BASE_TYPE_CONVERT',
}

const toFormProblem = ({ path, keyword, message }: Problem): FormProblem => ({ path, code: CODES[keyword] ?? 'BASE_TYPE_INVALID', message })

function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Json & Record<string, string> } | undefined {
  const segments = path.split('/')
  for (const route of routes) {
    const parts = route.path.split('/')
    if (route.method !== method || parts.length !== segments.length) continue
    if (!parts.every((part, index) => part.startsWith(':') || part === segments[index])) continue
    const params = Object.fromEntries(
      parts.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), segments[index] ?? '']] : [])),
    )
    return { route, params }
  }
  return undefined
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
