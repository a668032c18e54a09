import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { unknownItem } from '../../core/review/review-access.ts'
import { DESK_SHOWS, type DeskReader } from '../../core/review/desk.port.ts'
import type { MonthBudget } from '../../core/review/budget.rules.ts'
import { REVIEW_KINDS } from '../../core/review/review.types.ts'
import { mayUse } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { giveCommand, sessionIn } from '../authenticate.ts'
import { deskProblems } from '../desk.problems.ts'
import { KEY_FORM } from '../idempotency.ts'
import { DESK_ACTS, type Typed } from '../pages/desk-forms.ts'
import { historyPage, qualityPage } from '../pages/desk-history-page.ts'
import { itemPage } from '../pages/desk-item-page.ts'
import { saidBefore } from '../pages/desk-parts.ts'
import { queuePage } from '../pages/desk-queue-page.ts'
import type { Html } from '../pages/html.ts'
import { renderReply } from '../pages/render-reply.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import { ProblemError, refusalProblem } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { deskBulkRoutes } from './desk-bulk-routes.ts'

const LINES = 50
/** As many as a list of a hundred forms of ours, and a code, take. */
const MAX_SEARCH = 60
const MAX_ID = 9_007_199_254_740_991n

const place = z.string().regex(/^(?:\d{1,15}|-)\.\d{1,18}$/)
// What is out of form in an address is as if it were not there: a page is shown all the same.
const Query = z.object({
  show: z.enum(DESK_SHOWS).optional().catch(undefined),
  kind: z.enum(REVIEW_KINDS).optional().catch(undefined),
  form: z.coerce.number().int().min(1).max(2_147_483_647).optional().catch(undefined),
  q: z.string().trim().min(1).max(MAX_SEARCH).optional().catch(undefined),
  after: place.optional().catch(undefined),
  said: z.string().regex(KEY_FORM).optional().catch(undefined),
})
const HistoryQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}\.\d{1,18}\.[0-9a-z]{20}$/)
    .optional()
    .catch(undefined),
})
const Subject = z.object({ subject: z.string().regex(/^(?:SUB|DSP|CMP)-[1-9]\d{0,8}$/) })
const Said = z.object({ said: z.string().regex(KEY_FORM).optional().catch(undefined) })
/** What a form may hold; whether it is right, the command says. */
const Act = z.object({
  csrf: z.string().max(100),
  key: z.string().max(100),
  revision: z.string().max(20).optional(),
  amount: z.string().max(100).default(''),
  reason: z.string().max(20_000).default(''),
  of: z.string().max(100).default(''),
})

/** The review desk (spec 04, "Review"): what a reviewer reads and decides on a page. Every act is a command, as in a chat. */
export function deskRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.addHook('preValidation', server.requireSession)
    server.addHook('preHandler', async (request) => {
      if (!mayUse(sessionIn(request).actor, 'reviewer')) throw new ProblemError(deskProblems.forbidden())
    })
    const hide = { hide: true }

    server.get('/desk', { schema: { ...hide, querystring: Query } }, async (request, reply) => {
      const { kind, form, q: text, after, said, show = 'mine' } = request.query
      const session = sessionIn(request)
      const reader = deskReader(request)
      const now = app.now()
      const query = { show: show === 'open' && !reader.isChair ? 'mine' : show, kind, form, text, after: placeOf(after) } as const
      const [page, counts, forms, month, answer] = await Promise.all([
        app.desk.queue(reader, { ...query, limit: LINES }),
        app.desk.counts(reader.memberId),
        app.desk.forms(),
        monthOf(app, now),
        saidHtml(app, request, said),
      ])
      const data = { session, isChair: reader.isChair, query, page, counts, forms, month, said: answer, now }
      return sendPrivatePage(reply, queuePage(readerOf(app, request), data))
    })

    server.get('/desk/history', { schema: { ...hide, querystring: HistoryQuery } }, async (request, reply) => {
      const reader = deskReader(request)
      const [at, id, reviewer] = request.query.after?.split('.') ?? []
      const after =
        at === undefined || id === undefined || reviewer === undefined ? undefined : { at: Number(at), id: BigInt(id), reviewer }
      const page = await app.desk.history(reader, after, LINES)
      const data = { isChair: reader.isChair, page, isFirst: after === undefined }
      return sendPrivatePage(reply, historyPage(readerOf(app, request), data))
    })

    server.get('/desk/quality', { schema: hide }, async (request, reply) => {
      const answer = await giveCommand(app, sessionIn(request), 'review quality', {}, request.id)
      const reader = readerOf(app, request)
      return sendPrivatePage(reply, qualityPage(reader, renderReply(reader, app.speak, answer)))
    })

    server.get('/desk/:subject', { schema: { ...hide, params: Subject, querystring: Said } }, async (request, reply) => {
      const said = await saidHtml(app, request, request.query.said)
      return showItem(request, reply, request.params.subject, { said, typed: undefined })
    })

    const actParams = Subject.extend({ act: z.enum(DESK_ACTS) })
    server.post('/desk/:subject/:act', { schema: { ...hide, params: actParams, body: Act } }, async (request, reply) => {
      const { subject, act } = request.params
      const { key, revision, amount, reason, of } = request.body
      const session = sessionIn(request)
      const fields = { approve: { amount }, return: { reason }, reject: { reason }, duplicate: { of }, decline: {} }[act]
      const input = { subject, ...(act === 'decline' ? {} : { revision }), ...fields }
      const answer = await giveCommand(app, session, `review ${act}`, input, key)
      if (answer.reply.tone === 'done') {
        const next = await app.desk.nextSeat(subject, session.actor.memberId)
        return reply.redirect(`/desk${next === undefined ? '' : `/${next}`}?said=${key}`, 303)
      }
      const reader = readerOf(app, request)
      reply.code(answer.reply.tone === 'fault' ? 503 : 422)
      const said = saidBefore(reader, app.speak, answer.reply, answer.language)
      return showItem(request, reply, subject, { said, typed: { act, amount, reason, of } })
    })
    void server.register(deskBulkRoutes(app))
    ready()

    async function showItem(
      request: FastifyRequest,
      reply: FastifyReply,
      subject: string,
      { said, typed }: { said: Html | undefined; typed: Typed | undefined },
    ): Promise<FastifyReply> {
      const session = sessionIn(request)
      const now = app.now()
      const reader = deskReader(request)
      const found = await app.desk.item(subject, reader, now)
      if (found === undefined) throw new ProblemError(refusalProblem(unknownItem(subject)))
      // As `review show`: its contributor reads along of nothing.
      if (found.view.item.contributor === reader.memberId) throw new ProblemError(deskProblems.own(subject))
      // A form that was refused has another address, which nobody can open.
      const page = itemPage({ ...readerOf(app, request), address: `/desk/${subject}` }, { session, found, said, typed, now })
      return sendPrivatePage(reply, page)
    }
  }
}

/** A chair sees everything, and so does an operator. */
function deskReader(request: FastifyRequest): DeskReader {
  const { actor } = sessionIn(request)
  return { memberId: actor.memberId, isChair: actor.roles.has('chair') || actor.roles.has('operator') }
}

function placeOf(after: string | undefined): { at: Instant | undefined; id: bigint } | undefined {
  if (after === undefined) return undefined
  const [at = '-', id = '0'] = after.split('.')
  const number = BigInt(id)
  return { at: at === '-' ? undefined : Number(at), id: number > MAX_ID ? MAX_ID : number }
}

/** What the command answered after which this page was opened; shown only to the member who gave it. */
async function saidHtml(app: ServerApp, request: FastifyRequest, key: string | undefined): Promise<Html | undefined> {
  if (key === undefined) return undefined
  const { actor } = sessionIn(request)
  const reply = await app.desk.answer(`web:${key}`, actor.memberId)
  return reply === undefined ? undefined : saidBefore(readerOf(app, request), app.speak, reply, actor.language)
}

async function monthOf(app: ServerApp, now: Instant): Promise<MonthBudget | undefined> {
  const open = (await app.reads.periods(now)).find(({ state }) => state === 'open')
  return open === undefined ? undefined : { release: open.release, given: open.granted, startsAt: open.startsAt, endsAt: open.endsAt }
}
