import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Language } from '../core/shared/text.ts'
import { registerSessions } from './authenticate.ts'
import { answerError, answerProblem } from './error-handler.ts'
import { refuseCrossSite } from './cross-site.ts'
import { registerDocs } from './docs.ts'
import { Idempotency } from './idempotency.ts'
import { keepChosenLanguage, languageOf } from './language.ts'
import { refuseOtherMethods } from './other-methods.ts'
import { ProblemError, problems } from './problem.ts'
import { accountRoutes } from './routes/account-routes.ts'
import { deskRoutes } from './routes/desk-routes.ts'
import { campaignRoutes } from './routes/campaign-routes.ts'
import { depositRoutes } from './routes/deposit-routes.ts'
import { economyRoutes } from './routes/economy-routes.ts'
import { fileRoutes } from './routes/file-routes.ts'
import { formEditRoutes } from './routes/form-edit-routes.ts'
import { formRoutes } from './routes/form-routes.ts'
import { healthRoutes } from './routes/health-routes.ts'
import { pageRoutes } from './routes/page-routes.ts'
import { sandboxPageRoutes } from './routes/sandbox-page-routes.ts'
import { sandboxRoutes } from './routes/sandbox-routes.ts'
import { signInRoutes } from './routes/sign-in-routes.ts'
import { submissionRoutes } from './routes/submission-routes.ts'
import { telegramRoutes } from './routes/telegram-routes.ts'
import { statementRoutes } from './routes/statement-routes.ts'
import { walletRoutes } from './routes/wallet-routes.ts'
import { SandboxChat } from './sandbox-chat.ts'
import type { Sandbox, ServerApp } from './server-app.ts'

declare module 'fastify' {
  interface FastifyRequest {
    language: Language
  }
}

const BODY_LIMIT = 64 * 1_024
const REQUESTS_PER_MINUTE = 300
/** Addresses whose requests are counted at the same time; the least recently seen is forgotten. */
const COUNTED_ADDRESSES = 10_000
const HEADERS_TIMEOUT_MS = 30_000
/** Long enough for a file of 8 MB from a telephone. */
const REQUEST_TIMEOUT_MS = 120_000

/** The pages and the public API of a composed app, ready but not listening. Close it to let running requests finish. */
export async function createServer(app: ServerApp): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    trustProxy: app.trustedProxies.length === 0 ? false : [...app.trustedProxies],
    genReqId: () => randomUUID(),
    frameworkErrors: (error, request, reply) => {
      // Before any hook ran: the address itself could not be read.
      request.language = app.language
      void answerError(app, error, request, reply)
    },
    routerOptions: { ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>()
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)

  await server.register(cookie)
  await server.register(formbody)
  server.decorateRequest('language', 'en')
  server.addHook('onRequest', async (request, reply) => {
    request.language = languageOf(request, app.language)
    reply.header('x-request-id', request.id)
  })
  await registerSecurity(server, app)
  server.addHook('onRequest', refuseCrossSite(app.publicOrigin))
  keepChosenLanguage(server, app.publicOrigin.startsWith('https:'))
  registerSessions(server, app)
  server.addHook('onResponse', async (request, reply) => {
    const { method } = request
    const route = request.routeOptions.url ?? 'unmatched'
    app.metrics.observeRequest({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1_000 })
    app.log.info({ request: request.id, method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
  server.setErrorHandler((error, request, reply) => answerError(app, error, request, reply))
  server.setNotFoundHandler({ preHandler: server.rateLimit() }, (request, reply) => answerProblem(app, problems.notFound(), request, reply))

  await registerDocs(server, app)
  const methods = refuseOtherMethods(server)
  await server.register(healthRoutes(app))
  await server.register(economyRoutes(app), { prefix: '/api/v1' })
  await server.register(statementRoutes(app), { prefix: '/api/v1' })
  await server.register(depositRoutes(app), { prefix: '/api/v1/deposits' })
  await server.register(pageRoutes(app))
  await server.register(signInRoutes(app))
  await server.register(accountRoutes(app))
  await server.register(walletRoutes(app))
  await server.register(deskRoutes(app))
  await server.register(formRoutes(app))
  await server.register(fileRoutes(app))
  await server.register(formEditRoutes(app))
  await server.register(submissionRoutes(app))
  await server.register(campaignRoutes(app))
  if (app.telegram !== undefined) await server.register(telegramRoutes(app, app.telegram))
  if (app.sandbox !== undefined) await registerSandbox(server, app, app.sandbox)
  methods.complete()
  await server.ready()
  return server
}

async function registerSandbox(server: FastifyInstance, app: ServerApp, sandbox: Sandbox): Promise<void> {
  const chat = new SandboxChat(app, sandbox, new Idempotency())
  await server.register(sandboxRoutes(app, chat), { prefix: '/api/v1/sandbox' })
  await server.register(sandboxPageRoutes(app, chat))
}

async function registerSecurity(server: FastifyInstance, app: ServerApp): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: app.publicOrigin.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
  })
  await server.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    cache: COUNTED_ADDRESSES,
    addHeaders: { 'retry-after': false },
    errorResponseBuilder: (_request, context) => new ProblemError(problems.limited(Math.max(1, Math.ceil(context.ttl / 1_000)))),
  })
}
