import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, preParsingAsyncHookHandler, preValidationAsyncHookHandler } from 'fastify'
import '@fastify/cookie'
import '@fastify/rate-limit'
import type { SignInWay } from '../core/identity/session.port.ts'
import type { Actor, ChatAccount, ChatPlace } from '../core/shared/actor.ts'
import type { Answer } from '../core/shared/dispatch.ts'
import { KEY_FORM } from './idempotency.ts'
import { html, type Html } from './pages/html.ts'
import { ProblemError, problems } from './problem.ts'
import { returnPath } from './return-path.ts'
import type { ServerApp } from './server-app.ts'

/** Who is signed in, as of this request. */
export interface WebSession {
  /** SHA-256 of the token, in hex. */
  readonly id: string
  /** The member, with the roles that the database holds now. */
  readonly actor: Actor
  /** The chat account under which commands are given. */
  readonly account: ChatAccount
  readonly place: ChatPlace
  readonly way: SignInWay
  /** What a form must send along, as the field `csrf` or the header `x-csrf-token`. */
  readonly csrf: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined for who is not signed in. */
    session: WebSession | undefined
  }
  interface FastifyInstance {
    /**
     * Hook `preValidation` of routes for members who are signed in. People who look at pages are led to the sign-in and back again; programs get a problem.
     * Writes need the session's own token as well, which no other site and no other session knows; they are counted for each session.
     */
    requireSession: preValidationAsyncHookHandler
    /** Hook `preParsing` beside `requireSession`, for routes that read large bodies: who is not signed in is answered before anything is read. */
    requireSignedIn: preParsingAsyncHookHandler
  }
}

/** Commands of the web are given as in a private chat: what they answer is for the member alone. */
export const WEB_PLACE: ChatPlace = { kind: 'private', chatId: 'web' }
const TOKEN_BYTES = 16
const TOKEN_FORM = /^[\w-]{22}$/
const WRITES_PER_MINUTE = 120
/** What programs and watchers ask for; nobody is signed in there. */
const WITHOUT_SESSION = /^\/(?:assets|charts|health|metrics|docs|telegram|robots\.txt)(?:\/|$|\?)/

/** The name of a cookie that only this very host may set and read; on a plain http address of this machine the prefix is not allowed. */
export function cookieName(app: Pick<ServerApp, 'publicOrigin'>, name: string): string {
  return isSecure(app) ? `__Host-${name}` : name
}

export function cookieOptions(app: Pick<ServerApp, 'publicOrigin'>) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(app) } as const
}

function isSecure({ publicOrigin }: Pick<ServerApp, 'publicOrigin'>): boolean {
  return publicOrigin.startsWith('https:')
}

/** 128 random bits, as text for cookies and addresses. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function isToken(text: string | undefined): text is string {
  return text !== undefined && TOKEN_FORM.test(text)
}

/** Finds out with every request who is signed in. In `preParsing`, which comes after the limits for addresses and before any body is read. */
export function registerSessions(server: FastifyInstance, app: ServerApp): void {
  const name = cookieName(app, 'session')
  server.decorateRequest('session', undefined)
  server.decorate('requireSession', requireSession(server))
  server.decorate('requireSignedIn', async (request, reply) => {
    if (request.session === undefined) await turnAway(request, reply)
  })
  server.addHook('preParsing', async (request, reply) => {
    const token = request.cookies[name]
    if (token === undefined || request.is404 || WITHOUT_SESSION.test(request.url)) return
    request.session = isToken(token) ? await sessionOf(app, token) : undefined
    if (request.session === undefined) reply.clearCookie(name, cookieOptions(app))
  })
}

async function sessionOf(app: ServerApp, token: string): Promise<WebSession | undefined> {
  const id = hashOf(token)
  const session = await app.web.sessions.find(id, app.web.now())
  // Whoever played somebody of the sandbox plays nobody where there is none.
  if (session === undefined || (session.way === 'persona' && app.sandbox === undefined)) return undefined
  const { account, way } = session
  const actor = await app.web.recognise(account, WEB_PLACE)
  return actor === undefined ? undefined : { id, actor, account, place: WEB_PLACE, way, csrf: csrfOf(token) }
}

/** Follows from the token, so it changes with it and is kept nowhere; the token does not follow from it. */
export function csrfOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url')
}

/** Signs a browser in under a new id; the session that it had before, whoever's, is ended. */
export async function signIn(
  app: ServerApp,
  request: FastifyRequest,
  reply: FastifyReply,
  as: { readonly account: ChatAccount; readonly way: SignInWay; readonly wallet?: string },
): Promise<void> {
  const now = app.web.now()
  const before = request.session
  if (before !== undefined) await app.web.sessions.end(before.id, before.actor.memberId, now)
  const token = newToken()
  await app.web.sessions.open({ id: hashOf(token), ...as }, now)
  reply.setCookie(cookieName(app, 'session'), token, cookieOptions(app))
}

/** Gives the session of this browser another id, as at every change of what it may do; forms that are open keep working only after a reload. */
export async function renewSession(app: ServerApp, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.session === undefined) return
  const token = newToken()
  const renewed = await app.web.sessions.renew(request.session.id, hashOf(token), app.web.now())
  if (renewed) reply.setCookie(cookieName(app, 'session'), token, cookieOptions(app))
}

export async function signOut(app: ServerApp, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { session } = request
  if (session !== undefined) await app.web.sessions.end(session.id, session.actor.memberId, app.web.now())
  reply.clearCookie(cookieName(app, 'session'), cookieOptions(app))
}

/** Who is signed in, in a route behind `requireSession`. */
export function sessionIn({ session }: FastifyRequest): WebSession {
  if (session === undefined) throw new ProblemError(problems.signedOut())
  return session
}

function requireSession(server: FastifyInstance): preValidationAsyncHookHandler {
  const count = server.createRateLimit({
    max: WRITES_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => request.session?.id ?? request.ip,
  })
  return async (request, reply) => {
    const { session } = request
    if (session === undefined) return turnAway(request, reply)
    if (isRead(request)) return undefined
    if (!isSame(givenCsrf(request), session.csrf)) throw new ProblemError(problems.csrf())
    const counted = await count(request)
    if (!counted.isAllowed && counted.isExceeded) throw new ProblemError(problems.limited(Math.max(1, counted.ttlInSeconds)))
    return undefined
  }
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Leads people to the sign-in and back again; programs get a problem. */
async function turnAway(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const isPage = !request.url.startsWith('/api/') && request.headers.accept?.includes('text/html') === true
  if (!isPage) throw new ProblemError(problems.signedOut())
  return reply.redirect(`/signin?to=${encodeURIComponent(returnPath(isRead(request) ? request.url : undefined))}`, 303)
}

export function givenCsrf({ headers, body }: FastifyRequest): string {
  const header = headers['x-csrf-token']
  if (typeof header === 'string') return header
  return typeof body === 'object' && body !== null && 'csrf' in body && typeof body.csrf === 'string' ? body.csrf : ''
}

/** Compares in a time that tells nothing. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** What every form of a signed-in member holds: that it is theirs, and a key by which it has one effect however often it is sent. */
export function formSecrets({ csrf }: WebSession): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" /><input type="hidden" name="key" value="${randomUUID()}" />`
}

/** Runs a command as the member who is signed in; a key that comes again gives the first answer. @param key from the form */
export function giveCommand(
  app: Pick<ServerApp, 'dispatch'>,
  { account, place }: WebSession,
  command: string,
  input: Readonly<Record<string, unknown>>,
  key: string | undefined,
): Promise<Answer> {
  if (key === undefined || !KEY_FORM.test(key)) throw new ProblemError(problems.keyMissing())
  return app.dispatch({ account, place, command, input, key: `web:${key}` })
}
