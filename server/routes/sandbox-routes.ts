import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ROLES } from '../../core/shared/actor.ts'
import { commandName } from '../../core/shared/command.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { inSteps } from '../../core/shared/draw-questions.ts'
import { isIssued, optionButtons } from '../../core/shared/press.ts'
import { isoSecond } from '../../core/shared/instant.ts'
import type { Text, TextValue } from '../../core/shared/text.ts'
import { LANGUAGES } from '../../core/shared/text.ts'
import { usageOf } from '../../core/shared/usage.ts'
import { ProblemError, problems, type Problem } from '../problem.ts'
import { MAX_LINE, type SandboxChat } from '../sandbox-chat.ts'
import { SKIP_TARGETS, type ServerApp } from '../server-app.ts'
import { anyProblem, instantJson } from './schemas.ts'

/** A pasted file, escaped as JSON, and room for the rest. */
export const SANDBOX_BODY_LIMIT = 1_024 * 1_024
export const SANDBOX_WRITES = { rateLimit: { max: 120, timeWindow: 60_000 } }

const PersonaId = z.string().min(1).max(40)
const TurnJson = z
  .union([
    z.strictObject({
      persona: PersonaId,
      line: z.string().max(MAX_LINE).meta({ description: 'As typed in a chat; may answer a question.' }),
    }),
    z.strictObject({
      persona: PersonaId,
      command: z.string().min(1).max(60).meta({ description: 'Such as `event create`; see the list of commands.' }),
      input: z.record(z.string().max(60), z.string().max(MAX_LINE)).default({}),
    }),
    z.strictObject({
      persona: PersonaId,
      button: z.string().min(1).max(100).meta({ description: 'The token of a button of an earlier answer.' }),
    }),
  ])
  .meta({ id: 'Turn' })

// Optional here, so that its absence has a problem of its own that says what a key is for.
const KeyHeader = z.object({
  'idempotency-key': z.string().optional().meta({ description: 'Required: 8 to 100 letters, digits, - or _.' }),
})

const Words = z.object({ label: z.string(), value: z.string() })
const Pressable = z.object({ label: z.string(), token: z.string() })
const AnswerJson = z
  .object({
    tone: z.enum(['done', 'info', 'refused', 'fault']),
    audience: z.enum(['private', 'public']),
    language: z.enum(LANGUAGES),
    code: z.string().nullable().meta({ description: 'The stable code of a refusal or fault.' }),
    title: z.string().nullable(),
    lines: z.array(z.string()),
    fields: z.array(Words),
    table: z.object({ header: z.array(z.string()), rows: z.array(z.array(z.string())) }).nullable(),
    verbatim: z.string().nullable(),
    file: z.object({ name: z.string(), mediaType: z.string(), content: z.string() }).nullable(),
    buttons: z.array(Pressable),
    choices: z
      .array(z.object({ label: z.string(), options: z.array(Pressable) }))
      .meta({ description: 'One of several values each; an option is pressed like a button.' }),
    ask: z.object({ command: z.string(), field: z.string() }).nullable().meta({ description: 'The next line is the value of this field.' }),
  })
  .meta({ id: 'Answer', description: 'What a command answered. A refusal is an answer too: see `tone` and `code`.' })

const TakenTurnJson = AnswerJson.extend({
  notices: z.array(AnswerJson).meta({ description: 'What else has reached the persona by now; each message is given once.' }),
})

/** The sandbox for programs: everything that its page does. */
export function sandboxRoutes(app: ServerApp, chat: SandboxChat): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    const tags = ['sandbox']
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })

    server.get(
      '/personas',
      {
        schema: {
          tags,
          operationId: 'getPersonas',
          summary: 'Whom you may play',
          response: {
            200: z.array(z.object({ id: z.string(), name: z.string(), role: z.enum(ROLES), language: z.enum(LANGUAGES) })),
            default: anyProblem,
          },
        },
      },
      async () => (await chat.personas()).map(({ id, name, role, language }) => ({ id, name, role, language })),
    )

    server.get(
      '/commands',
      {
        schema: {
          tags,
          operationId: 'getCommands',
          summary: 'Every command with its usage',
          response: {
            200: z.array(z.object({ name: z.string(), usage: z.string(), summary: z.string(), access: z.enum(ROLES) })),
            default: anyProblem,
          },
        },
      },
      async (request) =>
        app.commands.map((command) => ({
          name: commandName(command),
          usage: usageOf(command),
          summary: speakPlain(app, command.summary, request.language),
          access: command.access,
        })),
    )

    server.post(
      '/commands',
      {
        config: SANDBOX_WRITES,
        bodyLimit: SANDBOX_BODY_LIMIT,
        schema: {
          tags,
          operationId: 'takeTurn',
          summary: 'Give a command, answer a question or press a button as a persona',
          description: 'Send the same Idempotency-Key when you repeat a request: the effect happens once, and the answer is the first one.',
          headers: KeyHeader,
          body: TurnJson,
          response: { 200: TakenTurnJson, default: anyProblem },
        },
      },
      async (request, reply) => {
        const { persona, ...turn } = request.body
        const { answer, notices, isRepeated } = await chat.take(persona, turn, request.headers['idempotency-key'])
        if (answer.reply.tone === 'fault') throw new ProblemError(answerProblem(answer))
        reply.header('idempotency-replayed', String(isRepeated)).header('content-language', answer.language)
        return { ...answerJson(app, answer), notices: notices.map((notice) => answerJson(app, notice)) }
      },
    )

    server.post(
      '/time',
      {
        config: SANDBOX_WRITES,
        schema: {
          tags,
          operationId: 'skipTime',
          summary: 'Set the sandbox’s clock forward; jobs that fall due run',
          headers: KeyHeader,
          body: z.strictObject({ target: z.enum(SKIP_TARGETS) }),
          response: { 200: z.object({ now: z.iso.datetime() }), default: anyProblem },
        },
      },
      async (request) => ({ now: instantJson(await chat.skip(request.body.target, request.headers['idempotency-key'])) }),
    )
    ready()
  }
}

function speakPlain(app: ServerApp, value: TextValue, language: Answer['language']): string {
  return app.speak(value, language, { escape: (plain) => plain, instant: isoSecond })
}

/** A fault or bug is no answer: programs must see that nothing was done. */
function answerProblem({ reply }: Answer): Problem {
  const [title, nextStep] = reply.lines
  const code = reply.code ?? 'bug'
  const known = code.startsWith('fault') ? problems.fault(30) : problems.bug('')
  return { ...known, code, title: title ?? known.title, nextStep: nextStep ?? known.nextStep }
}

function answerJson(app: ServerApp, { reply: given, language }: Omit<Answer, 'timeZone'>): z.output<typeof AnswerJson> {
  const reply = inSteps(given)
  const say = (value: TextValue) => speakPlain(app, value, language)
  const pressed = ({ label, token }: { readonly label: Text; readonly token: string }) => ({ label: say(label), token })
  return {
    tone: reply.tone,
    audience: reply.audience,
    language,
    code: reply.code ?? null,
    title: reply.title === undefined ? null : say(reply.title),
    lines: reply.lines.map(say),
    fields: (reply.fields ?? []).map(({ label, value }) => ({ label: say(label), value: say(value) })),
    table: reply.table === undefined ? null : { header: reply.table.header.map(say), rows: reply.table.rows.map((row) => row.map(say)) },
    verbatim: reply.verbatim ?? null,
    file: reply.file ?? null,
    buttons: (reply.buttons ?? []).filter(isIssued).map(pressed),
    choices: (reply.choices ?? [])
      .filter(isIssued)
      .map((choice) => ({ label: say(choice.label), options: optionButtons(choice).map(pressed) })),
    ask: reply.ask === undefined ? null : { command: reply.ask.command, field: reply.ask.field },
  }
}
