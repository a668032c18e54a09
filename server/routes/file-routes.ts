import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isImage } from '../../core/forms/upload.ts'
import { mayUse } from '../../core/shared/dispatch.ts'
import { sessionIn } from '../authenticate.ts'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'

const File = z.object({ id: z.string().catch('') })

/** Files that members uploaded, for who may read them; to everybody else there is no such page. Whatever is in one runs nowhere. */
export function fileRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.addHook('preValidation', server.requireSession)
    server.get('/files/:id', { schema: { hide: true, params: File } }, async (request, reply) => {
      const { actor } = sessionIn(request)
      const file = await app.forms.upload(request.params.id, { memberId: actor.memberId, isReviewer: mayUse(actor, 'reviewer') })
      if (file === undefined) throw new ProblemError(problems.notFound())
      return reply
        .header('content-security-policy', "sandbox; default-src 'none'")
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'private, no-store')
        .header('content-disposition', disposition(isImage(file), file.name))
        .type(file.mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : file.mediaType)
        .send(Buffer.from(file.bytes))
    })
    ready()
  }
}

/** As RFC 6266 has it: a name in plain letters for old programs, and the whole one in the form of RFC 5987. */
function disposition(isShown: boolean, name: string): string {
  const plain = name.replaceAll(/[^\w .-]/g, '_')
  const whole = encodeURIComponent(name.toWellFormed()).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${isShown ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${whole}`
}
