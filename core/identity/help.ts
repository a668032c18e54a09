import { z } from 'zod'
import type { Role } from '../shared/actor.ts'
import type { CommandDefinition } from '../shared/chat-app.ts'
import { commandName, defineCommand } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import { findCommand } from '../shared/read-words.ts'
import { done, refuse } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { usageOf } from '../shared/usage.ts'
import { identityTexts } from './identity.texts.ts'

const { say } = identityTexts

/** What help needs: the same list from which every surface is made. */
export interface HelpPort {
  commands(): readonly CommandDefinition[]
}

interface Help {
  readonly all?: readonly CommandDefinition[]
  readonly one?: CommandDefinition
}

export const helpCommand = defineCommand({
  name: ['help'],
  summary: say('helpSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({ command: textField(say('helpTopic'), { max: 60, takesRest: true, suggest: 'command' }).optional() }),
  run({ actor, port }: { actor: { roles: ReadonlySet<Role> }; port: HelpPort }, { command: topic }) {
    const usable = port.commands().filter(({ access }) => access === 'member' || actor.roles.has(access) || actor.roles.has('operator'))
    // What our own buttons and questions give would only bury the rest.
    if (topic === undefined) return Promise.resolve(done<Help>({ all: usable.filter(({ unlisted }) => unlisted !== true) }))
    const one = findCommand(usable, topic.replace(/^\//, ''))?.command
    if (one !== undefined) return Promise.resolve(done<Help>({ one }))
    return Promise.resolve(
      refuse({ code: 'help.unknown', kind: 'not_found', reason: say('helpUnknown', { topic }), nextStep: say('helpUnknownNext') }),
    )
  },
  render(help) {
    if (help.one !== undefined) {
      const role = sharedTexts.say(`role_${help.one.access}`)
      return {
        audience: 'private',
        tone: 'info',
        title: sharedTexts.say('plain', { text: commandName(help.one) }),
        lines: [help.one.summary, say('helpUsage', { usage: usageOf(help.one) }), say('helpAccess', { role })],
      }
    }
    return {
      audience: 'private',
      tone: 'info',
      title: say('helpTitle'),
      lines: [say('helpHint')],
      fields: (help.all ?? []).map((command) => ({ label: sharedTexts.say('plain', { text: usageOf(command) }), value: command.summary })),
    }
  },
})
