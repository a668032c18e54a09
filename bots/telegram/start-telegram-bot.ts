import type { Update, UserFromGetMe } from '@grammyjs/types'
import type { ChatMemory, KeptAnswers, UpdateInbox } from '../../core/chats/chats.port.ts'
import type { Bot, ChatApp } from '../../core/shared/chat-app.ts'
import { Fault } from '../../core/shared/fault.ts'
import { ApiFailure } from './api-failure.ts'
import { createChatAliases, type ChatAliases } from './chat-aliases.ts'
import { handleUpdate } from './handle-update.ts'
import { startInboxLoop } from './inbox-loop.ts'
import { inspectChat } from './inspect-chat.ts'
import { createLinkTags } from './link-tags.ts'
import { setMenus } from './menus.ts'
import { createMessenger } from './messenger.ts'
import { createPatience } from './patience.ts'
import { createPoster } from './poster.ts'
import { rememberingPoster, respectfulMessenger } from './reach.ts'
import { createSendQueue } from './send-queue.ts'
import type { Surface } from './surface.ts'
import { createTelegramApi, type TelegramApi } from './telegram-api.ts'
import { backgroundTimers, realTimers, type Timers } from './timers.ts'
import { startUpdateLoop, type UpdateLoop } from './update-loop.ts'
import { setWebhook, watchWebhook, type Webhook } from './webhook.ts'

/** What the bot remembers, and shares with other processes. */
export interface TelegramRecords {
  readonly inbox: UpdateInbox
  readonly memory: ChatMemory
  readonly kept: KeptAnswers
  /** Tells operators. */
  alert(code: 'telegram-webhook-changed', details: Readonly<Record<string, string>>): Promise<void>
  /** Calls `listener` whenever this very process stored an update; gives the way to end that. Other processes are noticed by looking. */
  onStored(listener: () => void): () => void
}

export interface TelegramBotOptions {
  readonly app: ChatApp
  readonly token: string
  /** Without a slash at the end: `https://api.telegram.org`, or a Bot API server of one's own. */
  readonly apiUrl: string
  /** The group of the community, as our database knows it; its place there is checked at the start. */
  readonly chatId?: string
  readonly records: TelegramRecords
  /** Undefined: long polling. */
  readonly webhook?: Webhook | undefined
}

const START_ATTEMPTS = 4
/** How often to look for updates that another process stored. */
const LOOK_MS = 200
/** With long polling only what an earlier webhook left is there. */
const RARELY_MS = 10_000

/**
 * Connects and begins to hear. Resolves when the token is proved; hearing then goes on by itself.
 * @throws Fault `telegram`: not retryable for a wrong token, retryable when the platform does not answer; `database` when what is remembered can not be read
 */
export async function startTelegramBot({ app, token, apiUrl, chatId, records, webhook }: TelegramBotOptions): Promise<Bot> {
  const timers = realTimers
  const { memory, inbox, kept } = records
  const { log } = app
  const api = createTelegramApi({ token, apiUrl })
  const me = await introduce(api, timers)
  const aliases = createChatAliases(await memory.moves('telegram'), (from, to) => noteMove(records, timers, app, from, to))
  const queue = createSendQueue(backgroundTimers)
  const poster = rememberingPoster(createPoster({ api, queue, aliases }), { memory, timers, log })
  const tags = createLinkTags(token)
  const patience = createPatience(timers, log, () => queue.isFull())
  const { username } = me
  const surface: Surface = { app, patience, api, queue, poster, aliases, memory, tags, kept, timers, username }
  const handle = (update: Update) => handleUpdate(surface, update)
  const hearing = await hear()
  await setMenus(api, app)
  if (chatId !== undefined) await visitHome(api, app, aliases, chatId)
  log.info({ username, webhook: webhook !== undefined }, 'the Telegram bot hears')
  return {
    messenger: respectfulMessenger(createMessenger({ app, poster, aliases }), memory),
    inspect: (communityId) => inspectChat(api, aliases, me.id, communityId),
    isConnected: () => hearing.isConnected(),
    async stop() {
      await hearing.stop()
      await patience.drain()
    },
  }

  async function hear(): Promise<UpdateLoop> {
    if (webhook === undefined) await leaveWebhook(api, app)
    else await claimWebhook(api, webhook)
    const report = (error: unknown, key: string) => void app.report(error, { command: 'telegram', key })
    const stored = startInboxLoop({ inbox, timers, log, idleMs: webhook === undefined ? RARELY_MS : LOOK_MS, handle, report })
    const deaf = records.onStored(() => stored.wake())
    const onForeign = (host: string) => void tellOfWebhook(records, app, host)
    const heard =
      webhook === undefined
        ? startUpdateLoop({ api, timers, log, record: inbox, handle, onForeignWebhook: () => onForeign('unknown') })
        : watchWebhook({ api, timers, log, webhook, onForeign })
    return {
      isConnected: () => heard.isConnected(),
      async stop() {
        deaf()
        await Promise.all([stored.stop(), heard.stop()])
      },
    }
  }
}

async function claimWebhook(api: TelegramApi, webhook: Webhook): Promise<void> {
  try {
    await setWebhook(api, webhook)
  } catch (error) {
    throw error instanceof ApiFailure ? error.toFault() : error
  }
}

async function tellOfWebhook(records: TelegramRecords, app: ChatApp, host: string): Promise<void> {
  try {
    await records.alert('telegram-webhook-changed', { host })
  } catch (error) {
    app.log.error({ reason: error instanceof Error ? error.message : String(error) }, 'operators could not be told of a changed webhook')
  }
}

/** Never throws: what could not be written down is met again after a restart. */
async function noteMove({ memory }: TelegramRecords, timers: Timers, { log }: ChatApp, from: number, to: number): Promise<void> {
  try {
    await memory.moved('telegram', String(from), String(to), timers.now())
    log.warn({ from, to }, 'a Telegram group became a supergroup and has a new id; give the new one in the settings if they name it')
  } catch (error) {
    log.error(
      { from, to, reason: error instanceof Error ? error.message : String(error) },
      'the new id of a Telegram group could not be noted',
    )
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
