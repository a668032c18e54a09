import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fieldMeta } from '../../core/shared/field.ts'
import { commandName } from '../../core/shared/command.ts'
import type { Notice } from '../../core/shared/outbox.ts'
import type { Persona } from '../../core/shared/persona.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Html } from '../pages/html.ts'
import { timeHtml } from '../pages/reader.ts'
import { renderReply } from '../pages/render-reply.ts'
import { noticeItem, sandboxPage, skippedItem, turnItem } from '../pages/sandbox-page.ts'
import { readerOf, sendPage } from '../pages/send-page.ts'
import { MAX_LINE, type SandboxChat, type Turn } from '../sandbox-chat.ts'
import { SKIP_TARGETS, type ServerApp } from '../server-app.ts'
import { SANDBOX_BODY_LIMIT, SANDBOX_WRITES } from './sandbox-routes.ts'

const PersonaId = z.string().min(1).max(40)
const TurnForm = z.object({
  as: PersonaId,
  key: z.string().max(100),
  line: z.string().max(MAX_LINE).default(''),
  attachment: z.string().max(MAX_LINE).default(''),
  token: z.string().max(100).optional(),
  label: z.string().max(200).default(''),
})
const SkipForm = z.object({ as: PersonaId, key: z.string().max(100), target: z.enum(SKIP_TARGETS) })

/** The sandbox page. Its forms are answered by a page, and by a piece of one (as JSON) for the page's script. */
export function sandboxPageRoutes(app: ServerApp, chat: SandboxChat): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    const showNotices = (request: FastifyRequest, notices: readonly Notice[]): readonly Html[] =>
      notices.map((notice) => noticeItem(renderReply(readerOf(app, request), app.speak, notice)))
    const showPage = async (request: FastifyRequest, reply: FastifyReply, persona: Persona, turns: readonly Html[]) =>
      sendPage(
        reply,
        sandboxPage(readerOf(app, request), {
          personas: await chat.personas(),
          persona,
          commands: app.commands,
          now: app.now(),
          newKey: randomUUID,
          turns,
        }),
      )

    server.get('/sandbox', { schema: { hide: true, querystring: z.object({ as: z.string().optional() }) } }, async (request, reply) => {
      const personas = await chat.personas()
      const persona = personas.find(({ id }) => id === request.query.as) ?? personas[0]
      if (persona === undefined) throw new Error('the sandbox has nobody in it')
      return showPage(request, reply, persona, showNotices(request, await chat.notices(persona)))
    })

    server.post(
      '/sandbox',
      { config: SANDBOX_WRITES, bodyLimit: SANDBOX_BODY_LIMIT, schema: { hide: true, body: TurnForm } },
      async (request, reply) => {
        const { as, key, label } = request.body
        const turn = turnOf(request.body)
        const { persona, answer, notices } = await chat.take(as, turn, key)
        const said = 'line' in turn ? turn.line : label
        const isPublic = answer.reply.audience === 'public'
        const item = turnItem(persona, said, renderReply(readerOf(app, request), app.speak, answer), isPublic)
        if (!wantsJson(request)) return showPage(request, reply, persona, [item, ...showNotices(request, notices)])
        reply.header('cache-control', 'no-store')
        const now = timeHtml(app.now(), request.language).text
        return reply.send({ html: item.text, notices: textsOf(showNotices(request, notices)), now, isPublic, ...asked(app, answer.reply) })
      },
    )

    server.post('/sandbox/time', { config: SANDBOX_WRITES, schema: { hide: true, body: SkipForm } }, async (request, reply) => {
      const { as, key, target } = request.body
      const persona = await chat.persona(as)
      const now = await chat.skip(target, key)
      if (!wantsJson(request)) return reply.redirect(`/sandbox?as=${encodeURIComponent(persona.id)}`, 303)
      const reader = readerOf(app, request)
      reply.header('cache-control', 'no-store')
      const notices = textsOf(showNotices(request, await chat.notices(persona)))
      return reply.send({ html: skippedItem(reader, now).text, notices, now: timeHtml(now, reader.language).text })
    })
    ready()
  }
}

function turnOf({ token, line, attachment }: z.output<typeof TurnForm>): Turn {
  if (token !== undefined) return { button: token }
  return { line: line !== '' && attachment !== '' ? `${line}\n${attachment}` : line + attachment }
}

/** Whether the next message is an answer, and whether it may be a file. */
function asked(app: ServerApp, { ask }: Reply): { asks: boolean; asksFile: boolean } {
  const schema = ask && app.commands.find((command) => commandName(command) === ask.command)?.input.shape[ask.field]
  return { asks: ask !== undefined, asksFile: schema !== undefined && fieldMeta(schema)?.kind === 'file' }
}

function textsOf(pieces: readonly Html[]): readonly string[] {
  return pieces.map(({ text }) => text)
}

function wantsJson(request: FastifyRequest): boolean {
  return request.headers.accept?.startsWith('application/json') === true
}
