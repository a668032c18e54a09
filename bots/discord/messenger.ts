import { MessageFlags, Routes, type REST } from 'discord.js'
import { z } from 'zod'
import type { Picture } from '../../core/shared/chart.ts'
import type { Attempt, Messenger } from '../../core/shared/chat-app.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language } from '../../core/shared/text.ts'
import { asFault, isFileRefused, isGone, isUnreachable } from './api-trouble.ts'
import { createPace } from './pace.ts'
import { renderReply } from './render-reply.ts'

/** developers/resources/user, "Create DM"; developers/resources/message, "Create Message" */
const DirectChannel = z.object({ id: z.string() })
const CreatedMessage = z.object({ id: z.string(), channel_id: z.string() })

/** As `createRest` lets through while answers take 70 ms: what is noted as leaving then leaves at once, and does not wait for its turn there. */
const REQUESTS_A_SECOND = 42
/** “Past few minutes” (developers/resources/message, `enforce_nonce`): as long as we dare to count on. */
const REMEMBERS_NONCE_MS = 2 * MINUTE

/** Direct messages and edits of messages sent before, for the worker that delivers the outbox. Limits of channels are waited for by the REST client, the one of all requests is kept here. */
export function discordMessenger(rest: REST, speak: Speak): Messenger {
  const request = (reply: Reply, language: Language, nonce?: string, picture?: Picture) => {
    const { components, files } = renderReply(reply, language, speak, undefined, picture)
    return {
      body: {
        components,
        flags: MessageFlags.IsComponentsV2,
        allowed_mentions: { parse: [] },
        // Sent again, Discord answers with the message that it has.
        ...(nonce === undefined ? {} : { nonce, enforce_nonce: true }),
        // Names the new files; those of an earlier version that are not named are removed.
        attachments: files.map(({ name, description }, index) => ({
          id: String(index),
          filename: name,
          ...(description === undefined ? {} : { description }),
        })),
      },
      files: files.map(({ name, data }) => ({ name, data })),
    }
  }
  const pace = createPace(REQUESTS_A_SECOND)
  const create = async (channelId: string, reply: Reply, language: Language, attempt?: Attempt, picture?: Picture) => {
    await pace()
    await attempt?.sending()
    return CreatedMessage.parse(await rest.post(Routes.channelMessages(channelId), request(reply, language, attempt?.nonce, picture)))
  }
  return {
    remembersNonceMs: REMEMBERS_NONCE_MS,
    async sendPrivate(userId, reply, { language }, attempt) {
      try {
        await pace()
        const channel = DirectChannel.parse(await rest.post(Routes.userChannels(), { body: { recipient_id: userId } }))
        await create(channel.id, reply, language, attempt)
        return 'sent'
      } catch (error) {
        if (isUnreachable(error)) return 'unreachable'
        throw asFault(error)
      }
    },
    async post({ chatId, threadId }, reply, { language }, attempt, picture) {
      const send = (shown?: Picture) => create(threadId ?? chatId, reply, language, attempt, shown)
      try {
        const { id, channel_id } = await send(picture).catch((error: unknown) => {
          // Refused: nothing was posted, and the words alone may be welcome.
          if (picture === undefined || !isFileRefused(error)) throw error
          return send()
        })
        return { platform: 'discord', chatId: channel_id, messageId: id }
      } catch (error) {
        throw asFault(error)
      }
    },
    async edit({ chatId, messageId }, reply, language) {
      try {
        await pace()
        await rest.patch(Routes.channelMessage(chatId, messageId), request(reply, language))
        return 'edited'
      } catch (error) {
        if (isGone(error)) return 'gone'
        throw asFault(error)
      }
    },
  }
}
