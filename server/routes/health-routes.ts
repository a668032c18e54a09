import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { anyProblem } from './schemas.ts'

const ReadyJson = z
  .object({ status: z.enum(['ok', 'failing']), parts: z.array(z.object({ part: z.string(), ok: z.boolean(), detail: z.string() })) })
  .meta({ id: 'Readiness' })

/** For the machine that runs us. Not limited: a probe that is refused restarts a healthy process. */
export function healthRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    const unlimited = { config: { rateLimit: false as const } }
    const tags = ['operations']
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })

    server.get(
      '/health/live',
      {
        ...unlimited,
        schema: { tags, operationId: 'getLive', summary: 'The process answers', response: { 200: z.object({ status: z.literal('ok') }) } },
      },
      async () => ({ status: 'ok' as const }),
    )

    server.get(
      '/health/ready',
      {
        ...unlimited,
        schema: {
          tags,
          operationId: 'getReady',
          summary: 'Every part that answers depend on',
          response: { 200: ReadyJson, 503: ReadyJson },
        },
      },
      async (_request, reply) => {
        const parts = (await app.readiness()).map(({ part, ok, detail }) => ({ part, ok, detail }))
        const ok = parts.every((part) => part.ok)
        return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', parts })
      },
    )

    server.get(
      '/metrics',
      {
        ...unlimited,
        schema: {
          tags,
          operationId: 'getMetrics',
          summary: 'Prometheus; with the operator’s token, or from this machine when none is set',
          response: { 200: { description: 'Text format.', content: { 'text/plain': { schema: z.string() } } }, default: anyProblem },
        },
      },
      async (request, reply) => {
        if (!mayReadMetrics(request, app.metrics.token)) throw new ProblemError(problems.unauthorized())
        return reply.type(app.metrics.contentType).send(await app.metrics.text())
      },
    )
    ready()
  }
}

function mayReadMetrics(request: FastifyRequest, token: string | undefined): boolean {
  if (token !== undefined) return isSame(request.headers.authorization ?? '', `Bearer ${token}`)
  // A proxy on this machine connects from here too, but says for whom.
  const isDirect = request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined
  return isDirect && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.ip)
}

/** Compares in a time that tells nothing of where two texts differ. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
