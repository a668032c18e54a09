import type { ChatAccount, ChatPlace } from './actor.ts'
import type { ChatApp, CommandDefinition, Prompt } from './chat-app.ts'
import { commandName } from './command.ts'
import type { Answer } from './dispatch.ts'
import type { FieldMeta } from './field.ts'
import { fieldOf, isPatient } from './field-of.ts'
import { findCommand, readWords } from './read-words.ts'

type LineApp = Pick<ChatApp, 'dispatch' | 'commands' | 'prompts'>

/** In the values of these fields no command's name can be meant: a line that begins with one is that command. */
const NEVER_WORDS: ReadonlySet<FieldMeta['kind']> = new Set(['amount', 'instant', 'integer', 'boolean', 'choice', 'code'])

/**
 * One line as typed by an account: the answer to a question that waits there, else a command with its words. A line that begins with `/` is always a command and
 * drops the question. An empty line asks for help. Whatever the answer asks for is kept as the next question. Throws only what `prompts` throws (a Fault).
 */
export async function runLine(app: LineApp, account: ChatAccount, place: ChatPlace, line: string, key: string): Promise<Answer> {
  const words = line.trim()
  const prompt = await app.prompts.take(account, place, key)
  const isValue = prompt !== undefined && isAnswer(app.commands, prompt, words)
  const request = isValue ? answered(prompt, line) : asCommand(app.commands, words)
  const answer = await app.dispatch({ account, place, key, ...request })
  // A patient question waits on while something else is done; and trouble of ours costs nobody a question.
  const waitsOn = isValue
    ? answer.reply.tone === 'fault'
    : prompt !== undefined && isPatient(app.commands, prompt) && answer.reply.endsAsking !== true
  if (prompt !== undefined && waitsOn) await app.prompts.put(account, place, prompt)
  return keepQuestion(app, account, place, answer)
}

/** A pressed button. A question that waited is dropped: the member went on to something else. */
export async function runPress(app: LineApp, account: ChatAccount, place: ChatPlace, token: string, key: string): Promise<Answer> {
  await app.prompts.take(account, place, key)
  return keepQuestion(app, account, place, await app.dispatch.press({ account, place, token, key }))
}

/** A command given by name and fields, as programs give it; asks like a typed one. */
export async function runCommand(
  app: LineApp,
  account: ChatAccount,
  place: ChatPlace,
  request: { readonly command: string; readonly input: Readonly<Record<string, unknown>> },
  key: string,
): Promise<Answer> {
  await app.prompts.take(account, place, key)
  return keepQuestion(app, account, place, await app.dispatch({ account, place, key, ...request }))
}

async function keepQuestion(app: LineApp, account: ChatAccount, place: ChatPlace, answer: Answer): Promise<Answer> {
  if (answer.reply.ask !== undefined) await app.prompts.put(account, place, answer.reply.ask)
  return answer
}

/**
 * Whether a line answers the waiting question. It does not when it is plainly a command: one of two words, the very command that asked, a command's bare name,
 * or anything that begins like a command where the value can hold no words.
 */
function isAnswer(commands: readonly CommandDefinition[], prompt: Prompt, words: string): boolean {
  if (words === '' || words.startsWith('/')) return false
  const found = findCommand(commands, words)
  if (found === undefined) return true
  const meta = fieldOf(commands, prompt)
  const isCommand = found.command.name.length === 2 || commandName(found.command) === prompt.command || found.rest === ''
  const holdsWords = meta === undefined || (meta.kind === 'text' ? meta.takesRest === true : !NEVER_WORDS.has(meta.kind))
  return !isCommand && holdsWords
}

/** The line as it was typed, line breaks included: the value may be a file. */
function answered(prompt: Prompt, line: string) {
  return { command: prompt.command, input: { ...prompt.input, [prompt.field]: line } }
}

function asCommand(commands: readonly CommandDefinition[], words: string) {
  const bare = words.replace(/^\/\s*/, '')
  const line = bare === '' ? 'help' : bare
  const found = findCommand(commands, line)
  // An unknown word goes to dispatch as it is: the refusal knows the member's language.
  if (found === undefined) return { command: /^\S*/.exec(line)![0].slice(0, 60), input: {} }
  return { command: commandName(found.command), input: readWords(found.command.input, found.rest) }
}
