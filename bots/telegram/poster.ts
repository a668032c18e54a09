import type { ForceReply, InlineKeyboardMarkup, ReplyKeyboardMarkup } from '@grammyjs/types'
import { ApiFailure } from './api-failure.ts'
import type { ChatAliases } from './chat-aliases.ts'
import type { RenderedFile, RenderedReply } from './render-reply.ts'
import type { SendQueue } from './send-queue.ts'
import type { TelegramApi } from './telegram-api.ts'

export interface Target {
  readonly chatId: number
  readonly threadId?: number
  readonly replyTo?: number
}

type Markup = InlineKeyboardMarkup | ForceReply | ReplyKeyboardMarkup

export interface PostOptions {
  /** In all; passing trouble is waited out between them. */
  readonly attempts: number
  /** Under the last text, when the reply has no buttons of its own. */
  readonly markup?: Markup
  readonly isSilent?: boolean
  /** Awaited each time a message is about to leave, when its turn has come; when it rejects, that message is not sent. */
  readonly sending?: () => Promise<void>
}

/** Puts rendered replies into chats, at the pace that the platform allows. Every method throws ApiFailure, or Fault `overload`. */
export interface Poster {
  /** @returns the id of the message that carries the text and the buttons */
  post(target: Target, rendered: RenderedReply, options: PostOptions): Promise<number>
  /** Changes a message of ours to a reply of one text. */
  edit(chatId: number, messageId: number, rendered: RenderedReply, attempts: number): Promise<'edited' | 'gone'>
}

export function createPoster({ api, queue, aliases }: { api: TelegramApi; queue: SendQueue; aliases: ChatAliases }): Poster {
  const send = <Result>(chatId: number, options: PostOptions, call: (chatId: number) => Promise<Result>): Promise<Result> =>
    queue.run(
      chatId,
      async () => {
        await options.sending?.()
        return aliases.reach(chatId, call)
      },
      options.attempts,
    )

  async function post(target: Target, rendered: RenderedReply, options: PostOptions): Promise<number> {
    const markup: Markup | undefined = rendered.keyboard ?? options.markup
    const common = (isLast: boolean, isFirst: boolean) => ({
      ...(target.threadId === undefined ? {} : { message_thread_id: target.threadId }),
      ...(target.replyTo === undefined || !isFirst
        ? {}
        : { reply_parameters: { message_id: target.replyTo, allow_sending_without_reply: true } }),
      ...(isLast && markup !== undefined ? { reply_markup: markup } : {}),
      ...(options.isSilent === true ? { disable_notification: true } : {}),
    })
    const sendFile = (file: RenderedFile, extra: object) =>
      send(target.chatId, options, (chat_id) =>
        // The platform refuses an empty file.
        api.call('sendDocument', {
          chat_id,
          document: { source: Buffer.from(file.content || '\n', 'utf8'), filename: file.name },
          ...extra,
        }),
      )
    const sendPicture = (data: Uint8Array, extra: object) =>
      send(target.chatId, options, (chat_id) =>
        api.call('sendPhoto', { chat_id, photo: { source: Buffer.from(data), filename: 'chart.png' }, ...extra }),
      )
    const { picture } = rendered
    if (rendered.fitsCaption && picture !== undefined) {
      const sent = await sendPicture(picture, { caption: rendered.texts[0], parse_mode: 'HTML', ...common(true, true) })
      return sent.message_id
    }
    const [onlyFile] = rendered.files
    if (rendered.fitsCaption && onlyFile !== undefined) {
      const sent = await sendFile(onlyFile, { caption: rendered.texts[0], parse_mode: 'HTML', ...common(true, true) })
      return sent.message_id
    }
    let messageId = 0
    for (const [index, text] of rendered.texts.entries()) {
      const sent = await send(target.chatId, options, (chat_id) =>
        api.call('sendMessage', {
          chat_id,
          text,
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          ...common(index === rendered.texts.length - 1, index === 0),
        }),
      )
      messageId = sent.message_id
    }
    if (picture !== undefined) await sendPicture(picture, common(false, false))
    for (const file of rendered.files) await sendFile(file, common(false, false))
    return messageId
  }

  async function edit(chatId: number, messageId: number, rendered: RenderedReply, attempts: number): Promise<'edited' | 'gone'> {
    try {
      // The messages of a group that became a supergroup stay behind with the old id, out of reach.
      await queue.run(
        chatId,
        () =>
          api.call('editMessageText', {
            chat_id: chatId,
            message_id: messageId,
            text: rendered.texts[0],
            parse_mode: 'HTML',
            link_preview_options: { is_disabled: true },
            ...(rendered.keyboard === undefined ? {} : { reply_markup: rendered.keyboard }),
          }),
        attempts,
      )
      return 'edited'
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      if (error.kind === 'unchanged') return 'edited'
      if (error.kind === 'gone' || error.kind === 'unreachable' || error.kind === 'moved') return 'gone'
      throw error
    }
  }
  return { post, edit }
}
