import { Readable } from 'node:stream'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { anyProblem, PeriodParams } from './schemas.ts'

/** A statement may have millions of lines: few at a time from one address. */
const DOWNLOADS_PER_MINUTE = 30

/** The statement of a period as a file, streamed. A final one never changes: its root is its ETag. A draft is not to be kept. */
export function statementRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.get(
      '/periods/:number/statement',
      {
        config: { rateLimit: { max: DOWNLOADS_PER_MINUTE, timeWindow: 60_000 } },
        schema: {
          tags: ['economy'],
          operationId: 'getStatement',
          summary: 'The statement of a period, for `npm run verify`; the header X-Statement says draft or final',
          params: PeriodParams,
          response: {
            200: { description: 'The file.', content: { 'application/json': { schema: z.unknown() } } },
            304: { description: 'The final statement that you have.', content: { 'application/json': { schema: z.never() } } },
            default: anyProblem,
          },
        },
      },
      async (request, reply) => {
        const { number } = request.params
        const now = app.now()
        const period = (await app.reads.periods(now)).find((one) => one.number === number)
        const etag = period?.state === 'closed' && period.statementRoot !== null ? `"${period.statementRoot}"` : undefined
        if (etag !== undefined && namesTag(request.headers['if-none-match'], etag)) {
          return reply.code(304).header('etag', etag).header('cache-control', 'public, max-age=31536000, immutable').send()
        }
        const statement = await app.statements.open(number, now)
        if (statement === undefined) throw new ProblemError(problems.statementNone())
        const isFinal = statement.isFinal && etag !== undefined
        if (isFinal) reply.header('etag', etag).header('cache-control', 'public, max-age=31536000, immutable')
        else reply.header('cache-control', 'no-store')
        const name = `wepos-statement-${String(number).padStart(2, '0')}${statement.isFinal ? '' : '-draft'}.json`
        reply
          .header('content-disposition', `attachment; filename="${name}"`)
          .header('x-statement', statement.isFinal ? 'final' : 'draft')
          .type('application/json')
        if (request.method === 'HEAD') return reply.send()
        return reply.send(Readable.from(statement.chunks, { objectMode: false }))
      },
    )
    ready()
  }
}

/** Whether an If-None-Match header names the tag (RFC 9110, 13.1.2: weak comparison). */
function namesTag(header: string | undefined, etag: string): boolean {
  return header !== undefined && (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
}
