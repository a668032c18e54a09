import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { askedFields, nextField } from '../../core/forms/asked-fields.ts'
import { keepable, type Filling } from '../../core/forms/filling.ts'
import { formCode, MAX_FIELDS, type Answers, type FormDefinition } from '../../core/forms/form-definition.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { mayUse } from '../../core/shared/dispatch.ts'
import { tooLarge } from '../../core/forms/upload.rules.ts'
import type { Text } from '../../core/shared/text.ts'
import { giveCommand, sessionIn, type WebSession } from '../authenticate.ts'
import { formProblems } from '../form.problems.ts'
import { afterwardsPage, fillPage, offerPage, summaryPage } from '../pages/form-pages.ts'
import { formPageTexts } from '../pages/form-pages.texts.ts'
import { formsPage } from '../pages/forms-page.ts'
import type { Html } from '../pages/html.ts'
import { answerName, dropName, fileName, keptName } from '../pages/question-fields.ts'
import { saidAnswer, statusOf } from '../pages/said-answer.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import { KEY_FORM } from '../idempotency.ts'
import { ProblemError, problems } from '../problem.ts'
import { readMultipart, type PostedFile } from '../read-multipart.ts'
import type { ServerApp } from '../server-app.ts'
import { allOf, Numbered, oneOf, Posted, Secrets } from './form-schemas.ts'

const { say } = formPageTexts
/** A form with every answer at its longest, as a browser writes it: one Chinese character takes nine bytes. */
const FILL_LIMIT = 1_024 * 1_024

/** Filling forms in on pages: the same drafts and commands as in chats. */
export function formRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.addHook('preParsing', server.requireSignedIn)
    // What is too large is told beside what else was typed.
    void server.register(multipart, { throwFileSizeLimit: false })
    server.decorateRequest('postedFiles', undefined)
    // Before the token of the session is asked for, which is a field of the form.
    server.addHook('preValidation', readMultipart)
    server.addHook('preValidation', server.requireSession)
    const hide = { hide: true, params: Numbered }

    server.get('/forms', { schema: { hide: true } }, (request, reply) => showForms(request, reply))

    server.get('/forms/:number', { schema: hide }, async (request, reply) => {
      const session = sessionIn(request)
      const filling = await app.forms.filling(request.params.number, session.actor.memberId)
      return filling === undefined ? showOffer(request, reply, request.params.number) : showFilling(request, reply, filling)
    })

    server.post(
      '/forms/:number/begin',
      { schema: { ...hide, body: Secrets.extend({ submission: z.string().max(20).optional() }) } },
      async (request, reply) => {
        const { number } = request.params
        const { key, submission } = request.body
        const answer = await giveCommand(app, sessionIn(request), 'form fill', { form: formCode(number), submission }, key)
        if (answer.reply.tone === 'info') return reply.redirect(`/forms/${number}`, 303)
        return showOffer(request, reply, number, answer)
      },
    )

    server.post('/forms/:number', { schema: { ...hide, body: Posted }, bodyLimit: FILL_LIMIT }, async (request, reply) => {
      const { number } = request.params
      const session = sessionIn(request)
      const form = await app.forms.form(number)
      if (form === undefined) throw new ProblemError(formProblems.formNone())
      const key = oneOf(request.body, 'key')
      const code = formCode(number)
      // A draft that was forgotten or sent in from a chat meanwhile: what is typed here begins another one, if the member may.
      const before = await app.forms.filling(number, session.actor.memberId)
      const { definition, version } = before?.form ?? form
      const begun = before === undefined ? await giveCommand(app, session, 'form fill', { form: code }, `${key}-begin`) : undefined
      const isBegun = begun === undefined || begun.reply.tone === 'info'
      const { uploads, refusals } = await keepFiles(app, session, key, isBegun ? filesOf(definition, request.postedFiles) : [])
      const typed = typedAnswers(definition, request.body, uploads)
      const answer =
        begun?.reply.tone === 'refused' || begun?.reply.tone === 'fault'
          ? begun
          : await giveCommand(app, session, 'form page', { form: code, answers: JSON.stringify(typed) }, key)
      const kept = await app.forms.filling(number, session.actor.memberId)
      if (answer.reply.tone === 'info' && kept !== undefined && refusals.length > 0)
        return showFilling(request, reply.code(422), { ...kept, notes: [...refusals, ...answer.reply.lines] })
      if (answer.reply.tone !== 'info' || kept === undefined) {
        reply.code(statusOf(answer))
        const answers = { ...kept?.draft.answers, ...typed }
        const asked = askedFields(definition, answers, app.forms.readAddress)
        const draft = { form: number, version, memberId: session.actor.memberId, answers, startedAt: 0, updatedAt: 0 }
        const reader = readerOf(app, request)
        const data = {
          session,
          filling: { form: { ...form, definition, version }, draft, asked },
          notes: refusals,
          said: saidAnswer(reader, app.speak, answer),
        }
        return sendPrivatePage(reply, fillPage(reader, data))
      }
      if (nextField(kept.asked) === undefined) return reply.redirect(`/forms/${number}/send`, 303)
      if (kept.asked.some(({ isSeen, problem }) => isSeen && problem !== undefined)) reply.code(422)
      return showFilling(request, reply, { ...kept, notes: answer.reply.lines })
    })

    server.get('/forms/:number/send', { schema: hide }, async (request, reply) => {
      const { number } = request.params
      const filling = await app.forms.filling(number, sessionIn(request).actor.memberId)
      if (filling === undefined || nextField(filling.asked) !== undefined) return reply.redirect(`/forms/${number}`, 303)
      return sendPrivatePage(reply, summaryPage(readerOf(app, request), sessionIn(request), filling))
    })

    server.post(
      '/forms/:number/send',
      { schema: { ...hide, body: Secrets.extend({ seen: z.string().max(20) }) } },
      async (request, reply) => {
        const { number } = request.params
        const session = sessionIn(request)
        const { key, seen } = request.body
        const answer = await giveCommand(app, session, 'form send', { form: formCode(number), seen }, key)
        const reader = readerOf(app, request)
        const said = saidAnswer(reader, app.speak, answer)
        if (answer.reply.tone === 'done') return sendPrivatePage(reply, afterwardsPage(reader, say('sentTitle'), said, AFTER))
        reply.code(answer.reply.tone === 'info' ? 409 : statusOf(answer))
        const filling = await app.forms.filling(number, session.actor.memberId)
        if (filling === undefined) return showOffer(request, reply, number, answer)
        if (nextField(filling.asked) !== undefined) return showFilling(request, reply, { ...filling, notes: answer.reply.lines })
        return sendPrivatePage(reply, summaryPage(reader, session, filling, said))
      },
    )

    server.post('/forms/:number/discard', { schema: { ...hide, body: Secrets } }, async (request, reply) => {
      const answer = await giveCommand(app, sessionIn(request), 'form discard', { form: formCode(request.params.number) }, request.body.key)
      const reader = readerOf(app, request)
      const said = saidAnswer(reader, app.speak, answer)
      return sendPrivatePage(reply.code(statusOf(answer)), afterwardsPage(reader, say('discardedTitle'), said, AFTER))
    })

    for (const act of ['open', 'close'] as const)
      server.post(`/forms/:number/${act}`, { schema: { ...hide, body: Secrets } }, async (request, reply) => {
        const answer = await giveCommand(
          app,
          sessionIn(request),
          `form ${act}`,
          { form: formCode(request.params.number) },
          request.body.key,
        )
        return showForms(request, reply.code(statusOf(answer)), saidAnswer(readerOf(app, request), app.speak, answer))
      })
    ready()

    async function showForms(request: FastifyRequest, reply: FastifyReply, said?: Html): Promise<FastifyReply> {
      const session = sessionIn(request)
      const overview = await app.forms.overview(session.actor, app.now())
      const reader = { ...readerOf(app, request), address: '/forms' }
      const data = { session, overview, isChair: mayUse(session.actor, 'chair'), ...(said !== undefined && { said }) }
      return sendPrivatePage(reply, formsPage(reader, data))
    }

    async function showOffer(request: FastifyRequest, reply: FastifyReply, number: number, answer?: Answer): Promise<FastifyReply> {
      const session = sessionIn(request)
      const offer = await app.forms.offer(number, session.actor, app.now())
      if (offer === undefined) throw new ProblemError(formProblems.formNone())
      const reader = { ...readerOf(app, request), address: `/forms/${number}` }
      const said = answer === undefined ? undefined : saidAnswer(reader, app.speak, answer)
      if (answer !== undefined) reply.code(statusOf(answer))
      return sendPrivatePage(reply, offerPage(reader, session, offer, said))
    }

    function showFilling(request: FastifyRequest, reply: FastifyReply, filling: Filling): FastifyReply {
      const reader = { ...readerOf(app, request), address: `/forms/${filling.form.number}` }
      const notes = filling.draft.submission !== undefined && request.method === 'GET' ? [...filling.notes, say('mending')] : filling.notes
      return sendPrivatePage(reply, fillPage(reader, { session: sessionIn(request), filling, notes }))
    }
  }
}

const AFTER = [
  { href: '/submissions', label: say('toSubmissions') },
  { href: '/forms', label: say('toForms') },
] as const

/** The first file for each question that takes one. */
function filesOf({ fields }: FormDefinition, posted: readonly PostedFile[] | undefined): readonly PostedFile[] {
  return fields.flatMap(({ id, kind }) => (kind === 'file' ? (posted?.find(({ field }) => field === fileName(id)) ?? []) : []))
}

/** Keeps the files that were posted; what one is refused for is told, and costs nothing of what else was typed. */
async function keepFiles(
  app: ServerApp,
  { account, place }: WebSession,
  key: string,
  files: readonly PostedFile[],
): Promise<{ readonly uploads: ReadonlyMap<string, string>; readonly refusals: readonly Text[] }> {
  if (!KEY_FORM.test(key)) throw new ProblemError(problems.keyMissing())
  const uploads = new Map<string, string>()
  const refusals: Text[] = []
  for (const { field, name, bytes, isTooLarge } of files) {
    const kept = isTooLarge ? tooLarge(name) : await app.keepUpload({ account, place, key: `web:${key}:${field}`, name, bytes })
    if (kept.ok) uploads.set(field, kept.result)
    else refusals.push(kept.refusal.reason, kept.refusal.nextStep)
  }
  return { uploads, refusals }
}

/** A file that came now, else a link, else the file that the draft has, unless it is to be taken out. */
function fileAnswer(id: string, posted: Posted, uploads: ReadonlyMap<string, string>): string {
  const uploaded = uploads.get(fileName(id))
  if (uploaded !== undefined) return uploaded
  const typed = oneOf(posted, answerName(id))
  return typed.trim() !== '' || oneOf(posted, dropName(id)) !== '' ? typed : oneOf(posted, keptName(id))
}

/** What the page asked and was told: a question that was left alone is an empty answer. */
function typedAnswers({ fields }: FormDefinition, posted: Posted, uploads: ReadonlyMap<string, string>): Answers {
  const asked = new Set(allOf(posted, 'asked').slice(0, MAX_FIELDS))
  return Object.fromEntries(
    fields
      .filter(({ id }) => asked.has(id))
      .map(({ id, kind }) => [
        id,
        kind === 'file'
          ? keepable(fileAnswer(id, posted, uploads))
          : kind === 'choices'
            ? allOf(posted, answerName(id)).slice(0, MAX_FIELDS).map(keepable)
            : keepable(oneOf(posted, answerName(id))),
      ]),
  )
}
