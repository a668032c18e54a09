import {
  ComponentType,
  TextInputStyle,
  type APIComponentInLabel,
  type APIModalInteractionResponseCallbackData,
  type ModalSubmitInteraction,
} from 'discord.js'
import { PAGE_QUESTIONS, type FormPage, type Question } from '../../core/shared/form-page.ts'
import { MOST_OPTIONS } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language, Text, TextValue } from '../../core/shared/text.ts'
import { discordTexts } from './discord.texts.ts'
import { cutPlain, plainStyle } from './markdown.ts'

const { say } = discordTexts

/** Limits of a modal (developers/components/reference, "Label", "Text Input" and "String Select"). */
const MAX_TITLE = 45
const MAX_LABEL = 45
const MAX_DESCRIPTION = 100
const MAX_TEXT = 4000
const MAX_OPTION = 100
/** What a filled-in page becomes. */
export const PAGE_COMMAND = 'form page'
const PAGE = 'p1:'
/** `FRM-12`: all that the modal carries. Whose draft it is and what is right is decided anew when it comes back. */
const FORM = /^p1:([A-Z]{1,8}-\d{1,9})$/

export const formOfPage = (customId: string): string | undefined => FORM.exec(customId)?.[1]

/** A page of questions as a modal, with what the draft has. */
export function pageModal(
  { form, title, page, pages, questions }: FormPage,
  language: Language,
  speak: Speak,
): APIModalInteractionResponseCallbackData {
  const write = (text: TextValue, max: number): string => cutPlain(speak(text, language, plainStyle).replaceAll(/\s+/g, ' ').trim(), max)
  return {
    custom_id: `${PAGE}${form}`,
    title: write(pages === 1 ? title : say('pageTitle', { title, page, pages }), MAX_TITLE) || form,
    components: questions.slice(0, PAGE_QUESTIONS).map((question) => {
      const help = question.help === undefined ? '' : write(question.help, MAX_DESCRIPTION)
      return {
        type: ComponentType.Label,
        label: write(question.label, MAX_LABEL) || question.id,
        ...(help === '' ? {} : { description: help }),
        component: inputFor(question, (text) => write(text, MAX_OPTION)),
      }
    }),
  }
}

function inputFor(question: Question, write: (text: Text) => string): APIComponentInLabel {
  const { id, entry, required, value } = question
  if (entry === 'one' || entry === 'several') return selectFor(question, write)
  const typed = (typeof value === 'string' ? value : value.join(', ')).toWellFormed()
  const preset = cutPlain(entry === 'lines' ? typed : typed.replaceAll(/\s*\n\s*/g, ' '), MAX_TEXT)
  return {
    type: ComponentType.TextInput,
    custom_id: id,
    style: entry === 'lines' ? TextInputStyle.Paragraph : TextInputStyle.Short,
    required,
    // What was too long is shown whole, so that it can be shortened.
    max_length: Math.max(preset.length, Math.min(question.maxLength, MAX_TEXT)),
    ...(preset.trim() === '' ? {} : { value: preset }),
  }
}

function selectFor({ id, entry, required, options, least, most, value }: Question, write: (text: Text) => string): APIComponentInLabel {
  const shown = options.slice(0, MOST_OPTIONS)
  const chosen: readonly string[] = typeof value === 'string' ? [value] : value
  const max = entry === 'one' ? 1 : Math.min(most, shown.length)
  const preset = shown.filter((option) => chosen.includes(option.value)).slice(0, max)
  return {
    type: ComponentType.StringSelect,
    custom_id: id,
    required,
    min_values: required ? Math.min(max, Math.max(1, least)) : 0,
    max_values: max,
    options: shown.map((option) => ({
      value: option.value,
      label: write(option.label) || option.value,
      ...(preset.includes(option) ? { default: true } : {}),
    })),
  }
}

/** What was entered, by question. */
export function readPage({ fields }: ModalSubmitInteraction): Readonly<Record<string, string | readonly string[]>> {
  const entered = [...fields.fields.values()].flatMap((component): [string, string | readonly string[]][] => {
    const { customId } = component
    if (component.type === ComponentType.TextInput) return [[customId, component.value]]
    if (component.type === ComponentType.StringSelect) return [[customId, [...component.values]]]
    return []
  })
  return Object.fromEntries(entered)
}
