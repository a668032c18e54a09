import type { FastifyInstance } from 'fastify'
import { freePort } from '../../adapters/process/local-process.ts'
import { SECOND, type Instant } from '../../core/shared/instant.ts'
import type { Config } from '../../main/config.ts'
import { Secret } from '../../main/secret.ts'
import { composeDesk } from '../../main/desk.ts'
import { composeFormPages } from '../../main/form-pages.ts'
import { composeWeb } from '../../main/web.ts'
import { createServer } from '../../server/app.ts'
import type { ServerApp } from '../../server/server-app.ts'
import { startCommunity, type Community } from './community.ts'
import { createSampleServer } from './sample-server.ts'

export const WEB_GENESIS = Date.UTC(2027, 0, 31)
export const TELEGRAM_TOKEN = '123456:AAtelegram-canary-AAAAAAAAAAAAAA'
export const CLIENT_ID = '112233445566778899'
export const CLIENT_SECRET = 'discord-canary-secret-0123456789'

/** The web over a composed product and a real database, on an address that is its public origin, with a clock that tests set. */
export interface WebWorld {
  readonly community: Community
  readonly app: ServerApp
  readonly server: FastifyInstance
  readonly base: string
  /** Of sessions and of commands. */
  readonly clock: { now: Instant }
  /** Everything that the server logged or reported, as one text. */
  logged(): string
  browser(): Visitor
  stop(): Promise<void>
}

/** A browser's requests: it keeps cookies, and follows nothing by itself. */
export interface Visitor {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body: Record<string, string> | URLSearchParams, headers?: Record<string, string>): Promise<Response>
  /** The token of the forms of a page. */
  csrf(path: string): Promise<string>
}

export interface WebWorldOptions {
  /** Where Discord's stand-in listens; signing in with Discord is offered with it. */
  readonly discordUrl?: string
  readonly nodeUrl?: string
  /** A database that is there already; else a new one. */
  readonly databaseUrl?: string
  readonly isSandbox?: boolean
  readonly telegram?: boolean
  readonly origin?: 'https' | 'http'
}

export async function startWebWorld(options: WebWorldOptions = {}): Promise<WebWorld> {
  const port = await freePort()
  const base = `http://localhost:${port}`
  const publicOrigin = options.origin === 'https' ? 'https://pos.example.org' : base
  const community = await startCommunity(WEB_GENESIS, options.databaseUrl, options.nodeUrl, publicOrigin)
  const { chat, members, proof, clock, database } = community
  const lines: string[] = []
  const note = (fields: object, message: string) => void lines.push(`${message} ${show(fields)}`)
  const config: Pick<Config, 'discordSignIn' | 'telegram'> = {
    discordSignIn: options.discordUrl === undefined ? undefined : discordConfig(options.discordUrl),
    telegram: options.telegram === false ? undefined : { token: new Secret(TELEGRAM_TOKEN), apiUrl: base, chatId: undefined },
  }
  const sample = createSampleServer()
  const app: ServerApp = {
    ...sample.app,
    ...chat,
    publicOrigin,
    now: () => clock.now,
    log: { info: note, warn: note, error: note },
    report: (error, context) => {
      note({ error, ...context }, 'bug')
      return 'BUG'
    },
    desk: composeDesk(database, WEB_GENESIS),
    web: composeWeb({ database, members, proof, now: () => clock.now, publicOrigin, config }),
    ...composeFormPages(database, { genesis: WEB_GENESIS, proof }),
    ...(options.isSandbox === false ? { sandbox: undefined } : {}),
    trustedProxies: ['127.0.0.1', '::1'],
  }
  const server = await createServer(app)
  await server.listen({ port, host: 'localhost' })
  return {
    community,
    app,
    server,
    base,
    clock,
    logged: () => lines.join('\n'),
    browser: () => visitor(base),
    async stop() {
      await server.close()
      await community.close()
    },
  }
}

function discordConfig(apiUrl: string): NonNullable<Config['discordSignIn']> {
  return { clientId: CLIENT_ID, clientSecret: new Secret(CLIENT_SECRET), apiUrl }
}

/** All of an error, its causes and own fields too: what a log could write. */
function show(value: unknown): string {
  if (value instanceof Error) return `${value.stack} ${show(Object.fromEntries(Object.entries(value)))} ${show(value.cause)}`
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, each]) => `${name}=${show(each)}`)
    .join(' ')
}

let visitors = 0

/** Each comes from an address of its own, as limits count them. */
function visitor(base: string): Visitor {
  visitors += 1
  const from = `198.51.${Math.floor(visitors / 250)}.${1 + (visitors % 250)}`
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      ...(cookie !== '' && { cookie }),
      accept: 'text/html',
      'x-forwarded-for': from,
      ...(init.headers as Record<string, string>),
    }
    const response = await fetch(path.startsWith('http') ? path : base + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...rest] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      if (rest.some((each) => /^(Expires=Thu, 01 Jan 1970|Max-Age=0)/.test(each))) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = {}) =>
      body instanceof URLSearchParams
        ? send(path, { method: 'POST', body, headers })
        : send(path, {
            method: 'POST',
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
          }),
    async csrf(path) {
      const page = await (await send(path, {})).text()
      return /(?:name="csrf" value|data-csrf)="([^"]+)"/.exec(page)?.[1] ?? ''
    },
  }
}

/** Signs a visitor in as a persona of the sandbox; gives the token of the forms. */
export async function signInAs(who: Visitor, persona: string): Promise<string> {
  const csrf = await who.csrf('/signin')
  const response = await who.post('/signin/persona', new URLSearchParams({ csrf, persona }))
  if (response.status !== 303) throw new Error(`${persona} could not sign in: ${response.status} ${await response.text()}`)
  return who.csrf('/account')
}

export const unixSecond = (at: Instant): string => String(Math.floor(at / SECOND))
