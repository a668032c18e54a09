import {
  ComponentType,
  TextInputStyle,
  type APIComponentInLabel,
  type APIModalInteractionResponseCallbackData,
  type ModalSubmitInteraction,
} from 'discord.js'
import { PAGE_INPUTS, type FormPage, type Question } from '../../core/shared/form-page.ts'
import { readUploadPage, uploadIdOf, uploadPage } from '../../core/forms/upload.ts'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import { MOST_OPTIONS } from '../../core/shared/reply.ts'
import type { Language, Text, TextValue } from '../../core/shared/text.ts'
import { discordTexts } from './discord.texts.ts'
import type { Attachment } from './load-attachment.ts'
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
  { speak, publicOrigin }: Pick<ChatApp, 'speak' | 'publicOrigin'>,
): APIModalInteractionResponseCallbackData {
  const write = (text: TextValue, max: number): string => cutPlain(speak(text, language, plainStyle).replaceAll(/\s+/g, ' ').trim(), max)
  return {
    custom_id: `${PAGE}${form}`,
    title: write(pages === 1 ? title : say('pageTitle', { title, page, pages }), MAX_TITLE) || form,
    components: questions
      .flatMap((question): APIModalInteractionResponseCallbackData['components'] => {
        const help = question.help === undefined ? '' : write(question.help, MAX_DESCRIPTION)
        const labelled = {
          type: ComponentType.Label,
          label: write(question.label, MAX_LABEL) || question.id,
          ...(help === '' ? {} : { description: help }),
        } as const
        if (question.entry !== 'file') return [{ ...labelled, component: inputFor(question, (text) => write(text, MAX_OPTION)) }]
        return [
          { ...labelled, component: uploadFor(question) },
          {
            type: ComponentType.Label,
            label: write(say('orLink', { field: question.label }), MAX_LABEL) || question.id,
            ...(question.upload === undefined ? {} : { description: write(say('keepsFile'), MAX_DESCRIPTION) }),
            component: linkFor(question, publicOrigin),
          },
        ]
      })
      .slice(0, PAGE_INPUTS),
  }
}

/** `custom_id` of the file of a question; no question has a dot in its name. */
const FILE = '.file'

/** Either of the two inputs may stay empty, so neither is required by itself; what is missing is told when the page came. */
function uploadFor({ id }: Question): APIComponentInLabel {
  return { type: ComponentType.FileUpload, custom_id: `${id}${FILE}`, required: false, min_values: 0, max_values: 1 }
}

/** A file that the draft has stands there as its page: whoever leaves it keeps it. */
function linkFor({ id, value, maxLength }: Question, publicOrigin: string): APIComponentInLabel {
  const typed = typeof value === 'string' ? value : value.join(', ')
  const upload = uploadIdOf(typed)
  const shown = upload === undefined ? typed : `${publicOrigin}${uploadPage(upload)}`
  return textInput(id, shown, { isLong: false, required: false, maxLength })
}

function inputFor(question: Question, write: (text: Text) => string): APIComponentInLabel {
  const { id, entry, required, value } = question
  if (entry === 'one' || entry === 'several') return selectFor(question, write)
  const typed = typeof value === 'string' ? value : value.join(', ')
  return textInput(id, typed, { isLong: entry === 'lines', required, maxLength: question.maxLength })
}

function textInput(
  id: string,
  value: string,
  { isLong, required, maxLength }: { readonly isLong: boolean; readonly required: boolean; readonly maxLength: number },
): APIComponentInLabel {
  const typed = value.toWellFormed()
  const preset = cutPlain(isLong ? typed : typed.replaceAll(/\s*\n\s*/g, ' '), MAX_TEXT)
  return {
    type: ComponentType.TextInput,
    custom_id: id,
    style: isLong ? TextInputStyle.Paragraph : TextInputStyle.Short,
    required,
    // What was too long is shown whole, so that it can be shortened.
    max_length: Math.max(preset.length, Math.min(maxLength, MAX_TEXT)),
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

/** What was entered and attached, by question. */
export interface PageEntries {
  readonly answers: Readonly<Record<string, string | readonly string[]>>
  readonly files: readonly (readonly [question: string, file: Attachment])[]
}

/** What was entered and attached. @param publicOrigin of our own pages: the address of a file of ours is that file */
export function readPage({ fields }: ModalSubmitInteraction, publicOrigin: string): PageEntries {
  const components = [...fields.fields.values()]
  const answers = components.flatMap((component): [string, string | readonly string[]][] => {
    const { customId } = component
    if (component.type === ComponentType.TextInput) return [[customId, readUploadPage(component.value, publicOrigin)]]
    if (component.type === ComponentType.StringSelect) return [[customId, [...component.values]]]
    return []
  })
  const files = components.flatMap((component): [string, Attachment][] => {
    if (component.type !== ComponentType.FileUpload || !component.customId.endsWith(FILE)) return []
    // Where nothing was attached the library has no list at all.
    const file = fields.getUploadedFiles(component.customId, false)?.first()
    return file === undefined ? [] : [[component.customId.slice(0, -FILE.length), file]]
  })
  return { answers: Object.fromEntries(answers), files }
}
