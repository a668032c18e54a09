import { ApplicationCommandOptionType, ApplicationCommandType, Locale } from 'discord-api-types/v10'
import { asObject, type Json, lengthOf, listOf, textOf } from './json.ts'
import { Problems } from './message-limits.ts'
import type { FormProblem } from './refuse.ts'

/** developers/interactions/application-commands "Application Command Naming". */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u
const LOCALES: ReadonlySet<string> = new Set(Object.values(Locale))
const MAX_COMMAND_TEXT = 8000
/** Slash commands of one application, globally or in one guild. */
export const MAX_COMMANDS = 100

const nests = (option: Json): boolean =>
  option['type'] === ApplicationCommandOptionType.Subcommand || option['type'] === ApplicationCommandOptionType.SubcommandGroup

type Path = readonly (string | number)[]

/** Limits of one application command that the OpenAPI document does not state. */
export function commandProblems(command: Json, path: Path = []): FormProblem[] {
  const problems = new Problems()
  const chatInput = (command['type'] ?? ApplicationCommandType.ChatInput) === ApplicationCommandType.ChatInput
  checkNames(problems, command, path, chatInput)
  checkOptions(problems, listOf(command['options']), [...path, 'options'], 0)
  const size = textSize(command)
  if (size > MAX_COMMAND_TEXT) problems.add(path, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_COMMAND_TEXT})`)
  return problems.list
}

/** Limits of a whole registration: each command, names used twice, and how many there are. */
export function commandListProblems(commands: readonly Json[]): FormProblem[] {
  const problems = new Problems()
  const kinds = new Map<unknown, Set<unknown>>()
  for (const [index, command] of commands.entries()) {
    problems.list.push(...commandProblems(command, [index]))
    const kind = command['type'] ?? ApplicationCommandType.ChatInput
    const names = kinds.get(kind) ?? new Set()
    if (names.has(command['name']))
      problems.add([index, 'name'], 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique')
    kinds.set(kind, names.add(command['name']))
  }
  if (commands.length > MAX_COMMANDS) problems.add([], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_COMMANDS} or fewer in length.`)
  return problems.list
}

function checkNames(problems: Problems, named: Json, path: Path, slash: boolean): void {
  const name = textOf(named['name'])
  const localized = asObject(named['name_localizations'])
  const described = asObject(named['description_localizations'])
  if (slash) {
    checkName(problems, name, [...path, 'name'])
    for (const [locale, text] of Object.entries(localized)) checkName(problems, textOf(text), [...path, 'name_localizations', locale])
    if (textOf(named['description']).trim() === '') problems.add([...path, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required')
  } else if (textOf(named['description']) !== '') {
    problems.add([...path, 'description'], 'APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED', 'Context menu commands cannot have a description')
  }
  for (const [key, map] of [
    ['name_localizations', localized],
    ['description_localizations', described],
  ] as const) {
    for (const locale of Object.keys(map)) {
      if (!LOCALES.has(locale)) problems.add([...path, key, locale], 'BASE_TYPE_CHOICES', `${locale} is no locale of Discord`)
    }
  }
}

function checkName(problems: Problems, name: string, path: Path): void {
  if (!NAME.test(name) || name !== name.toLowerCase()) problems.add(path, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')
}

function checkOptions(problems: Problems, options: readonly Json[], path: Path, depth: number): void {
  const names = new Set<string>()
  let optionalSeen = false
  const nested = options.filter(nests).length
  if (nested > 0 && nested < options.length) {
    problems.add(
      path,
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Sub-command and sub-command group option types are mutually exclusive to all other types',
    )
  }
  for (const [index, option] of options.entries()) {
    const here = [...path, index]
    checkNames(problems, option, here, true)
    const name = textOf(option['name'])
    if (names.has(name)) problems.add([...here, 'name'], 'APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE', 'Option name is already used')
    names.add(name)
    if (nests(option)) {
      const group = option['type'] === ApplicationCommandOptionType.SubcommandGroup
      if (depth > 1 || (group && depth > 0))
        problems.add(
          [...here, 'type'],
          'APPLICATION_COMMAND_OPTIONS_NESTED',
          'Groups cannot hold groups, sub-commands cannot hold sub-commands',
        )
      const inner = listOf(option['options'])
      if (group && inner.length === 0) problems.add([...here, 'options'], 'BASE_TYPE_REQUIRED', 'A group needs a sub-command')
      if (group !== inner.some(nests) && inner.length > 0)
        problems.add([...here, 'options'], 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-command option type is invalid')
      checkOptions(problems, inner, [...here, 'options'], depth + 1)
      continue
    }
    if (option['required'] !== true) optionalSeen = true
    else if (optionalSeen)
      problems.add(here, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options must be placed before non-required options')
    checkValueOption(problems, option, here)
  }
}

function checkValueOption(problems: Problems, option: Json, path: Path): void {
  const choices = listOf(option['choices'])
  if (option['autocomplete'] === true && choices.length > 0) {
    problems.add(
      [...path, 'autocomplete'],
      'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES',
      'Autocomplete cannot be used together with choices',
    )
  }
  for (const key of ['name', 'value']) {
    if (new Set(choices.map((choice) => choice[key])).size === choices.length) continue
    problems.add([...path, 'choices'], 'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS', `Option choice ${key} already exists`)
  }
  for (const [index, choice] of choices.entries()) {
    for (const locale of Object.keys(asObject(choice['name_localizations']))) {
      if (!LOCALES.has(locale))
        problems.add([...path, 'choices', index, 'name_localizations', locale], 'BASE_TYPE_CHOICES', `${locale} is no locale of Discord`)
    }
    const fits =
      option['type'] === ApplicationCommandOptionType.String ? typeof choice['value'] === 'string' : typeof choice['value'] === 'number'
    if (!fits) problems.add([...path, 'choices', index, 'value'], 'BASE_TYPE_INVALID', 'The value does not fit the type of the option')
  }
  for (const [low, high] of [
    ['min_value', 'max_value'],
    ['min_length', 'max_length'],
  ] as const) {
    const [min, max] = [option[low], option[high]]
    if (typeof min === 'number' && typeof max === 'number' && min > max)
      problems.add([...path, low], 'BASE_TYPE_RANGE', `${low} is above ${high}`)
  }
}

/** Names, descriptions and choice values together, with the longest localization of each. */
function textSize(named: Json): number {
  const longest = (key: string): number => {
    const localized = Object.values(asObject(named[`${key}_localizations`]))
    return Math.max(lengthOf(named[key]), ...localized.map(lengthOf))
  }
  const inner = [...listOf(named['options']), ...listOf(named['choices'])]
  return longest('name') + longest('description') + lengthOf(named['value']) + inner.reduce((sum, part) => sum + textSize(part), 0)
}
