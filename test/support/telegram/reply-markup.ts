import { badRequest } from './api-refusal.ts'
import type { ApiButton, ApiChat, Payload } from './api-types.ts'
import { isTelegramUrl } from './parse-html.ts'
import { optionalPart, replyMarkupShape, type GivenButton } from './payload-shapes.ts'

export const MAX_CALLBACK_DATA_BYTES = 64
const MAX_BUTTONS = 100
const MAX_BUTTONS_IN_ROW = 8

const KINDS = [
  'url',
  'callback_data',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
]

/**
 * The keyboard of a message, checked. A Message carries only inline keyboards; of the other kinds it shows nothing.
 * @returns the keyboard to show; undefined when there is none or it has no button
 */
export function readReplyMarkup(payload: Payload, chat: ApiChat): { inline_keyboard: ApiButton[][] } | undefined {
  const markup = optionalPart(payload, 'reply_markup', replyMarkupShape)
  if (markup === undefined) return undefined
  if (chat.type === 'channel' && markup.inline_keyboard === undefined) throw badRequest('inline keyboard expected')
  if (markup.inline_keyboard === undefined) return undefined
  const rows = markup.inline_keyboard.filter((row) => row.length > 0)
  const count = rows.reduce((sum, row) => sum + row.length, 0)
  if (count > MAX_BUTTONS || rows.some((row) => row.length > MAX_BUTTONS_IN_ROW)) throw badRequest('reply markup is too long')
  for (const [index, button] of rows.flat().entries()) checkButton(button, index, chat)
  if (rows.length === 0) return undefined
  return { inline_keyboard: rows.map((row) => row.map(({ hide: _hide, ...button }): ApiButton => button)) }
}

function checkButton(button: GivenButton, index: number, chat: ApiChat): void {
  if (button.text.trim() === '') throw badRequest('BUTTON_TEXT_INVALID')
  const kinds = KINDS.filter((kind) => button[kind] !== undefined)
  if (kinds.length === 0) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
  }
  if (kinds.length > 1) throw badRequest(`can't parse inline keyboard button: exactly one of ${kinds.join(', ')} may be used`)
  if (button.callback_data !== undefined) {
    const bytes = Buffer.byteLength(button.callback_data)
    if (bytes < 1 || bytes > MAX_CALLBACK_DATA_BYTES) throw badRequest('BUTTON_DATA_INVALID')
  }
  if (button.url !== undefined && !isTelegramUrl(button.url)) {
    throw badRequest(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`)
  }
  const webApp = button.web_app
  if (webApp !== undefined) {
    if (chat.type !== 'private') throw badRequest('BUTTON_TYPE_INVALID')
    if (!webApp.url.startsWith('https://')) {
      throw badRequest(`inline keyboard button Web App URL '${webApp.url}' is invalid: Only HTTPS links are allowed`)
    }
  }
  if (button['pay'] !== undefined && index !== 0) throw badRequest('the pay button must be the first')
  const copied = button.copy_text?.text
  if (copied !== undefined && (copied.length < 1 || copied.length > 256)) throw badRequest('BUTTON_COPY_TEXT_INVALID')
}
