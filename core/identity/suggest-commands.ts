import type { CommandDefinition } from '../shared/chat-app.ts'
import { commandName } from '../shared/command.ts'
import { mayUse } from '../shared/dispatch.ts'
import { matches, type Source } from '../shared/suggest.ts'
import { identityTexts } from './identity.texts.ts'

const { say } = identityTexts

/** Offers the commands that the member may use. */
export function commandSource(commands: () => readonly CommandDefinition[]): Source {
  return ({ actor, typed }) =>
    commands()
      .filter((command) => mayUse(actor, command.access) && matches(typed, commandName(command)))
      .map((command) => ({
        value: commandName(command),
        label: say('commandSuggestion', { name: commandName(command), summary: command.summary }),
      }))
}
