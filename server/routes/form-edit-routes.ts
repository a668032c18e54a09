import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { FormDefinition, formCode } from '../../core/forms/form-definition.ts'
import type { FormProblem } from '../../core/forms/form.rules.ts'
import type { Form } from '../../core/forms/form.types.ts'
import { readForm, writeForm } from '../../core/forms/read-form.ts'
import { mayUse } from '../../core/shared/dispatch.ts'
import { giveCommand, sessionIn } from '../authenticate.ts'
import { definitionOf, editOf } from '../form-edit-file.ts'
import { applyAct, newEdit, readAct, readEdit, type FormEdit } from '../form-edit.ts'
import { formProblems } from '../form.problems.ts'
import { formEditPage, MAX_FORM_FILE, type EditPageData } from '../pages/form-edit-page.ts'
import { formEditTexts } from '../pages/form-edit.texts.ts'
import { afterwardsPage } from '../pages/form-pages.ts'
import { formPageTexts } from '../pages/form-pages.texts.ts'
import { saidAnswer, statusOf } from '../pages/said-answer.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import { ProblemError } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { Numbered, oneOf, Posted } from './form-schemas.ts'

const { say } = formEditTexts
/** A form at its largest beside the text of a file, as a browser writes them. */
const EDIT_LIMIT = 2 * 1_024 * 1_024

type Shown = Omit<EditPageData, 'session' | 'of'> & { readonly since?: number; readonly status?: number }

/** The editor of forms, for who keeps them. It keeps nothing: each button brings the whole edit along. */
export function formEditRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.addHook('preParsing', server.requireSignedIn)
    // Nobody else makes us read a form at its largest.
    server.addHook('preParsing', async (request) => {
      if (!mayUse(sessionIn(request).actor, 'chair')) throw new ProblemError(formProblems.chairsOnly())
    })
    server.addHook('preValidation', server.requireSession)
    const numbered = { hide: true, params: Numbered }

    server.get('/forms/new', { schema: { hide: true } }, (request, reply) =>
      show(request, reply, undefined, { edit: newEdit(), problems: [] }),
    )

    server.get('/forms/:number/edit', { schema: numbered }, async (request, reply) => {
      const form = await formOf(request.params.number)
      return show(request, reply, form, { edit: editOf(form.definition), problems: [] })
    })

    server.get('/forms/:number/export', { schema: numbered }, async (request, reply) => {
      const { number } = await formOf(request.params.number)
      const { reply: exported } = await giveCommand(app, sessionIn(request), 'form export', { form: formCode(number) }, request.id)
      if (exported.file === undefined) throw new ProblemError(formProblems.formNone())
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${exported.file.name}"`)
        .type(`${exported.file.mediaType}; charset=utf-8`)
        .send(exported.file.content)
    })

    server.post('/forms/new', { schema: { hide: true, body: Posted }, bodyLimit: EDIT_LIMIT }, (request, reply) =>
      act(request, reply, request.body, undefined),
    )

    server.post('/forms/:number/edit', { schema: { ...numbered, body: Posted }, bodyLimit: EDIT_LIMIT }, async (request, reply) =>
      act(request, reply, request.body, await formOf(request.params.number)),
    )
    ready()

    async function act(request: FastifyRequest, reply: FastifyReply, posted: Posted, form: Form | undefined): Promise<FastifyReply> {
      const edit = readEdit(posted)
      const since = Number(oneOf(posted, 'since')) || (form?.version ?? 1)
      const wanted = oneOf(posted, 'do')
      const change = readAct(wanted, oneOf(posted, 'addKind'))
      if (change !== undefined) return show(request, reply, form, { since, problems: [], ...applyAct(edit, change) })
      if (wanted === 'load') return load(request, reply, form, { edit, since, text: oneOf(posted, 'file').slice(0, MAX_FORM_FILE) })
      const { json, problems } = judged(edit, form)
      if (problems.length > 0) return show(request, reply, form, { edit, since, problems, status: 422 })
      if (wanted !== 'publish') return show(request, reply, form, { edit, since, problems, note: say('sound') })
      return publish(request, reply, form, { edit, since, json, key: oneOf(posted, 'key') })
    }

    function load(
      request: FastifyRequest,
      reply: FastifyReply,
      form: Form | undefined,
      { edit, since, text }: { readonly edit: FormEdit; readonly since: number; readonly text: string },
    ): FastifyReply {
      const read = readForm(text, form?.campaign !== undefined, app.forms.readAddress)
      const shape = read.ok ? read.definition : shapeOf(text)
      // A file whose parts do not fit yet can be mended here; one that is no form at all cannot.
      if (shape === undefined)
        return show(request, reply, form, {
          edit,
          since,
          problems: [],
          file: { text, problems: read.ok ? [] : read.problems },
          status: 422,
        })
      return show(request, reply, form, {
        edit: editOf(shape),
        since,
        problems: read.ok ? [] : read.problems,
        note: say('loaded'),
        status: read.ok ? 200 : 422,
      })
    }

    async function publish(
      request: FastifyRequest,
      reply: FastifyReply,
      form: Form | undefined,
      { edit, since, json, key }: { readonly edit: FormEdit; readonly since: number; readonly json: string; readonly key: string },
    ): Promise<FastifyReply> {
      const replaces = form === undefined ? {} : { replaces: formCode(form.number), since }
      const answer = await giveCommand(app, sessionIn(request), 'form import', { file: json, ...replaces }, key)
      const reader = readerOf(app, request)
      const said = saidAnswer(reader, app.speak, answer)
      if (answer.reply.tone !== 'done') {
        // What somebody else published is named; who publishes again after that has seen it.
        const now = form === undefined ? undefined : await app.forms.form(form.number)
        return show(request, reply, form, { edit, since: now?.version ?? since, problems: [], said, status: statusOf(answer) })
      }
      const goOn = form === undefined ? [] : [{ href: `/forms/${form.number}/edit`, label: say('goOnEditing') }]
      const links = [{ href: '/forms', label: formPageTexts.say('toForms') }, ...goOn]
      return sendPrivatePage(reply, afterwardsPage(reader, say('doneTitle'), said, links))
    }

    function show(request: FastifyRequest, reply: FastifyReply, form: Form | undefined, shown: Shown): FastifyReply {
      const { since, status, ...data } = shown
      const of = form === undefined ? undefined : { number: form.number, since: since ?? form.version }
      return sendPrivatePage(reply.code(status ?? 200), formEditPage(readerOf(app, request), { session: sessionIn(request), of, ...data }))
    }

    async function formOf(number: number): Promise<Form> {
      const form = await app.forms.form(number)
      if (form === undefined) throw new ProblemError(formProblems.formNone())
      return form
    }

    /** The edit as the text of a file, and what is wrong with it. */
    function judged(edit: FormEdit, form: Form | undefined): { readonly json: string; readonly problems: readonly FormProblem[] } {
      const json = JSON.stringify(definitionOf(edit))
      const read = readForm(json, form?.campaign !== undefined, app.forms.readAddress)
      return read.ok ? { json: writeForm(read.definition), problems: [] } : { json, problems: read.problems }
    }
  }
}

function shapeOf(text: string): FormDefinition | undefined {
  try {
    return FormDefinition.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
