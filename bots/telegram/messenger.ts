import type { ChatApp, MessageReference, Messenger } from '../../core/shared/chat-app.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Language } from '../../core/shared/text.ts'
import { ApiFailure } from './api-failure.ts'
import type { Poster } from './poster.ts'
import { renderReply } from './render-reply.ts'

/** For the worker that delivers the outbox: it tries again by itself, so here every call is tried once. Ids are Telegram's, as decimal text. */
export function createMessenger({ app, poster }: { app: Pick<ChatApp, 'speak' | 'publicOrigin'>; poster: Poster }): Messenger {
  const render = (reply: Reply, language: Language, shape: 'one' | 'several') =>
    renderReply({ reply, language, timeZone: 'UTC' }, { speak: app.speak, publicOrigin: app.publicOrigin, shape })
  return {
    async sendPrivate(userId, reply, language) {
      try {
        await poster.post({ chatId: Number(userId) }, render(reply, language, 'several'), { attempts: 1 })
        return 'sent'
      } catch (error) {
        if (error instanceof ApiFailure && error.kind === 'unreachable') return 'unreachable'
        throw inWordsOfTheHouse(error)
      }
    },
    async edit(message: MessageReference, reply, language) {
      try {
        return await poster.edit(Number(message.chatId), Number(message.messageId), render(reply, language, 'one'), 1)
      } catch (error) {
        throw inWordsOfTheHouse(error)
      }
    },
  }
}

const inWordsOfTheHouse = (error: unknown): unknown => (error instanceof ApiFailure ? error.toFault() : error)
