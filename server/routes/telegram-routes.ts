import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { HOUR, type Instant } from '../../core/shared/instant.ts'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp, TelegramDoor } from '../server-app.ts'

/** Telegram's updates are a few kilobytes. */
const BODY_LIMIT = 1_048_576
/** Deliveries that prove nothing; those of Telegram are not limited. */
const STRANGERS_PER_MINUTE = 30
const Params = z.object({ path: z.string() })
const SECRET_HEADER = 'x-telegram-bot-api-secret-token'

/**
 * Where Telegram delivers (https://core.telegram.org/bots/api#setwebhook). Who does not know both the path and the secret learns nothing, and their words are
 * not even read. 200 is said after the update is stored for good: on any other answer Telegram delivers it again.
 */
export function telegramRoutes(app: ServerApp, door: TelegramDoor): FastifyPluginCallback {
  return (server, _options, ready) => {
    const asked = new WeakMap<FastifyRequest, Promise<boolean>>()
    let toldAt: Instant = -Infinity
    const isOurs = (request: FastifyRequest): Promise<boolean> => {
      const { path } = Params.parse(request.params)
      const secret = request.headers[SECRET_HEADER]
      const answer = asked.get(request) ?? door.isOurs(path, typeof secret === 'string' ? secret : '')
      asked.set(request, answer)
      return answer
    }
    server.removeContentTypeParser(['application/x-www-form-urlencoded', 'text/plain'])
    server.post(
      '/telegram/:path',
      {
        bodyLimit: BODY_LIMIT,
        config: { rateLimit: { max: STRANGERS_PER_MINUTE, timeWindow: 60_000, allowList: isOurs } },
        schema: { hide: true },
        // After strangers were counted, before a body is read.
        preParsing: async (request) => {
          if (await isOurs(request)) return
          if (app.now() - toldAt >= HOUR) {
            toldAt = app.now()
            app.log.warn({ request: request.id, from: request.ip }, 'a delivery that is not from Telegram was refused; told once an hour')
          }
          throw new ProblemError(problems.unauthorized())
        },
      },
      async (request, reply) => {
        if ((await door.take(request.body)) === 'strange') throw new ProblemError(problems.malformed())
        return reply.header('cache-control', 'no-store').send()
      },
    )
    ready()
  }
}
