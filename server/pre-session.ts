import type { FastifyReply, FastifyRequest, preValidationAsyncHookHandler } from 'fastify'
import '@fastify/cookie'
import { cookieName, cookieOptions, csrfOf, givenCsrf, hashOf, isSame, isToken, newToken } from './authenticate.ts'
import { ProblemError, problems } from './problem.ts'
import type { ServerApp } from './server-app.ts'

/** A browser in which nobody is signed in yet. What it is given for a sign-in can be brought back by itself alone. */
export interface PreSession {
  /** SHA-256 of the token in its cookie, in hex. */
  readonly id: string
  /** What its forms must send along. */
  readonly csrf: string
}

const NAME = 'before'

/** The browser's own, made when it has none. */
export function preSession(app: ServerApp, request: FastifyRequest, reply: FastifyReply): PreSession {
  const known = request.cookies[cookieName(app, NAME)]
  if (isToken(known)) return { id: hashOf(known), csrf: csrfOf(known) }
  const token = newToken()
  reply.setCookie(cookieName(app, NAME), token, cookieOptions(app))
  return { id: hashOf(token), csrf: csrfOf(token) }
}

/** The browser's own, when it has one. */
export function knownPreSession(app: ServerApp, request: FastifyRequest): PreSession | undefined {
  const token = request.cookies[cookieName(app, NAME)]
  return isToken(token) ? { id: hashOf(token), csrf: csrfOf(token) } : undefined
}

/** Hook `preValidation`: only from a page that this very browser opened. Otherwise somebody could sign another person's browser in as themselves. */
export function requirePreSession(app: ServerApp): preValidationAsyncHookHandler {
  return async (request) => {
    const own = knownPreSession(app, request)
    if (own === undefined || !isSame(givenCsrf(request), own.csrf)) throw new ProblemError(problems.csrf())
  }
}

/** Nothing of before the sign-in is worth anything after it. */
export function endPreSession(app: ServerApp, reply: FastifyReply): void {
  reply.clearCookie(cookieName(app, NAME), cookieOptions(app))
}
