import { ComponentType, type APIChannelSelectComponent, type APIRoleSelectComponent, type APIStringSelectComponent } from 'discord.js'
import { MOST_OPTIONS, type IssuedChoice } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language, Text } from '../../core/shared/text.ts'
import { cutPlain, plainStyle } from './markdown.ts'
import { WRITABLE } from './slash-options.ts'

/** Limits of selects (developers/components/reference, "String Select"). */
const MAX_PLACEHOLDER = 150
const MAX_OPTION = 100

/** `custom_id` of a list whose token dispatch knows; versioned like that of buttons. */
export const CHOOSE = 's1:'

/** A choice as a list; undefined when it has nothing to choose from. An option carries its place in the list: a value may be longer than Discord takes. */
export function renderChoice(
  { token, label, options }: IssuedChoice,
  language: Language,
  speak: Speak,
): APIStringSelectComponent | APIChannelSelectComponent | APIRoleSelectComponent | undefined {
  const write = (text: Text, max: number): string => cutPlain(speak(text, language, plainStyle).trim(), max)
  const common = { custom_id: `${CHOOSE}${token}`, placeholder: write(label, MAX_PLACEHOLDER) }
  if (options === 'channels') return { ...common, type: ComponentType.ChannelSelect, channel_types: [...WRITABLE] }
  if (options === 'roles') return { ...common, type: ComponentType.RoleSelect }
  if (options.length === 0) return undefined
  return {
    ...common,
    type: ComponentType.StringSelect,
    options: options.slice(0, MOST_OPTIONS).map((option, index) => {
      const hint = option.hint === undefined ? '' : write(option.hint, MAX_OPTION)
      return { label: write(option.label, MAX_OPTION) || '—', value: String(index), ...(hint === '' ? {} : { description: hint }) }
    }),
  }
}
