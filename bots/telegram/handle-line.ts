import type { ChatPlace } from '../../core/shared/actor.ts'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import type { Prompt } from '../../core/shared/chat-app.ts'
import { commandName } from '../../core/shared/command.ts'
import { refusalReply, type Answer } from '../../core/shared/dispatch.ts'
import { fieldMeta } from '../../core/shared/field.ts'
import { fieldOf, isPatient } from '../../core/shared/field-of.ts'
import { findCommand, readWords } from '../../core/shared/read-words.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Language, Text } from '../../core/shared/text.ts'
import { deliverAnswer, type Conversation } from './deliver-answer.ts'
import { keepFile } from './keep-file.ts'
import type { Target } from './poster.ts'
import { takeGroup, withGroup } from './question.ts'
import { readFile } from './read-file.ts'
import { keyOf, placeOf, type Incoming, type IncomingFile, type Origin } from './read-update.ts'
import type { Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'

type Line = Extract<Incoming, { kind: 'line' }>

const { say } = telegramTexts
const CANCEL = /^(?:cancel|取消)$/i

/** Runs the command that a line names, or takes the line as the value that was asked for. */
export async function handleLine(surface: Surface, incoming: Line): Promise<void> {
  const { app } = surface
  const { origin, line, file } = incoming
  const found = findCommand(app.commands, line)
  if (!origin.isPrivate) {
    // Another bot of the group may know it.
    if (found === undefined && !incoming.named) return
    await runLine(surface, { origin }, line, file)
    return
  }
  const place = placeOf(origin, origin.chatId)
  const waiting = await app.prompts.take(origin.account, place, keyOf(origin.key))
  const sent = file ?? incoming.photo
  if (waiting !== undefined && sent !== undefined && !incoming.addressed && isAskedForFile(surface, waiting)) {
    await answerWithFile(surface, origin, waiting, sent)
    return
  }
  if (CANCEL.test(line.trim()) && (found === undefined || waiting !== undefined)) {
    await tell(surface, origin, say(waiting === undefined ? 'nothingToCancel' : 'cancelled'))
    return
  }
  if (waiting !== undefined && !incoming.addressed && isValueFor(surface, waiting, found, file)) {
    const { prompt, group } = takeGroup(waiting)
    const value = file === undefined ? line : await fileText(surface, { origin, group }, file)
    if (value === undefined) {
      await app.prompts.put(origin.account, place, waiting)
      return
    }
    const input = { ...prompt.input, [prompt.field]: value }
    const answer = await app.dispatch({ ...requestOf(surface, origin, group), command: prompt.command, input })
    // Trouble of ours must not cost the member what was typed before.
    if (answer.reply.tone === 'fault') await app.prompts.put(origin.account, place, withGroup(prompt, group))
    await deliverAnswer(surface, { origin, group }, answer)
    return
  }
  // It waits on while something else is done; what that asks for takes its place.
  if (waiting !== undefined && isPatient(app.commands, waiting)) await app.prompts.put(origin.account, place, waiting)
  if (found === undefined && file !== undefined && !incoming.addressed) {
    await tell(surface, origin, say('fileWithoutCommand'))
    return
  }
  await runLine(surface, { origin }, line, file)
}

/** A message without words: a picture that was asked for, or what nobody can read. */
export async function handleStrange(surface: Surface, { origin, photo }: Extract<Incoming, { kind: 'strange' }>): Promise<void> {
  const place = placeOf(origin, origin.chatId)
  const waiting = photo === undefined ? undefined : await surface.app.prompts.take(origin.account, place, keyOf(origin.key))
  if (waiting !== undefined && photo !== undefined && isAskedForFile(surface, waiting))
    return answerWithFile(surface, origin, waiting, photo)
  if (waiting !== undefined) await surface.app.prompts.put(origin.account, place, waiting)
  await tell(surface, origin, say('strangeMessage'))
}

const isAskedForFile = ({ app }: Surface, waiting: Prompt): boolean => fieldOf(app.commands, waiting)?.kind === 'upload'

/** Keeps a file as the answer that waits for one; what stands beside it is no part of the answer. One that is not taken leaves the question open. */
async function answerWithFile(surface: Surface, origin: Origin, waiting: Prompt, file: IncomingFile): Promise<void> {
  const { app } = surface
  const { prompt, group } = takeGroup(waiting)
  const request = requestOf(surface, origin, group)
  const kept = await keepFile(surface, request, file)
  const answer = kept.ok
    ? await app.dispatch({ ...request, command: prompt.command, input: { ...prompt.input, [prompt.field]: kept.result } })
    : await ownAnswer(surface, origin, refusalReply(kept.refusal))
  if (!kept.ok || answer.reply.tone === 'fault') await app.prompts.put(origin.account, placeOf(origin, origin.chatId), waiting)
  await deliverAnswer(surface, { origin, group }, answer)
}

/**
 * Whether a plain message answers the question that waits. Free text may begin with any word, so there only the bare name of a command counts as one;
 * an amount, a code, a choice or an hour never reads like a command.
 */
function isValueFor(
  { app }: Surface,
  waiting: { command: string; field: string },
  found: { rest: string } | undefined,
  file: IncomingFile | undefined,
): boolean {
  if (found === undefined) return true
  const field = fieldOf(app.commands, waiting)
  const isFree = field?.kind === 'file' || field?.kind === 'member' || field?.takesRest === true
  return file === undefined && isFree && found.rest !== ''
}

/** Runs a typed line and shows the answer. `under` is the update whose key it runs under, when not this one. */
export async function runLine(
  surface: Surface,
  conversation: Conversation,
  line: string,
  file?: IncomingFile,
  under?: string,
): Promise<void> {
  const { app } = surface
  const { origin } = conversation
  const found = findCommand(app.commands, line)
  const request = { ...requestOf(surface, origin, undefined), ...(under === undefined ? {} : { key: keyOf(under) }) }
  if (found === undefined) {
    const [command = ''] = line.trim().split(/\s/)
    await deliverAnswer(surface, conversation, await app.dispatch({ ...request, command, input: {} }))
    return
  }
  const input: Record<string, string> = { ...readWords(found.command.input, found.rest) }
  if (file !== undefined) {
    const field = fileField(found.command)
    // A command that takes no file refuses it by name.
    const text = field === undefined ? file.name : await fileText(surface, conversation, file)
    if (text === undefined) return
    input[field ?? 'file'] = text
  }
  const answer = await app.dispatch({ ...request, command: commandName(found.command), input })
  await deliverAnswer(surface, { ...conversation, ...(file === undefined ? { line } : {}) }, answer)
}

const fileField = (command: CommandDefinition): string | undefined =>
  Object.entries(command.input.shape).find(([, schema]) => fieldMeta(schema)?.kind === 'file')?.[0]

/** The text of a sent file; undefined when the member was told why there is none. */
async function fileText(surface: Surface, conversation: Conversation, file: IncomingFile): Promise<string | undefined> {
  const read = await readFile(surface.api, file)
  if (read.ok) return read.text
  await deliverAnswer(surface, conversation, await ownAnswer(surface, conversation.origin, refusalReply(read.refusal)))
  return undefined
}

function requestOf(
  { aliases }: Surface,
  origin: Origin,
  group: Target | undefined,
): { account: Origin['account']; place: ChatPlace; key: string } {
  const place = group === undefined ? origin : { ...origin, ...group, isPrivate: false }
  return { account: origin.account, place: placeOf(place, aliases.current(place.chatId)), key: keyOf(origin.key) }
}

/** An answer of the bot itself, in the language of whoever reads it. */
async function ownAnswer(surface: Surface, origin: Origin, reply: Reply): Promise<Answer> {
  return { reply, language: await languageAt(surface, origin), timeZone: 'UTC' }
}

export function languageAt({ app, aliases }: Surface, origin: Origin): Promise<Language> {
  return app.languageOf(origin.account, placeOf(origin, aliases.current(origin.chatId)))
}

/** Says one sentence of the bot itself, to the asker alone. */
export async function tell(surface: Surface, origin: Origin, text: Text): Promise<void> {
  await deliverAnswer(surface, { origin }, await ownAnswer(surface, origin, { audience: 'private', tone: 'info', lines: [text] }))
}
