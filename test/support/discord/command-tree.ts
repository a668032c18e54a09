import {
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandInteractionDataBasicOption,
  type APIApplicationCommandInteractionDataOption,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType as Kind,
  ApplicationCommandType,
} from 'discord-api-types/v10'
import { asObject, isJson } from './json.ts'
import type { State } from './state.ts'
import { trusted } from './trusted.ts'

/** What a user types into one option; a snowflake for users, roles, channels, mentionables and attachments. */
export type OptionValue = string | number | boolean

/** Thrown when a test asks a user to do what Discord's client would not let them do. */
export class ImpossibleAction extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ImpossibleAction'
  }
}

/** A command found by its path: the registered command and the options of its leaf. */
export interface FoundCommand {
  readonly command: APIApplicationCommand
  readonly options: readonly APIApplicationCommandBasicOption[]
  /** Puts the filled-in options under the sub-command of the path, as an interaction carries them. */
  wrap<T extends APIApplicationCommandInteractionDataOption>(filled: T[]): T[]
}

/**
 * Finds a slash command by its words.
 * @param path one to three words: command, group, sub-command
 * @throws ImpossibleAction when the bot has not registered it
 */
export function findCommand(state: State, path: readonly string[], guildId: string | undefined): FoundCommand {
  const scopes = [...(guildId === undefined ? [] : [guildId]), 'global']
  const commands = scopes.flatMap((scope) => state.commands.get(scope) ?? [])
  const slash = commands.filter((each) => each.type === ApplicationCommandType.ChatInput)
  const command = slash.find((each) => each.name === path[0])
  if (!command) {
    const known = slash.map((each) => `/${each.name}`).join(' ') || 'none'
    throw new ImpossibleAction(`/${path.join(' ')} is not registered; registered: ${known}`)
  }
  let options: readonly APIApplicationCommandOption[] = command.options ?? []
  const nodes: { type: Kind.Subcommand | Kind.SubcommandGroup; name: string }[] = []
  for (const word of path.slice(1)) {
    const node = options.find((each) => each.name === word)
    if (!node || (node.type !== Kind.Subcommand && node.type !== Kind.SubcommandGroup)) {
      throw new ImpossibleAction(
        `/${path.join(' ')}: "${word}" is not registered; registered: ${options.map((each) => each.name).join(', ') || 'none'}`,
      )
    }
    nodes.push({ type: node.type, name: node.name })
    options = node.options ?? []
  }
  const leaf = options.filter(
    (each): each is APIApplicationCommandBasicOption => each.type !== Kind.Subcommand && each.type !== Kind.SubcommandGroup,
  )
  if (leaf.length < options.length)
    throw new ImpossibleAction(`/${path.join(' ')} needs one of: ${options.map((each) => each.name).join(', ')}`)
  const wrap = <T extends APIApplicationCommandInteractionDataOption>(filled: T[]): T[] =>
    nodes.reduceRight<T[]>((inner, node) => [trusted<T>({ ...node, ...(inner.length > 0 ? { options: inner } : {}) })], filled)
  return { command, options: leaf, wrap }
}

/** Refuses what the registered options do not take, as the client does before it sends. */
export function fillOptions(
  found: FoundCommand,
  values: Readonly<Record<string, OptionValue>>,
  label: string,
): APIApplicationCommandInteractionDataBasicOption[] {
  const known = new Map(found.options.map((option) => [option.name, option]))
  for (const option of found.options) {
    if (option.required === true && !(option.name in values))
      throw new ImpossibleAction(`${label}: the required option "${option.name}" is missing`)
  }
  return Object.entries(values).map(([name, value]) => {
    const option = known.get(name)
    if (!option) throw new ImpossibleAction(`${label} has no option "${name}"; it has: ${[...known.keys()].join(', ') || 'none'}`)
    const wrong = misfit(option, value)
    if (wrong !== undefined) throw new ImpossibleAction(`${label}: option "${name}" ${wrong}, not ${JSON.stringify(value)}`)
    return trusted<APIApplicationCommandInteractionDataBasicOption>({ name, type: option.type, value })
  })
}

function misfit(option: APIApplicationCommandBasicOption, value: OptionValue): string | undefined {
  const limits = asObject(option)
  const above = (key: string, size: number): boolean => typeof limits[key] === 'number' && size > limits[key]
  const below = (key: string, size: number): boolean => typeof limits[key] === 'number' && size < limits[key]
  switch (option.type) {
    case Kind.Boolean:
      return typeof value === 'boolean' ? undefined : 'takes true or false'
    case Kind.Integer:
    case Kind.Number: {
      if (typeof value !== 'number' || (option.type === Kind.Integer && !Number.isSafeInteger(value))) return 'takes a number'
      if (below('min_value', value) || above('max_value', value)) return 'is out of its range'
      break
    }
    case Kind.String: {
      if (typeof value !== 'string') return 'takes a text'
      if (value === '') return 'takes a text that is not empty'
      if (below('min_length', value.length) || above('max_length', value.length) || value.length > 6000) return 'is out of its length'
      break
    }
    default:
      return typeof value === 'string' && /^\d+$/.test(value) ? undefined : 'takes a snowflake'
  }
  const choices = Array.isArray(limits['choices']) ? limits['choices'].filter(isJson) : []
  if (choices.length > 0 && !choices.some((choice) => choice['value'] === value)) {
    return `takes one of ${choices.map((choice) => JSON.stringify(choice['value'])).join(', ')}`
  }
  return undefined
}
