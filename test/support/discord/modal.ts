import {
  type APIInteraction,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord-api-types/v10'
import { ImpossibleAction } from './command-tree.ts'
import { isJson, type Json, listOf, textOf } from './json.ts'
import { trusted } from './trusted.ts'

/** One field of a form as a user sees it. */
export interface ModalField {
  readonly customId: string
  readonly type: ComponentType
  readonly label: string
  readonly required: boolean
  /** Text inputs only. */
  readonly paragraph: boolean
  readonly value: string
  readonly minLength: number
  readonly maxLength: number
  /** Selects, radio and checkbox groups only. */
  readonly options: readonly { label: string; value: string }[]
  /** What is chosen before the user does anything. */
  readonly preset: readonly string[]
  readonly minValues: number
  readonly maxValues: number
}

/** An open form. */
export interface ModalView {
  readonly customId: string
  readonly title: string
  readonly fields: readonly ModalField[]
  /** Text shown between the fields. */
  readonly text: string
  readonly raw: APIModalInteractionResponseCallbackData
  /** The interaction that opened it. */
  readonly openedBy: APIInteraction
}

/** What a user enters: a text, the chosen values, or a tick. */
export type FieldValue = string | readonly string[] | boolean

const isField = (component: Json): boolean => typeof component['custom_id'] === 'string'

export function viewModal(raw: APIModalInteractionResponseCallbackData, openedBy: APIInteraction): ModalView {
  const fields: ModalField[] = []
  const text: string[] = []
  for (const part of listOf(raw.components)) {
    if (part['type'] === ComponentType.TextDisplay) text.push(textOf(part['content']))
    const inner = isJson(part['component']) ? [part['component']] : listOf(part['components'])
    for (const component of inner.filter(isField)) {
      fields.push({
        customId: textOf(component['custom_id']),
        type: trusted<ComponentType>(component['type']),
        label: textOf(part['label']) || textOf(component['label']),
        // A checkbox cannot be required; every other field is, unless it says otherwise.
        required: component['required'] !== false && component['type'] !== ComponentType.Checkbox,
        paragraph: component['style'] === TextInputStyle.Paragraph,
        value: textOf(component['value']),
        minLength: Number(component['min_length'] ?? 0),
        maxLength: Number(component['max_length'] ?? 4000),
        options: listOf(component['options']).map((option) => ({ label: textOf(option['label']), value: textOf(option['value']) })),
        preset: listOf(component['options'])
          .filter((option) => option['default'] === true)
          .map((option) => textOf(option['value'])),
        minValues: Number(component['min_values'] ?? 1),
        maxValues: Number(component['max_values'] ?? 1),
      })
    }
  }
  return { customId: raw.custom_id, title: raw.title, fields, text: text.join('\n'), raw, openedBy }
}

/**
 * The `data.components` of a submitted form, in the shape of the form.
 * @throws ImpossibleAction when a field is unknown, missing, too long or not among its options
 */
export function fillModal(modal: ModalView, values: Readonly<Record<string, FieldValue>>): Json[] {
  const known = new Map(modal.fields.map((field) => [field.customId, field]))
  for (const name of Object.keys(values)) {
    if (!known.has(name)) throw new ImpossibleAction(`the form has no field "${name}"; it has: ${[...known.keys()].join(', ')}`)
  }
  let last = 0
  const number = (component: Json): number => (typeof component['id'] === 'number' && component['id'] > 0 ? component['id'] : (last += 1))
  const answer = (component: Json): Json => {
    const field = known.get(textOf(component['custom_id']))
    const base = { type: component['type'], id: number(component) }
    return field ? { ...base, custom_id: field.customId, ...fieldValue(field, values[field.customId]) } : base
  }
  return listOf(modal.raw.components).map((part) => {
    const base = { type: part['type'], id: number(part) }
    if (isJson(part['component'])) return { ...base, component: answer(part['component']) }
    return part['type'] === ComponentType.ActionRow ? { ...base, components: listOf(part['components']).map(answer) } : base
  })
}

function fieldValue(field: ModalField, given: FieldValue | undefined): Json {
  const wrong = (why: string): ImpossibleAction => new ImpossibleAction(`the field "${field.customId}" ${why}`)
  if (field.type === ComponentType.TextInput) {
    const text = given ?? field.value
    if (typeof text !== 'string') throw wrong('takes a text')
    if (text === '' && field.required) throw wrong('is required')
    if (text.length > field.maxLength || (text !== '' && text.length < field.minLength)) throw wrong('is out of its length')
    return { value: text }
  }
  if (field.type === ComponentType.Checkbox) {
    if (given !== undefined && typeof given !== 'boolean') throw wrong('takes true or false')
    return { value: given ?? false }
  }
  const chosen = given === undefined ? field.preset : typeof given === 'string' ? [given] : given
  if (typeof chosen === 'boolean') throw wrong('takes chosen values')
  if (chosen.length === 0 && field.required) throw wrong('is required')
  const isCounted = field.type !== ComponentType.RadioGroup && chosen.length > 0
  if (isCounted && (chosen.length < field.minValues || chosen.length > field.maxValues)) throw wrong('takes another number of values')
  const unknown = field.options.length > 0 ? chosen.find((value) => !field.options.some((option) => option.value === value)) : undefined
  if (unknown !== undefined) throw wrong(`has no option ${unknown}`)
  return field.type === ComponentType.RadioGroup ? { value: chosen[0] ?? null } : { values: [...chosen] }
}

/** The message a form was opened from, when it was opened by a component. */
export const sourceOf = (modal: ModalView): APIMessage | undefined => ('message' in modal.openedBy ? modal.openedBy.message : undefined)
