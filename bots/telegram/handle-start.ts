import { commandName } from '../../core/shared/command.ts'
import { findCommand } from '../../core/shared/read-words.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { fieldUses } from '../../core/shared/usage.ts'
import { readPayload } from './deep-link.ts'
import { deliverAnswer } from './deliver-answer.ts'
import { runLine, tell } from './handle-line.ts'
import { keyOf, placeOf, type Incoming, type Origin } from './read-update.ts'
import type { Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'

const { say } = telegramTexts

/** The member opened the private chat, perhaps by a link. */
export async function handleStart(surface: Surface, { origin, payload }: Extract<Incoming, { kind: 'start' }>): Promise<void> {
  const { app, tags, kept } = surface
  const link = readPayload(payload)
  // A waiting question is over: whatever the link does comes instead.
  await app.prompts.take(origin.account, placeOf(origin, origin.chatId), keyOf(origin.key))
  switch (link.kind) {
    case 'checkin':
      return runLine(surface, { origin }, `checkin ${link.code}`)
    case 'open':
      return openLine(surface, origin, link.line)
    case 'again':
      if (!tags.isOurs(link.tag, origin.userId, link.key, link.line)) return tell(surface, origin, say('linkOther'))
      return runLine(surface, { origin }, link.line, undefined, link.key)
    case 'kept': {
      const answer = await kept.find(link.id, origin.account, surface.timers.now())
      if (answer === 'other') return tell(surface, origin, say('linkOther'))
      return answer === undefined ? tell(surface, origin, say('linkOld')) : deliverAnswer(surface, { origin }, answer)
    }
    default:
      return greet(surface, origin)
  }
}

/** Anyone can make such a link: it must not change anything before its reader typed something. */
async function openLine(surface: Surface, origin: Origin, line: string): Promise<void> {
  const found = findCommand(surface.app.commands, line)
  if (found === undefined) return greet(surface, origin)
  const asksFirst = fieldUses(found.command.input).some((field) => field.required)
  const isHarmless = found.command.effect === 'read' || (asksFirst && found.rest === '')
  if (isHarmless) return runLine(surface, { origin }, line)
  return tell(surface, origin, say('linkAsks', { command: sharedTexts.say('plain', { text: commandName(found.command) }) }))
}

/** What a newcomer sees first: `start` if the product has such a command, its help otherwise. */
async function greet(surface: Surface, origin: Origin): Promise<void> {
  const first = ['start', 'help'].find((name) => surface.app.commands.some((command) => commandName(command) === name))
  return first === undefined ? tell(surface, origin, say('strangeMessage')) : runLine(surface, { origin }, first)
}
