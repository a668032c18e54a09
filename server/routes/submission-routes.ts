import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { submissionCode } from '../../core/forms/form-definition.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { giveCommand, sessionIn } from '../authenticate.ts'
import { formProblems } from '../form.problems.ts'
import { saidAnswer, statusOf } from '../pages/said-answer.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import { submissionPage, submissionsPage } from '../pages/submission-pages.ts'
import { ProblemError } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { Numbered, Secrets } from './form-schemas.ts'

/** What a member sent in: how it stands, and what they can still do about it. */
export function submissionRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.addHook('preValidation', server.requireSession)
    const hide = { hide: true, params: Numbered }

    server.get('/submissions', { schema: { hide: true } }, async (request, reply) =>
      sendPrivatePage(reply, submissionsPage(readerOf(app, request), await app.forms.submissions(sessionIn(request).actor.memberId))),
    )

    server.get('/submissions/:number', { schema: hide }, (request, reply) => show(request, reply, request.params.number))

    server.post('/submissions/:number/withdraw', { schema: { ...hide, body: Secrets } }, async (request, reply) => {
      const { number } = request.params
      const answer = await giveCommand(
        app,
        sessionIn(request),
        'submission withdraw',
        { submission: submissionCode(number) },
        request.body.key,
      )
      return show(request, reply, number, answer)
    })

    server.post(
      '/submissions/:number/appeal',
      { schema: { ...hide, body: Secrets.extend({ reason: z.string().max(20_000) }) } },
      async (request, reply) => {
        const { number } = request.params
        const { key, reason } = request.body
        const answer = await giveCommand(app, sessionIn(request), 'submission appeal', { submission: submissionCode(number), reason }, key)
        return show(request, reply, number, answer, reason)
      },
    )
    ready()

    async function show(
      request: FastifyRequest,
      reply: FastifyReply,
      number: number,
      answer?: Answer,
      appeal?: string,
    ): Promise<FastifyReply> {
      const session = sessionIn(request)
      const view = await app.forms.submission(number, session.actor.memberId)
      if (view === undefined) throw new ProblemError(formProblems.submissionNone())
      const reader = { ...readerOf(app, request), address: `/submissions/${number}` }
      const said = answer === undefined ? undefined : saidAnswer(reader, app.speak, answer)
      if (answer !== undefined) reply.code(statusOf(answer))
      const appealTyped = answer?.reply.tone === 'done' ? undefined : appeal
      return sendPrivatePage(reply, submissionPage(reader, { session, view, now: app.now(), said, appealTyped }))
    }
  }
}
