import type { Picture } from '../../core/shared/chart.ts'
import type { Attempt, ChatApp, MessageReference, Messenger } from '../../core/shared/chat-app.ts'
import { Fault } from '../../core/shared/fault.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Language } from '../../core/shared/text.ts'
import { ApiFailure } from './api-failure.ts'
import type { ChatAliases } from './chat-aliases.ts'
import type { Poster } from './poster.ts'
import { renderReply } from './render-reply.ts'

export interface MessengerParts {
  readonly app: Pick<ChatApp, 'speak' | 'publicOrigin'>
  readonly poster: Poster
  readonly aliases: ChatAliases
}

/**
 * For the worker that delivers the outbox: it tries again by itself, so here every call is tried once. Ids are Telegram's, as decimal text. Telegram knows no
 * nonce: a message whose answer was lost may be there, and sent again it would be there twice.
 */
export function createMessenger({ app, poster, aliases }: MessengerParts): Messenger {
  const render = (reply: Reply, language: Language, shape: 'one' | 'several', timeZone = 'UTC', picture?: Picture) =>
    renderReply(
      { reply, language, timeZone, ...(picture === undefined ? {} : { picture }) },
      { speak: app.speak, publicOrigin: app.publicOrigin, shape },
    )
  return {
    remembersNonceMs: 0,
    async sendPrivate(userId, reply, { language, timeZone }, attempt) {
      const parts = countedParts(attempt)
      try {
        await poster.post({ chatId: Number(userId) }, render(reply, language, 'several', timeZone), { attempts: 1, sending: parts.sending })
        return 'sent'
      } catch (error) {
        if (error instanceof ApiFailure && error.kind === 'unreachable') return 'unreachable'
        throw inWordsOfTheHouse(error, parts.begun() > 1)
      }
    },
    async post({ chatId, threadId }, reply, { language, timeZone }, { sending }, picture) {
      const thread = threadId === undefined ? {} : { threadId: Number(threadId) }
      // One message, whatever it takes: half of one could not be taken back.
      const send = (shown?: Picture) =>
        poster.post({ chatId: Number(chatId), ...thread }, render(reply, language, 'one', timeZone, shown), { attempts: 1, sending })
      try {
        const messageId = await send(picture).catch((error: unknown) => {
          // Such as a group that lets nobody send photos: nothing was posted, and the words alone may be welcome.
          if (picture === undefined || !(error instanceof ApiFailure) || error.kind !== 'refused') throw error
          return send()
        })
        return { platform: 'telegram', chatId: String(aliases.current(Number(chatId))), messageId: String(messageId) }
      } catch (error) {
        throw inWordsOfTheHouse(error)
      }
    },
    async edit(message: MessageReference, reply, language, timeZone) {
      try {
        return await poster.edit(Number(message.chatId), Number(message.messageId), render(reply, language, 'one', timeZone), 1)
      } catch (error) {
        throw inWordsOfTheHouse(error)
      }
    },
  }
}

/** How many messages of a reply in several parts have begun to leave. */
function countedParts(attempt: Attempt | undefined): { sending: () => Promise<void>; begun: () => number } {
  let begun = 0
  return {
    async sending() {
      await attempt?.sending()
      begun += 1
    },
    begun: () => begun,
  }
}

/** @param isHalfDone an earlier part has arrived: the whole must not be repeated blindly */
function inWordsOfTheHouse(error: unknown, isHalfDone = false): unknown {
  if (!(error instanceof ApiFailure)) return error
  const fault = error.toFault()
  return isHalfDone ? new Fault(fault.source, fault.message, { retryable: fault.retryable, mayHaveHappened: true, cause: error }) : fault
}
