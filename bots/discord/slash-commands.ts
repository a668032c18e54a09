import {
  ApplicationCommandOptionType as Kind,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import { fieldMeta } from '../../core/shared/field.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Text } from '../../core/shared/text.ts'
import { fieldUses } from '../../core/shared/usage.ts'
import { discordTexts } from './discord.texts.ts'
import { cutPlain, plainStyle } from './markdown.ts'

const { say } = discordTexts

/** Limits of one slash command (developers/interactions/application-commands): entries per level, choices, and the text of all of it. */
const MAX_ENTRIES = 25
const MAX_CHOICES = 25
const MAX_COMMAND_TEXT = 8000
const MAX_DESCRIPTION = 100
const MAX_STRING = 6000

/** The keys of an application command that we set; Discord adds others. */
export interface SlashOption {
  readonly type: Kind
  readonly name: string
  readonly description: string
  readonly description_localizations: Readonly<Record<string, string>>
  readonly required?: true
  readonly max_length?: number
  readonly choices?: readonly { readonly name: string; readonly value: string }[]
  readonly options?: SlashOption[]
}

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

const AUDIENCES = [
  { name: 'pos', text: say('rootMember'), roles: ['member', 'host'] },
  { name: 'pos-review', text: say('rootReviewer'), roles: ['reviewer', 'chair'] },
  { name: 'pos-admin', text: say('rootOperator'), roles: ['operator'] },
] as const

/**
 * Slash commands from the one list of commands: a root per audience, one word as a sub-command, two as a group with a sub-command. Authority is
 * core's alone, so nothing is hidden by Discord permissions. What does not fit one root goes to a next one (`/pos-2`).
 */
export function slashCommands(commands: readonly CommandDefinition[], speak: Speak): SlashCommands {
  const roots: SlashRoot[] = []
  const byPath = new Map<string, CommandDefinition>()
  for (const command of commands) {
    const audience = AUDIENCES.find(({ roles }) => roles.some((role) => role === command.access))
    if (audience === undefined) throw new Error(`no root for the role ${command.access}`)
    const leaf = leafOf(command, speak)
    const own = roots.filter(({ name }) => new RegExp(`^${audience.name}(-\\d+)?$`).test(name))
    let root = own.find((each) => place(each, command, leaf, speak))
    if (root === undefined) {
      root = rootOf(own.length === 0 ? audience.name : `${audience.name}-${own.length + 1}`, audience.text, speak)
      if (!place(root, command, leaf, speak)) throw new Error(`the command ${command.name.join(' ')} is too large for Discord`)
      roots.push(root)
    }
    byPath.set([root.name, ...command.name].join(' '), command)
  }
  return {
    roots,
    find: (root, group, sub) => byPath.get(group === null ? `${root} ${sub}` : `${root} ${group} ${sub}`),
  }
}

/** Discord takes lower-case names only: `startsAt` becomes `starts-at`. */
export function optionName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The field of a command that an option stands for; an option that it no longer has keeps its name, and core refuses it. */
export function fieldOfOption(command: CommandDefinition, option: string): string {
  return fieldUses(command.input).find((field) => optionName(field.name) === option)?.name ?? option
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
    ...described(say('group', { name: first }), speak),
    options: [leaf],
  }
  if (there !== undefined || root.options.length >= MAX_ENTRIES || textOf(root) + textOf(group) > MAX_COMMAND_TEXT) return false
  root.options.push(group)
  return true
}

function rootOf(name: string, text: Text, speak: Speak): SlashRoot {
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    ...described(text, speak),
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    options: [],
  }
}

function leafOf(command: CommandDefinition, speak: Speak): SlashOption {
  const fields = fieldUses(command.input)
  // Discord wants the required ones first; core takes input by name, so the order changes nothing.
  const ordered = [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)]
  return {
    type: Kind.Subcommand,
    name: command.name[1] ?? command.name[0],
    ...described(command.summary, speak),
    options: ordered.map((field) => optionOf(command, field.name, field.required, speak)),
  }
}

function optionOf(command: CommandDefinition, name: string, required: boolean, speak: Speak): SlashOption {
  const schema = command.input.shape[name]
  const meta = schema === undefined ? undefined : fieldMeta(schema)
  const base = {
    name: optionName(name),
    ...(meta === undefined ? { description: name, description_localizations: {} } : described(meta.label, speak)),
    ...(required ? { required } : {}),
  }
  switch (meta?.kind) {
    case 'boolean':
      return { type: Kind.Boolean, ...base }
    case 'member':
      return { type: Kind.User, ...base }
    case 'file':
      return { type: Kind.Attachment, ...base }
    case 'choice': {
      const choices = (meta.choices ?? []).map((choice) => ({ name: choice, value: choice }))
      return { type: Kind.String, ...base, ...(choices.length <= MAX_CHOICES ? { choices } : {}) }
    }
    // Numbers, amounts and times are texts: core reads what people type (full-width digits, `+30m`) and refuses with its own words.
    default:
      return { type: Kind.String, ...base, max_length: MAX_STRING }
  }
}

function described(text: Text, speak: Speak): Pick<SlashOption, 'description' | 'description_localizations'> {
  const inChinese = cutPlain(speak(text, 'zh', plainStyle), MAX_DESCRIPTION)
  return {
    description: cutPlain(speak(text, 'en', plainStyle), MAX_DESCRIPTION),
    description_localizations: { 'zh-CN': inChinese, 'zh-TW': inChinese },
  }
}

/** Names, descriptions and choice values together, each with its longest translation, as Discord counts them. */
function textOf(option: Pick<SlashOption, 'name' | 'description' | 'description_localizations' | 'choices' | 'options'>): number {
  const described = Math.max(option.description.length, ...Object.values(option.description_localizations).map((text) => text.length))
  const choices = (option.choices ?? []).reduce((sum, choice) => sum + choice.name.length + choice.value.length, 0)
  const inner = (option.options ?? []).reduce((sum, each) => sum + textOf(each), 0)
  return option.name.length + described + choices + inner
}
