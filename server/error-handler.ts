import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Fault } from '../core/shared/fault.ts'
import { problemPage } from './pages/problem-page.ts'
import { readerOf } from './pages/send-page.ts'
import { sayPlain } from './pages/reader.ts'
import { ProblemError, problems, type Problem } from './problem.ts'
import type { ServerApp } from './server-app.ts'

const DEFAULT_RETRY_SECONDS = 30
const MAX_RETRY_SECONDS = 3_600

/** What Fastify itself refuses, by its code. */
const REFUSED_BY_FASTIFY: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: problems.tooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problems.mediaType,
  FST_ERR_MAX_URL_LENGTH: problems.tooLong,
  FST_ERR_ROUTE_MISSING_PARAM: problems.notFound,
}

/** Answers any error of a request: a page for people who look at pages, problem+json for everyone else. Bugs are reported, and only their number is shown. */
export function answerError(app: ServerApp, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answerProblem(app, problemOf(app, error, request), request, reply)
}

export function answerProblem(app: ServerApp, problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply
    .code(problem.status)
    .headers(problem.headers ?? {})
    .header('cache-control', 'no-store')
    // What was set for the answer that did not come.
    .removeHeader('content-disposition')
    .removeHeader('etag')
  if (wantsPage(request)) {
    return reply.type('text/html; charset=utf-8').send(problemPage(readerOf(app, request), problem, request.id).text)
  }
  const say = (text: NonNullable<Problem['detail']>) => sayPlain(app.speak, text, request.language)
  const body = {
    type: `${app.publicOrigin}/problems#${problem.code}`,
    title: say(problem.title),
    status: problem.status,
    ...(problem.detail !== undefined && { detail: say(problem.detail) }),
    code: problem.code,
    nextStep: say(problem.nextStep),
    instance: `urn:uuid:${request.id}`,
  }
  return reply.header('content-language', request.language).type('application/problem+json').send(JSON.stringify(body))
}

function problemOf(app: ServerApp, error: unknown, request: FastifyRequest): Problem {
  if (error instanceof ProblemError) return error.problem
  if (hasZodFastifySchemaValidationErrors(error)) return problems.invalid(invalidField(error.validation[0]?.instancePath))
  if (error instanceof Fault) {
    const seconds = Math.ceil((error.retryAfterMs ?? DEFAULT_RETRY_SECONDS * 1_000) / 1_000)
    app.log.warn({ request: request.id, source: error.source, reason: error.message }, 'a part did not answer')
    return problems.fault(Math.min(MAX_RETRY_SECONDS, Math.max(1, seconds)))
  }
  const { code, statusCode } = (error instanceof Error ? error : {}) as Partial<FastifyError>
  const refused = code === undefined ? undefined : REFUSED_BY_FASTIFY[code]
  if (refused !== undefined) return refused()
  // Whatever else a plugin or parser refuses as the client's mistake: a broken body, a wrong length, a wrong escape.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return problems.malformed()
  return problems.bug(app.report(error, { command: `${request.method} ${request.routeOptions.url ?? 'unmatched'}`, key: request.id }))
}

function invalidField(path: string | undefined): string {
  return path?.split('/').filter(Boolean).join('.') || 'body'
}

function wantsPage(request: FastifyRequest): boolean {
  return !/^\/(?:api|health|metrics|docs)(?:\/|$)/.test(request.url) && request.headers.accept?.includes('text/html') === true
}
