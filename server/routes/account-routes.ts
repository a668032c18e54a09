import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { giveCommand, sessionIn, signOut } from '../authenticate.ts'
import { accountPage } from '../pages/account-page.ts'
import type { Html } from '../pages/html.ts'
import { renderReply } from '../pages/render-reply.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import type { ServerApp } from '../server-app.ts'
import { Secrets } from './form-schemas.ts'

const EndOne = Secrets.extend({ session: z.string().regex(/^[0-9a-f]{64}$/) })

/** The page of the member who is signed in. */
export function accountRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.addHook('preValidation', server.requireSession)
    const hide = { schema: { hide: true } }
    const form = { schema: { hide: true, body: Secrets } }

    async function show(request: FastifyRequest, reply: FastifyReply, answer?: Html): Promise<FastifyReply> {
      const session = sessionIn(request)
      const { memberId } = session.actor
      const [view, sessions] = await Promise.all([app.web.accountView(memberId), app.web.sessions.ofMember(memberId, app.web.now())])
      return sendPrivatePage(
        reply,
        accountPage(readerOf(app, request), { session, view, sessions, ...(answer !== undefined && { answer }) }),
      )
    }

    server.get('/account', hide, (request, reply) => show(request, reply))

    server.post('/account/sign-out', form, async (request, reply) => {
      await signOut(app, request, reply)
      return reply.redirect('/signin', 303)
    })

    server.post('/account/sessions/end', { schema: { hide: true, body: EndOne } }, async (request, reply) => {
      // Another member's is not found; nothing is told.
      await app.web.sessions.end(request.body.session, sessionIn(request).actor.memberId, app.web.now())
      return reply.redirect('/account', 303)
    })

    server.post('/account/sessions/end-others', form, async (request, reply) => {
      const { id, actor } = sessionIn(request)
      await app.web.sessions.endOthers(id, actor.memberId, app.web.now())
      return reply.redirect('/account', 303)
    })

    server.post('/account/wallet/unlink', form, async (request, reply) => {
      const answer = await giveCommand(app, sessionIn(request), 'wallet unlink', {}, request.body.key)
      // A wallet that was taken off signs nobody in any more, this browser included.
      if ((await app.web.sessions.find(sessionIn(request).id, app.web.now())) === undefined) return reply.redirect('/signin', 303)
      const reader = readerOf(app, request)
      return show(request, reply, renderReply(reader, app.speak, answer, reader.commands))
    })
    ready()
  }
}
