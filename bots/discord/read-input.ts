import { ApplicationCommandOptionType as Kind, type ChatInputCommandInteraction, type CommandInteractionOption } from 'discord.js'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import type { Outcome } from '../../core/shared/refusal.ts'
import type { IsAttachment } from './load-attachment.ts'
import { readAttachment } from './read-attachment.ts'
import { fieldOfOption } from './slash-options.ts'

/** The options of a slash command as raw input for dispatch, every value as the text that a member would type. */
export async function readInput(
  interaction: ChatInputCommandInteraction,
  command: CommandDefinition,
  isAttachment: IsAttachment,
): Promise<Outcome<Readonly<Record<string, string>>>> {
  const input: Record<string, string> = {}
  for (const option of leavesOf(interaction.options.data)) {
    const field = fieldOfOption(command, option.name)
    if (option.attachment !== undefined && option.attachment !== null) {
      const read = await readAttachment(option.attachment, isAttachment, field)
      if (!read.ok) return read
      input[field] = read.result
    } else if (option.type === Kind.User) input[field] = `<@${String(option.value)}>`
    else if (option.type === Kind.Role) input[field] = `<@&${String(option.value)}>`
    else if (option.type === Kind.Channel) input[field] = `<#${String(option.value)}>`
    else if (option.type === Kind.Boolean) input[field] = option.value === true ? 'yes' : 'no'
    else input[field] = String(option.value ?? '')
  }
  return { ok: true, result: input }
}

/** The values below groups and sub-commands. */
function leavesOf(options: readonly CommandInteractionOption[]): readonly CommandInteractionOption[] {
  return options.flatMap((option) =>
    option.type === Kind.Subcommand || option.type === Kind.SubcommandGroup ? leavesOf(option.options ?? []) : [option],
  )
}
