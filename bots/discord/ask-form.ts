import {
  ComponentType,
  TextInputStyle,
  type APIComponentInLabel,
  type APIModalInteractionResponseCallbackData,
  type ModalData,
  type ModalSubmitInteraction,
} from 'discord.js'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import { commandName } from '../../core/shared/command.ts'
import { fieldMeta, type FieldMeta } from '../../core/shared/field.ts'
import { done, refuse, type Outcome } from '../../core/shared/refusal.ts'
import type { Speak } from '../../core/shared/speak.ts'
import { choiceName } from '../../core/shared/suggest.ts'
import { LANGUAGES, type Language } from '../../core/shared/text.ts'
import { discordTexts } from './discord.texts.ts'
import { cutPlain, plainStyle } from './markdown.ts'
import { WRITABLE } from './slash-options.ts'
import type { IsAttachment } from './load-attachment.ts'
import { readAttachment } from './read-attachment.ts'

const { say } = discordTexts

/** Limits of a form (developers/components/reference, "Label" and "Text Input"). */
const MAX_TITLE = 45
const MAX_LABEL = 45
const MAX_TEXT = 4000
const MAX_OPTIONS = 25
const MAX_OPTION = 100
const VALUE = 'value'

/** The question behind a button or form: which field of which command, in which language. The input given so far waits in `prompts`. */
export interface Question {
  readonly language: Language
  readonly command: CommandDefinition
  readonly field: string
}

const ASK = 'a1'
const FORM = 'm1'

/** `custom_id` of the button that opens the form of a question. */
export const askId = (question: Question): string => idOf(ASK, question)

const idOf = (kind: string, { language, command, field }: Question): string =>
  `${kind}:${language}:${commandName(command)}:${field}`.slice(0, 100)

/** The question that a `custom_id` of a button (`a1`) or form (`m1`) stands for, if the command still has that field. */
export function questionOf(
  customId: string,
  commands: readonly CommandDefinition[],
): { kind: 'button' | 'form'; question: Question } | undefined {
  const [kind, spoken, name, field, ...rest] = customId.split(':')
  const language = LANGUAGES.find((each) => each === spoken)
  const command = commands.find((each) => commandName(each) === name)
  if ((kind !== ASK && kind !== FORM) || language === undefined || command === undefined || field === undefined || rest.length > 0)
    return undefined
  if (!Object.hasOwn(command.input.shape, field)) return undefined
  return { kind: kind === ASK ? 'button' : 'form', question: { language, command, field } }
}

/** The form that asks for the one value. */
export function askForm(question: Question, speak: Speak): APIModalInteractionResponseCallbackData {
  const { command, field, language } = question
  const schema = command.input.shape[field]
  const meta = schema === undefined ? undefined : fieldMeta(schema)
  const title = cutPlain(speak(command.summary, language, plainStyle), MAX_TITLE)
  const label = meta === undefined ? field : cutPlain(speak(meta.label, language, plainStyle), MAX_LABEL)
  return {
    custom_id: idOf(FORM, question),
    title,
    components: [{ type: ComponentType.Label, label: label === '' ? field : label, component: inputFor(meta, language, speak) }],
  }
}

function inputFor(meta: FieldMeta | undefined, language: Language, speak: Speak): APIComponentInLabel {
  const choices = meta?.choices ?? []
  if (meta?.kind === 'member') return { type: ComponentType.UserSelect, custom_id: VALUE, required: true }
  if (meta?.kind === 'group-role') return { type: ComponentType.RoleSelect, custom_id: VALUE, required: true }
  if (meta?.kind === 'channel') return { type: ComponentType.ChannelSelect, custom_id: VALUE, required: true, channel_types: [...WRITABLE] }
  if (meta?.kind === 'file') return { type: ComponentType.FileUpload, custom_id: VALUE, required: true, max_values: 1 }
  if (meta?.kind === 'boolean') {
    const options = (['yes', 'no'] as const).map((value) => ({ value, label: speak(say(value), language, plainStyle) }))
    return { type: ComponentType.StringSelect, custom_id: VALUE, options, required: true }
  }
  if (meta !== undefined && choices.length > 0 && choices.length <= MAX_OPTIONS)
    return {
      type: ComponentType.StringSelect,
      custom_id: VALUE,
      options: choices.map((value) => ({ value, label: cutPlain(speak(choiceName(meta, value), language, plainStyle), MAX_OPTION) })),
      required: true,
    }
  const style = meta?.takesRest === true ? TextInputStyle.Paragraph : TextInputStyle.Short
  return { type: ComponentType.TextInput, custom_id: VALUE, style, required: true, max_length: MAX_TEXT }
}

/**
 * The value that was entered, as the text that a member would type. A form without its one field, with another kind of field in its place, or with an empty
 * one was not filled in by a person, since it is required; further fields are not looked at.
 */
export async function readForm({ fields }: ModalSubmitInteraction, field: string, isAttachment: IsAttachment): Promise<Outcome<string>> {
  const component = fields.fields.get(VALUE)
  const file = component?.type === ComponentType.FileUpload ? fields.getUploadedFiles(VALUE, false)?.first() : undefined
  if (file !== undefined) return readAttachment(file, isAttachment, field)
  const value = component === undefined ? '' : textOf(component)
  return value === ''
    ? refuse({ code: 'input.form', kind: 'invalid', reason: say('formUnreadable'), nextStep: say('formUnreadableNext'), field })
    : done(value)
}

function textOf(component: ModalData): string {
  if (component.type === ComponentType.TextInput) return component.value
  const chosen = 'values' in component ? component.values[0] : undefined
  if (chosen === undefined) return ''
  switch (component.type) {
    case ComponentType.UserSelect:
      return `<@${chosen}>`
    case ComponentType.RoleSelect:
      return `<@&${chosen}>`
    case ComponentType.ChannelSelect:
      return `<#${chosen}>`
    default:
      return component.type === ComponentType.StringSelect ? chosen : ''
  }
}
