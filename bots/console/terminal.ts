import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Bot, ChatApp } from '../../core/shared/chat-app.ts'
import type { TakeNotices } from '../../core/shared/outbox.ts'
import { faultOrBug } from './answer-trouble.ts'
import type { Persona } from '../../core/shared/persona.ts'
import { ConsoleChat } from './console-chat.ts'
import { replyLines, type Paint } from './reply-lines.ts'

const COLOURS = { done: '32', info: '1', refused: '33', fault: '31', quiet: '2' } as const

/** A chat in a terminal with the same commands as everywhere, as any of the personas. */
export function startTerminal({
  app,
  input,
  output,
  personas,
  notices,
  onEnd,
}: {
  readonly app: ChatApp
  readonly input: Readable
  readonly output: Writable & { readonly isTTY?: boolean }
  /** At least one; the first is who begins. */
  readonly personas: readonly [Persona, ...Persona[]]
  readonly notices: TakeNotices
  /** Called once when the person ends the chat (end of input, Ctrl-C, /quit), not by `stop`. */
  readonly onEnd?: () => void
}): Pick<Bot, 'isConnected' | 'stop'> {
  const isTerminal = output.isTTY === true
  const paint: Paint = (tone, text) => (isTerminal ? `\u001b[${COLOURS[tone]}m${text}\u001b[0m` : text)
  const chat = new ConsoleChat(app, personas, paint, () => `console:${randomUUID()}`)
  const keyboard = createInterface({
    input,
    output,
    terminal: isTerminal,
    historySize: 200,
    completer: (line: string) => [chat.completions(line), line],
  })
  let isOpen = true
  let isStopping = false
  const write = (lines: readonly string[]): void => {
    if (lines.length > 0) output.write(`${lines.join('\n')}\n`)
  }
  const ask = (): void => {
    keyboard.setPrompt(chat.prompt)
    keyboard.prompt()
  }
  keyboard.on('SIGINT', () => keyboard.close())
  keyboard.once('close', () => {
    isOpen = false
  })

  /** What has reached the persona whose turn it is. When it can not be fetched that is told, and the chat goes on. */
  async function tellNews(): Promise<void> {
    try {
      for (const notice of await notices(chat.userId)) write(['', ...chat.message(notice)])
    } catch (error) {
      write(replyLines(faultOrBug(app, error), app.speak, paint))
    }
  }

  async function converse(): Promise<void> {
    write(chat.greeting())
    ask()
    // One line at a time, in the order typed.
    for await (const line of keyboard) {
      const shown = await chat.take(line).catch((error: unknown) => replyLines(faultOrBug(app, error), app.speak, paint))
      if (shown === 'quit') break
      write(shown)
      await tellNews()
      if (isOpen) ask()
    }
    keyboard.close()
    if (isStopping) return
    write(['', chat.farewell()])
    onEnd?.()
  }
  const conversation = converse()

  return {
    isConnected: () => isOpen,
    async stop() {
      isStopping = true
      keyboard.close()
      await conversation
    },
  }
}
