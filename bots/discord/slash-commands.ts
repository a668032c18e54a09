import {
  ApplicationCommandOptionType as Kind,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Text } from '../../core/shared/text.ts'
import { ROOTS, rootOf, type RootName } from './command-roots.ts'
import { discordTexts } from './discord.texts.ts'
import { described, optionsOf, uniqueNames, wordLocalizations, type SlashOption } from './slash-options.ts'

const { say } = discordTexts

/** Limits of one slash command (developers/interactions/application-commands): entries per level, and the text of all of it. */
const MAX_ENTRIES = 25
const MAX_COMMAND_TEXT = 8000

export interface SlashRoot extends Omit<SlashOption, 'type' | 'options' | 'required'> {
  readonly type: ApplicationCommandType.ChatInput
  readonly contexts: readonly InteractionContextType[]
  readonly integration_types: readonly ApplicationIntegrationType[]
  readonly options: SlashOption[]
}

/** What is registered, and the way back from an invocation to a command. */
export interface SlashCommands {
  readonly roots: readonly SlashRoot[]
  /** The command behind `/root group sub` or `/root sub`. */
  readonly find: (root: string, group: string | null, sub: string) => CommandDefinition | undefined
}

/**
 * Slash commands from the one list of commands: each in its root (`command-roots.ts`), one word as a sub-command, two as a group with a sub-command.
 * Authority is core's alone, so nothing is hidden by Discord permissions.
 * @throws Error when a root has become too large: it needs a theme less, since a root that is named by what did not fit is found by nobody
 */
export function slashCommands(commands: readonly CommandDefinition[], speak: Speak): SlashCommands {
  const roots = ROOTS.map(({ name, text }) => emptyRoot(name, text, speak))
  const byPath = new Map<string, CommandDefinition>()
  for (const command of commands) {
    if (command.unlisted === true) continue
    const name = rootOf(command)
    const root = roots.find((each) => each.name === name)
    if (root === undefined || !place(root, command, leafOf(command, speak), speak))
      throw new Error(`/${name} has no room for the command ${command.name.join(' ')}: give a theme of it a root of its own`)
    byPath.set([name, ...command.name].join(' '), command)
  }
  return {
    roots: roots
      .filter(({ options }) => options.length > 0)
      .map((root) => ({ ...root, options: uniqueNames(root.options).map(withUniqueNames) })),
    find: (root, group, sub) => byPath.get(group === null ? `${root} ${sub}` : `${root} ${group} ${sub}`),
  }
}

function withUniqueNames(option: SlashOption): SlashOption {
  return option.type === Kind.SubcommandGroup ? { ...option, options: uniqueNames(option.options ?? []) } : option
}

/** Puts a command into a root if it fits there. */
function place(root: SlashRoot, command: CommandDefinition, leaf: SlashOption, speak: Speak): boolean {
  const [first, second] = command.name
  const there = root.options.find((option) => option.name === first)
  const isGroup = there?.type === Kind.SubcommandGroup
  const text = textOf(root) + textOf(leaf)
  if (second === undefined) {
    if (there !== undefined || root.options.length >= MAX_ENTRIES || text > MAX_COMMAND_TEXT) return false
    root.options.push(leaf)
    return true
  }
  if (isGroup) {
    if ((there.options ?? []).length >= MAX_ENTRIES || text > MAX_COMMAND_TEXT) return false
    there.options?.push(leaf)
    return true
  }
  const group: SlashOption = {
    type: Kind.SubcommandGroup,
    name: first,
    name_localizations: wordLocalizations(first),
    ...described(say('group', { name: first }), speak),
    options: [leaf],
  }
  if (there !== undefined || root.options.length >= MAX_ENTRIES || textOf(root) + textOf(group) > MAX_COMMAND_TEXT) return false
  root.options.push(group)
  return true
}

function emptyRoot(name: RootName, text: Text, speak: Speak): SlashRoot {
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    name_localizations: wordLocalizations(name),
    ...described(text, speak),
    // In servers and in direct messages with the bot. Not carried by a user into other places: who reads along there is nobody we know.
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    options: [],
  }
}

function leafOf(command: CommandDefinition, speak: Speak): SlashOption {
  const name = command.name[1] ?? command.name[0]
  return {
    type: Kind.Subcommand,
    name,
    name_localizations: wordLocalizations(name),
    ...described(command.summary, speak),
    options: optionsOf(command, speak),
  }
}

/** Names, descriptions and choice values together, each with its longest translation, as Discord counts them. */
function textOf(
  option: Pick<SlashOption, 'name' | 'name_localizations' | 'description' | 'description_localizations' | 'choices' | 'options'>,
): number {
  const longest = (text: string, localized: Readonly<Record<string, string>>): number =>
    Math.max(text.length, ...Object.values(localized).map((each) => each.length))
  const choices = (option.choices ?? []).reduce(
    (sum, choice) => sum + longest(choice.name, choice.name_localizations) + choice.value.length,
    0,
  )
  const inner = (option.options ?? []).reduce((sum, each) => sum + textOf(each), 0)
  return longest(option.name, option.name_localizations) + longest(option.description, option.description_localizations) + choices + inner
}
