import type { Refusal, RefusalKind } from '../core/shared/refusal.ts'
import type { Text } from '../core/shared/text.ts'
import { problemTexts } from './problem.texts.ts'

const { say } = problemTexts

/** Why the server does not answer as asked (RFC 9457): a stable code, a status, and words for a person. */
export interface Problem {
  readonly code: string
  readonly status: number
  readonly title: Text
  readonly nextStep: Text
  /** What exactly is wrong in this request. */
  readonly detail?: Text
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown by routes and hooks, answered by the error handler. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.code)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

const STATUS: Readonly<Record<RefusalKind, number>> = {
  invalid: 422,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  limited: 429,
}

/** A refusal as the answer of a route that is no command. */
export function refusalProblem({ code, kind, reason, nextStep }: Refusal): Problem {
  return { code, status: STATUS[kind], title: reason, nextStep }
}

/** Every problem that the server itself gives; refusals of commands are answers, not problems. */
export const problems = {
  invalid: (field: string): Problem => ({
    code: 'request.invalid',
    status: 400,
    title: say('invalid'),
    detail: say('invalidDetail', { field: field.slice(0, 60) }),
    nextStep: say('invalidNext'),
  }),
  malformed: (): Problem => ({ code: 'request.malformed', status: 400, title: say('malformed'), nextStep: say('malformedNext') }),
  notFound: (): Problem => ({ code: 'request.not_found', status: 404, title: say('notFound'), nextStep: say('notFoundNext') }),
  method: (methods: readonly string[]): Problem => ({
    code: 'request.method_not_allowed',
    status: 405,
    title: say('method'),
    nextStep: say('methodNext', { methods: methods.join(', ') }),
    headers: { allow: methods.join(', ') },
  }),
  tooLarge: (): Problem => ({ code: 'request.too_large', status: 413, title: say('tooLarge'), nextStep: say('tooLargeNext') }),
  tooLong: (): Problem => ({ code: 'request.too_long', status: 414, title: say('tooLong'), nextStep: say('notFoundNext') }),
  mediaType: (): Problem => ({ code: 'request.media_type', status: 415, title: say('mediaType'), nextStep: say('mediaTypeNext') }),
  limited: (seconds: number): Problem => ({
    code: 'request.limited',
    status: 429,
    title: say('limited'),
    nextStep: say('limitedNext', { seconds }),
    headers: { 'retry-after': String(seconds) },
  }),
  crossSite: (): Problem => ({ code: 'request.cross_site', status: 403, title: say('crossSite'), nextStep: say('crossSiteNext') }),
  unauthorized: (): Problem => ({
    code: 'request.unauthorized',
    status: 401,
    title: say('unauthorized'),
    nextStep: say('unauthorizedNext'),
    headers: { 'www-authenticate': 'Bearer' },
  }),
  signedOut: (): Problem => ({ code: 'session.none', status: 401, title: say('signedOut'), nextStep: say('signedOutNext') }),
  csrf: (): Problem => ({ code: 'session.csrf', status: 403, title: say('csrf'), nextStep: say('csrfNext') }),
  periodUnknown: (): Problem => ({ code: 'period.unknown', status: 404, title: say('periodUnknown'), nextStep: say('periodUnknownNext') }),
  statementNone: (): Problem => ({ code: 'statement.none', status: 404, title: say('statementNone'), nextStep: say('statementNoneNext') }),
  personaUnknown: (personas: readonly string[]): Problem => ({
    code: 'sandbox.persona_unknown',
    status: 404,
    title: say('personaUnknown'),
    nextStep: say('personaUnknownNext', { personas: personas.join(', ') }),
  }),
  keyMissing: (): Problem => ({ code: 'idempotency.key_missing', status: 400, title: say('keyMissing'), nextStep: say('keyMissingNext') }),
  keyReused: (): Problem => ({ code: 'idempotency.key_reused', status: 422, title: say('keyReused'), nextStep: say('keyReusedNext') }),
  fault: (seconds: number): Problem => ({
    code: 'fault',
    status: 503,
    title: say('fault'),
    nextStep: say('faultNext'),
    headers: { 'retry-after': String(seconds) },
  }),
  bug: (id: string): Problem => ({ code: 'bug', status: 500, title: say('bug'), nextStep: say('bugNext', { id }) }),
} as const
