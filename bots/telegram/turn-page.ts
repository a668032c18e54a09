import type { InlineKeyboardButton } from '@grammyjs/types'
import type { Answer } from '../../core/shared/dispatch.ts'
import { renderReply, type RenderedReply } from './render-reply.ts'
import { wordsOf, type Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'
import { exactStyle } from './writing-style.ts'

const { say } = telegramTexts

/** A kept answer opened at a page, as the data of a button carries it: `p1.<id>.<page>`. No token of a command has a dot. */
export interface PageRequest {
  readonly id: string
  /** The first is 0. */
  readonly page: number
}

export function readPageRequest(data: string): PageRequest | undefined {
  const [, id = '', page = ''] = /^p1\.([A-Za-z0-9_-]{8,24})\.(\d{1,3})$/.exec(data) ?? []
  return id === '' ? undefined : { id, page: Number(page) }
}

/** One page of a long answer with the buttons to its neighbours under it. What the answer itself has, buttons and files, stays: buttons on every page, files and picture with the first. */
export function pageOf(surface: Surface, answer: Answer, { id, page }: PageRequest): RenderedReply {
  const whole = renderReply(answer, { ...wordsOf(surface), shape: 'pages' })
  const shown = Math.min(page, whole.texts.length - 1)
  const turn = (key: 'previousPage' | 'nextPage', to: number): InlineKeyboardButton[] =>
    to < 0 || to >= whole.texts.length
      ? []
      : [{ text: surface.app.speak(say(key), answer.language, exactStyle('UTC')), callback_data: `p1.${id}.${to}` }]
  const row = [...turn('previousPage', shown - 1), ...turn('nextPage', shown + 1)]
  return {
    texts: [whole.texts[shown] ?? whole.texts[0]],
    files: shown === 0 ? whole.files : [],
    ...(shown === 0 && whole.picture !== undefined ? { picture: whole.picture } : {}),
    keyboard: { inline_keyboard: [...(row.length === 0 ? [] : [row]), ...(whole.keyboard?.inline_keyboard ?? [])] },
    fitsCaption: false,
  }
}
