import type { Attempt, Messenger, PostTarget } from '../../core/shared/chat-app.ts'
import type { Platform } from '../../core/shared/actor.ts'
import { Fault } from '../../core/shared/fault.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import type { Reply } from '../../core/shared/reply.ts'

/** What befalls one call: nothing; a refusal for now or for good; the line breaks before or after the message arrived. */
export type Weather = 'fair' | 'busy' | 'closed' | 'lost-before' | 'lost-after'

export interface Pinned {
  readonly chat: string
  readonly text: string
  readonly nonce: string
}

/** A chat platform in memory: what was posted, in order. With `remembers` it takes the same nonce for the same message, as Discord does. */
export interface PaperPlatform {
  readonly messenger: Messenger
  readonly posted: readonly Pinned[]
  readonly edits: readonly { readonly messageId: string; readonly text: string }[]
  /** Most calls that were under way in one chat, and in all, at once. */
  readonly most: { inOneChat: number; together: number }
}

export function paperPlatform(
  platform: Platform,
  remembers: boolean,
  weatherOf: () => Weather,
  textOf: (reply: Reply) => string,
): PaperPlatform {
  const posted: Pinned[] = []
  const edits: { messageId: string; text: string }[] = []
  const most = { inOneChat: 0, together: 0 }
  const underWay: string[] = []

  async function put(chat: string, reply: Reply, { nonce, sending }: Attempt): Promise<string> {
    underWay.push(chat)
    most.together = Math.max(most.together, underWay.length)
    most.inOneChat = Math.max(most.inOneChat, underWay.filter((each) => each === chat).length)
    try {
      await sending()
      // Others get their turn while a call is under way.
      await new Promise((done) => setImmediate(done))
      const weather = weatherOf()
      const fault = (message: string, retryable: boolean, mayHaveHappened: boolean): Fault =>
        new Fault(platform, message, { retryable, mayHaveHappened })
      if (weather === 'busy') throw fault('429', true, false)
      if (weather === 'closed') throw fault('the chat is closed', false, false)
      if (weather === 'lost-before') throw fault('no answer', true, true)
      const earlier = remembers ? posted.findIndex((each) => each.nonce === nonce) : -1
      const place = earlier >= 0 ? earlier : posted.push({ chat, text: textOf(reply), nonce }) - 1
      if (weather === 'lost-after') throw fault('no answer', true, true)
      return String(place)
    } finally {
      underWay.splice(underWay.indexOf(chat), 1)
    }
  }
  return {
    posted,
    edits,
    most,
    messenger: {
      remembersNonceMs: remembers ? 2 * MINUTE : 0,
      async sendPrivate(userId, reply, _reader, attempt) {
        if (attempt === undefined) throw new Error('a private message of the outbox has an attempt')
        await put(`private:${userId}`, reply, attempt)
        return 'sent'
      },
      async post(target: PostTarget, reply, _readers, attempt) {
        const { chatId } = target
        return { platform, chatId, messageId: await put(chatId, reply, attempt) }
      },
      edit(message, reply) {
        edits.push({ messageId: message.messageId, text: textOf(reply) })
        return Promise.resolve('edited')
      },
    },
  }
}
