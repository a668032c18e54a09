import { ApplicationCommandOptionType as Kind, ChannelType } from 'discord.js'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import { fieldMeta, type FieldMeta } from '../../core/shared/field.ts'
import type { Speak } from '../../core/shared/speak.ts'
import { choiceName, hasSuggestions } from '../../core/shared/suggest.ts'
import type { Text } from '../../core/shared/text.ts'
import { fieldUses } from '../../core/shared/usage.ts'
import { CHINESE_WORDS } from './command-words.ts'
import { cutPlain, plainStyle } from './markdown.ts'

const MAX_NAME = 32
const MAX_DESCRIPTION = 100
const MAX_CHOICE = 100
const MAX_STRING = 6000

type Localizations = Readonly<Record<string, string>>

/** The keys of an application command that we set; Discord adds others. */
export interface SlashOption {
  readonly type: Kind
  readonly name: string
  readonly name_localizations: Localizations
  readonly description: string
  readonly description_localizations: Localizations
  readonly required?: true
  readonly autocomplete?: true
  readonly max_length?: number
  readonly channel_types?: readonly ChannelType[]
  readonly choices?: readonly { readonly name: string; readonly name_localizations: Localizations; readonly value: string }[]
  readonly options?: SlashOption[]
}

/** Both Chinese locales of Discord are answered in the one Chinese we speak. */
const inChinese = (text: string): Localizations => ({ 'zh-CN': text, 'zh-TW': text })

/** Names as Discord takes them (application-commands, "Application Command Naming"), each once among its siblings. */
const NAME = /^[-_\p{L}\p{N}]{1,32}$/u

/** The Chinese name of a word of a command. */
export function wordLocalizations(word: string): Localizations {
  const chinese = CHINESE_WORDS[word]
  return chinese === undefined ? {} : inChinese(chinese)
}

/** Discord takes lower-case names only: `startsAt` becomes `starts-at`. */
export function optionName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The field of a command that an option stands for; an option that it no longer has keeps its name, and core refuses it. */
export function fieldOfOption(command: CommandDefinition, option: string): string {
  return fieldUses(command.input).find((field) => optionName(field.name) === option)?.name ?? option
}

/** Every field of a command that people fill in, as an option. Discord wants the required ones first; core takes input by name, so the order changes nothing. */
export function optionsOf(command: CommandDefinition, speak: Speak): SlashOption[] {
  // A line of Discord holds no line breaks: a text of several lines that is left out is asked for by a form.
  const fields = fieldUses(command.input)
    .filter((field) => !field.carried)
    .map(({ name, required }) => ({ name, required: required && metaOf(command, name)?.multiline !== true }))
  const ordered = [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)]
  return uniqueNames(ordered.map((field) => optionOf(command, field.name, field.required, speak)))
}

/** Takes the localized name off whatever would be called like a sibling: one of two equal names could not be chosen. */
export function uniqueNames<Option extends Pick<SlashOption, 'name' | 'name_localizations'>>(options: readonly Option[]): Option[] {
  const taken = new Set(options.map(({ name }) => name))
  return options.map((option) => {
    const localized = option.name_localizations['zh-CN']
    if (localized === undefined || localized === option.name) return option
    if (taken.has(localized)) return { ...option, name_localizations: {} }
    taken.add(localized)
    return option
  })
}

export function described(text: Text, speak: Speak): Pick<SlashOption, 'description' | 'description_localizations'> {
  return {
    description: cutPlain(speak(text, 'en', plainStyle), MAX_DESCRIPTION),
    description_localizations: inChinese(cutPlain(speak(text, 'zh', plainStyle), MAX_DESCRIPTION)),
  }
}

function metaOf(command: CommandDefinition, name: string): FieldMeta | undefined {
  const schema = command.input.shape[name]
  return schema === undefined ? undefined : fieldMeta(schema)
}

function optionOf(command: CommandDefinition, name: string, required: boolean, speak: Speak): SlashOption {
  const meta = metaOf(command, name)
  const base = {
    name: optionName(name),
    name_localizations: meta === undefined ? {} : labelName(meta.label, speak),
    ...(meta === undefined ? { description: name, description_localizations: {} } : described(meta.label, speak)),
    ...(required ? { required } : {}),
  }
  switch (meta?.kind) {
    case 'boolean':
      return { type: Kind.Boolean, ...base }
    case 'member':
      return { type: Kind.User, ...base }
    case 'group-role':
      return { type: Kind.Role, ...base }
    case 'channel':
      return { type: Kind.Channel, ...base, channel_types: WRITABLE }
    case 'file':
      return { type: Kind.Attachment, ...base }
    // Numbers, amounts and times are texts: core reads what people type (full-width digits, `+30m`) and refuses with its own words.
    default:
      if (meta !== undefined && hasSuggestions(meta)) return { type: Kind.String, ...base, autocomplete: true, max_length: MAX_STRING }
      return { type: Kind.String, ...base, ...(meta?.kind === 'choice' ? { choices: choicesOf(meta, speak) } : { max_length: MAX_STRING }) }
  }
}

/** Channels in which a message can be left for everyone. */
export const WRITABLE = [ChannelType.GuildText, ChannelType.GuildAnnouncement] as const

function choicesOf(meta: FieldMeta, speak: Speak) {
  return (meta.choices ?? []).map((value) => {
    const name = choiceName(meta, value)
    return {
      name: cutPlain(speak(name, 'en', plainStyle), MAX_CHOICE),
      name_localizations: inChinese(cutPlain(speak(name, 'zh', plainStyle), MAX_CHOICE)),
      value,
    }
  })
}

/** A label as a name: what Discord takes in no name is left out. */
function labelName(label: Text, speak: Speak): Localizations {
  const name = speak(label, 'zh', plainStyle)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, MAX_NAME)
    .replaceAll(/^-+|-+$/g, '')
  return NAME.test(name) ? inChinese(name) : {}
}
