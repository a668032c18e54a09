import type { ForceReply, ReplyKeyboardMarkup } from '@grammyjs/types'
import type { ChatApp, Prompt } from '../../core/shared/chat-app.ts'
import { fieldOf } from '../../core/shared/field-of.ts'
import type { Language, Text } from '../../core/shared/text.ts'
import { pieces } from './page.ts'
import type { Target } from './poster.ts'
import { telegramTexts } from './telegram.texts.ts'
import { exactStyle } from './writing-style.ts'

const { say } = telegramTexts

/** What is shown under a refusal that asks for a value. */
export interface Question {
  readonly text: Text
  readonly markup: ForceReply | ReplyKeyboardMarkup
}

const MOST_CHOICES = 24
const LONGEST_PLACEHOLDER = 64

/** A keyboard with the choices where there are few, otherwise an open line. Undefined for a field that the command does not have. */
export function questionFor(
  app: Pick<ChatApp, 'commands' | 'speak'>,
  ask: Pick<Prompt, 'command' | 'field'>,
  language: Language,
): Question | undefined {
  const meta = fieldOf(app.commands, ask)
  if (meta === undefined) return undefined
  const text = say('askValue', { field: meta.label })
  const placeholder = pieces(app.speak(meta.label, language, exactStyle('UTC')), LONGEST_PLACEHOLDER)[0] ?? ''
  const choices = meta.kind === 'boolean' ? (language === 'zh' ? ['是', '否'] : ['yes', 'no']) : (meta.choices ?? [])
  const hint = placeholder === '' ? {} : { input_field_placeholder: placeholder }
  if (choices.length === 0 || choices.length > MOST_CHOICES) return { text, markup: { force_reply: true, ...hint } }
  const keyboard = choices.reduce<{ text: string }[][]>((rows, choice) => {
    const row = rows.at(-1)
    if (row !== undefined && row.length < 2) row.push({ text: choice })
    else rows.push([{ text: choice }])
    return rows
  }, [])
  return { text, markup: { keyboard, one_time_keyboard: true, resize_keyboard: true, ...hint } }
}

/** No field of a command has this name: it marks where the conversation began, and never reaches a command. */
const PLACE = '@place'

/** Keeps with a waiting question the group in which its command was given, so that a public answer appears there even after a restart. */
export function withGroup(prompt: Prompt, group: Target | undefined): Prompt {
  if (group === undefined) return prompt
  return { ...prompt, input: { ...prompt.input, [PLACE]: `${group.chatId} ${group.threadId ?? 0} ${group.replyTo ?? 0}` } }
}

export function takeGroup(prompt: Prompt): { prompt: Prompt; group: Target | undefined } {
  const { [PLACE]: place, ...input } = prompt.input
  const [chatId = 0, threadId = 0, replyTo = 0] = place?.split(' ').map(Number) ?? []
  const group = { chatId, ...(threadId === 0 ? {} : { threadId }), ...(replyTo === 0 ? {} : { replyTo }) }
  return { prompt: { ...prompt, input }, group: chatId === 0 ? undefined : group }
}
