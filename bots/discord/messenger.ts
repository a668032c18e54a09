import { MessageFlags, Routes, type REST } from 'discord.js'
import { z } from 'zod'
import type { Messenger } from '../../core/shared/chat-app.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language } from '../../core/shared/text.ts'
import { asFault, isGone, isUnreachable } from './api-trouble.ts'
import { renderReply } from './render-reply.ts'

/** developers/resources/user, "Create DM" */
const DirectChannel = z.object({ id: z.string() })

/** Direct messages and edits of messages sent before, for the worker that delivers the outbox. Rate limits are waited for by the REST client. */
export function discordMessenger(rest: REST, speak: Speak): Messenger {
  const request = (reply: Reply, language: Language) => {
    const { components, files } = renderReply(reply, language, speak)
    return {
      body: {
        components,
        flags: MessageFlags.IsComponentsV2,
        allowed_mentions: { parse: [] },
        // Names the new files; those of an earlier version that are not named are removed.
        attachments: files.map(({ name }, index) => ({ id: String(index), filename: name })),
      },
      files: files.map(({ name, data }) => ({ name, data })),
    }
  }
  return {
    async sendPrivate(userId, reply, language) {
      try {
        const channel = DirectChannel.parse(await rest.post(Routes.userChannels(), { body: { recipient_id: userId } }))
        await rest.post(Routes.channelMessages(channel.id), request(reply, language))
        return 'sent'
      } catch (error) {
        if (isUnreachable(error)) return 'unreachable'
        throw asFault(error)
      }
    },
    async edit({ chatId, messageId }, reply, language) {
      try {
        await rest.patch(Routes.channelMessage(chatId, messageId), request(reply, language))
        return 'edited'
      } catch (error) {
        if (isGone(error)) return 'gone'
        throw asFault(error)
      }
    },
  }
}
