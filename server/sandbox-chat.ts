import { runCommand, runLine, runPress } from '../core/shared/chat-line.ts'
import type { Answer } from '../core/shared/dispatch.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { Notice } from '../core/shared/outbox.ts'
import { personaAccount, personaPlace, type Persona } from '../core/shared/persona.ts'
import { KEY_FORM, type Idempotency } from './idempotency.ts'
import { ProblemError, problems } from './problem.ts'
import type { Sandbox, ServerApp, SkipTarget } from './server-app.ts'

/** A line may hold a pasted file of a little more than a field takes; the command says what is too long. */
export const MAX_LINE = 200_000

/** What a visitor does in the place of a persona. */
export type Turn =
  | { readonly line: string }
  | { readonly command: string; readonly input: Readonly<Record<string, string>> }
  | { readonly button: string }

export interface TakenTurn {
  readonly persona: Persona
  readonly answer: Answer
  /** What else has reached the persona by now. */
  readonly notices: readonly Notice[]
  /** The same turn was taken before under this key. */
  readonly isRepeated: boolean
}

/** The chat of the sandbox, for the page and for programs alike. Problems (unknown persona, bad or reused key) are thrown. */
export class SandboxChat {
  readonly #app: ServerApp
  readonly #sandbox: Sandbox
  readonly #idempotency: Idempotency

  constructor(app: ServerApp, sandbox: Sandbox, idempotency: Idempotency) {
    this.#app = app
    this.#sandbox = sandbox
    this.#idempotency = idempotency
  }

  personas(): Promise<readonly Persona[]> {
    return this.#sandbox.personas()
  }

  async persona(id: string): Promise<Persona> {
    const personas = await this.personas()
    const persona = personas.find((one) => one.id === id)
    if (persona === undefined) throw new ProblemError(problems.personaUnknown(personas.map((one) => one.id)))
    return persona
  }

  notices(persona: Persona): Promise<readonly Notice[]> {
    return this.#sandbox.notices(persona)
  }

  /** Takes a turn once, however often it is sent with its key. */
  async take(personaId: string, turn: Turn, key: string | undefined): Promise<TakenTurn> {
    requireKey(key)
    const persona = await this.persona(personaId)
    const { answer: taken, isRepeated } = await this.#idempotency.once(
      key,
      JSON.stringify(['turn', personaId, turn]),
      async () => {
        const answer = await this.#run(persona, turn, `api:${key}`)
        // A turn that comes again takes them along then.
        return { answer, notices: answer.reply.tone === 'fault' ? [] : await this.notices(persona) }
      },
      ({ answer }) => answer.reply.tone !== 'fault',
    )
    return { persona, ...taken, isRepeated }
  }

  /** Sets the clock forward once, however often it is sent with its key; gives the new time. */
  async skip(target: SkipTarget, key: string | undefined): Promise<Instant> {
    requireKey(key)
    const skip = () => this.#sandbox.skipTo(target)
    return (await this.#idempotency.once(key, JSON.stringify(['skip', target]), skip, () => true)).answer
  }

  #run(persona: Persona, turn: Turn, key: string): Promise<Answer> {
    const [account, place] = [personaAccount(persona), personaPlace(persona)]
    if ('line' in turn) return runLine(this.#app, account, place, turn.line, key)
    if ('button' in turn) return runPress(this.#app, account, place, turn.button, key)
    return runCommand(this.#app, account, place, turn, key)
  }
}

function requireKey(key: string | undefined): asserts key is string {
  if (key === undefined || !KEY_FORM.test(key)) throw new ProblemError(problems.keyMissing())
}
