import type { UserFromGetMe } from '@grammyjs/types'
import type { Bot, ChatApp } from '../../core/shared/chat-app.ts'
import { Fault } from '../../core/shared/fault.ts'
import { ApiFailure } from './api-failure.ts'
import { createChatAliases, type ChatAliases } from './chat-aliases.ts'
import { handleUpdate } from './handle-update.ts'
import { createKeptAnswers } from './kept-answers.ts'
import { createLinkTags } from './link-tags.ts'
import { setMenus } from './menus.ts'
import { createMessenger } from './messenger.ts'
import { createPatience } from './patience.ts'
import { createPoster } from './poster.ts'
import { createSendQueue } from './send-queue.ts'
import type { Surface } from './surface.ts'
import { createTelegramApi, type TelegramApi } from './telegram-api.ts'
import { backgroundTimers, realTimers, type Timers } from './timers.ts'
import { startUpdateLoop } from './update-loop.ts'

export interface TelegramBotOptions {
  readonly app: ChatApp
  readonly token: string
  /** Without a slash at the end: `https://api.telegram.org`, or a Bot API server of one's own. */
  readonly apiUrl: string
  /** The group of the community, as our database knows it; its place there is checked at the start. */
  readonly chatId?: string
}

const START_ATTEMPTS = 4

/**
 * Connects and begins to hear. Resolves when the token is proved; long polling then goes on by itself.
 * @throws Fault `telegram`: not retryable for a wrong token, retryable when the platform does not answer
 */
export async function startTelegramBot({ app, token, apiUrl, chatId }: TelegramBotOptions): Promise<Bot> {
  const timers = realTimers
  const api = createTelegramApi({ token, apiUrl })
  const me = await introduce(api, timers)
  const aliases = createChatAliases((from, to) => {
    app.log.warn({ from, to }, 'a Telegram group became a supergroup and has a new id; give the new one in the settings if they name it')
  })
  const queue = createSendQueue(backgroundTimers)
  const poster = createPoster({ api, queue, aliases })
  const tags = createLinkTags(token)
  const patience = createPatience(timers, app.log, () => queue.isFull())
  const surface: Surface = { app, patience, api, queue, poster, aliases, tags, kept: createKeptAnswers(), timers, username: me.username }
  await leaveWebhook(api, app)
  await setMenus(api, app)
  if (chatId !== undefined) await visitHome(api, app, aliases, chatId)
  const loop = startUpdateLoop({ api, timers, log: app.log, handle: (update) => handleUpdate(surface, update) })
  app.log.info({ username: me.username }, 'the Telegram bot hears')
  return {
    messenger: createMessenger({ app, poster, aliases }),
    isConnected: () => loop.isConnected(),
    async stop() {
      await loop.stop()
      await patience.drain()
    },
  }
}

/** Who we are; proves the token. */
async function introduce(api: TelegramApi, timers: Timers): Promise<UserFromGetMe> {
  for (let tried = 1; ; tried++) {
    try {
      return await api.call('getMe', {})
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      if (error.kind === 'unauthorized') {
        const sentence = 'Telegram does not accept the bot token. Copy the whole token that @BotFather gave you into TELEGRAM_TOKEN.'
        throw new Fault('telegram', sentence, { retryable: false, cause: error })
      }
      if (tried >= START_ATTEMPTS || (error.kind !== 'temporary' && error.kind !== 'limited')) throw error.toFault()
      await timers.sleep(error.retryAfterMs ?? 250 * 2 ** tried)
    }
  }
}

/** A webhook of an earlier set-up would keep every update from us. Nothing that waits there is lost. */
async function leaveWebhook(api: TelegramApi, app: ChatApp): Promise<void> {
  try {
    const { url } = await api.call('getWebhookInfo', {})
    if (url === undefined || url === '') return
    app.log.warn(
      { host: URL.parse(url)?.host ?? 'unknown' },
      'a webhook was set for this Telegram token; it is taken off, since this process asks for updates',
    )
    await api.call('deleteWebhook', {})
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    app.log.warn({ reason: error.message }, 'whether a Telegram webhook is set could not be found out')
  }
}

/** Tells the operator early when the bot cannot speak in the community's own group, and learns its new id if it moved. */
async function visitHome(api: TelegramApi, app: ChatApp, aliases: ChatAliases, chatId: string): Promise<void> {
  try {
    await aliases.reach(Number(chatId), (chat_id) => api.call('getChat', { chat_id }))
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    app.log.error(
      { chatId, reason: error.message },
      'the Telegram bot is not in the group of the community: add it there, or correct TELEGRAM_CHAT_ID',
    )
  }
}
