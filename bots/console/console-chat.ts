import { runLine, runPress } from '../../core/shared/chat-line.ts'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import { commandName } from '../../core/shared/command.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { fieldMeta } from '../../core/shared/field.ts'
import type { Notice } from '../../core/shared/outbox.ts'
import { personaAccount, personaPlace, type Persona } from '../../core/shared/persona.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Text } from '../../core/shared/text.ts'
import { consoleTexts } from './console.texts.ts'
import { pressable, replyLines, terminalText, type Paint } from './reply-lines.ts'

const { say } = consoleTexts
/** Of a pasted text; the command itself says what is too long for it. */
const MAX_PASTED = 200_000

/** A chat of several people at one keyboard: takes typed lines, gives lines to show. Knows no terminal. */
export class ConsoleChat {
  readonly #app: ChatApp
  readonly #personas: readonly Persona[]
  readonly #paint: Paint
  readonly #newKey: () => string
  #persona: Persona
  /** Tokens of the last answer that had buttons; they stay when somebody else takes the keyboard. */
  #buttons: readonly string[] = []
  #isAsked = false
  /** The question has options: a number presses one of them, or what stands after them. */
  #hasOptions = false
  /** Lines of a text that is being pasted. */
  #pasted: string[] | undefined

  /** @param personas at least one; the first begins */
  constructor(app: ChatApp, personas: readonly [Persona, ...Persona[]], paint: Paint, newKey: () => string) {
    this.#app = app
    this.#personas = personas
    this.#paint = paint
    this.#newKey = newKey
    this.#persona = personas[0]
  }

  get prompt(): string {
    return this.#pasted === undefined ? `${this.#persona.id}> ` : '… '
  }

  greeting(): string[] {
    return [this.#own(say('welcome', { name: this.#persona.name })), ...this.#people(), this.#own(say('hints'))]
  }

  farewell(): string {
    return this.#own(say('bye'))
  }

  /** What may follow a line that is being typed. */
  completions(line: string): string[] {
    const all = [...this.#app.commands.map(commandName), ...this.#personas.map(({ id }) => `/as ${id}`), '/quit']
    return all.filter((one) => one.startsWith(line.toLowerCase()))
  }

  /** Takes one line; gives what to show, or `quit`. Rejects with what the stores of the app throw. */
  async take(line: string): Promise<readonly string[] | 'quit'> {
    if (this.#pasted !== undefined && !(this.#pasted.length === 0 && line.startsWith('/'))) return this.#paste(this.#pasted, line)
    this.#pasted = undefined
    const words = line.trim()
    if (words === '') return []
    if (/^\/(quit|exit)$/i.test(words)) return 'quit'
    const as = /^\/as(?:\s+(.*))?$/i.exec(words)
    if (as !== null) return this.#become(as[1]?.trim() ?? '')
    const token = (this.#isAsked && !this.#hasOptions) || !/^\d{1,3}$/.test(words) ? undefined : this.#buttons[Number(words) - 1]
    return token === undefined ? this.#say(line) : this.#press(token)
  }

  /** The account whose turn it is. */
  get userId(): string {
    return personaAccount(this.#persona).userId
  }

  /** Lines of a message that nobody asked for just now. */
  message(notice: Notice): string[] {
    const lines = replyLines({ ...notice, timeZone: 'UTC' }, this.#app.speak, this.#paint)
    return [this.#own(say('message', { name: this.#persona.name })), ...lines]
  }

  async #say(line: string): Promise<string[]> {
    return this.#show(await runLine(this.#app, ...this.#who(), line, this.#newKey()))
  }

  async #press(token: string): Promise<string[]> {
    return this.#show(await runPress(this.#app, ...this.#who(), token, this.#newKey()))
  }

  async #paste(pasted: string[], line: string): Promise<readonly string[]> {
    if (line !== '.') {
      pasted.push(line)
      if (pasted.reduce((length, one) => length + one.length + 1, 0) <= MAX_PASTED) return []
      this.#pasted = undefined
      return [this.#own(say('tooLong'))]
    }
    this.#pasted = undefined
    return this.#say(pasted.join('\n'))
  }

  #become(name: string): string[] {
    if (name === '') return this.#people()
    const wanted = name.toLowerCase()
    const found = this.#personas.find((one) => one.id === wanted || one.name.toLowerCase() === wanted)
    if (found === undefined) return [this.#own(say('nobody', { name: name.slice(0, 40) })), ...this.#people()]
    this.#persona = found
    this.#isAsked = false
    return [this.#own(say('youAre', { name: found.name }))]
  }

  #show(answer: Answer): string[] {
    const { reply } = answer
    const buttons = pressable(reply).map(({ token }) => token)
    if (buttons.length > 0) this.#buttons = buttons
    this.#isAsked = reply.ask !== undefined
    this.#hasOptions = (reply.question?.question.options.length ?? 0) > 0
    if (reply.ask !== undefined && this.#asksFile(reply.ask)) this.#pasted = []
    const lines = replyLines(answer, this.#app.speak, this.#paint)
    if (!this.#isAsked) return lines
    return [...lines, this.#paint('quiet', this.#own(say(this.#pasted === undefined ? 'asks' : 'asksFile')))]
  }

  #asksFile(ask: NonNullable<Reply['ask']>): boolean {
    const schema = this.#app.commands.find((command) => commandName(command) === ask.command)?.input.shape[ask.field]
    return schema !== undefined && fieldMeta(schema)?.kind === 'file'
  }

  #people(): string[] {
    return [this.#own(say('people', { people: this.#personas.map(({ id }) => id).join(', ') }))]
  }

  #who() {
    return [personaAccount(this.#persona), personaPlace(this.#persona)] as const
  }

  #own(text: Text): string {
    return this.#app.speak(text, this.#persona.language, { escape: terminalText, instant: (at) => new Date(at).toISOString() })
  }
}
