import type { Update } from '@grammyjs/types'
import type { StoredUpdate } from '../../core/chats/chats.port.ts'
import type { Log } from '../../core/shared/chat-app.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { ApiFailure } from './api-failure.ts'
import { ALLOWED_UPDATES, nameOf } from './read-update.ts'
import type { TelegramApi } from './telegram-api.ts'
import type { Timers } from './timers.ts'

/** Where Telegram is to deliver, and the secret by which the door knows that it was Telegram. */
export interface Webhook {
  /** https, with a path that nobody can guess. */
  readonly url: string
  /** 1-256 of `A-Z a-z 0-9 _ -` (https://core.telegram.org/bots/api#setwebhook). */
  readonly secret: string
}

export interface WebhookWatch {
  /** Whether Telegram answered last time, and had our address. */
  isConnected(): boolean
  stop(): Promise<void>
}

interface WatchOptions {
  readonly api: TelegramApi
  readonly timers: Timers
  readonly log: Log
  readonly webhook: Webhook
  /** Told when another address was found, at most once an hour. Must not throw. */
  readonly onForeign: (host: string) => void
}

const MAX_CONNECTIONS = 64
const LOOK_MS = 60_000
const TELL_AGAIN_MS = 3_600_000

/** Tells Telegram where to deliver. What waits there meanwhile is not dropped. @throws ApiFailure */
export async function setWebhook(api: TelegramApi, { url, secret }: Webhook): Promise<void> {
  await api.call('setWebhook', { url, secret_token: secret, allowed_updates: ALLOWED_UPDATES, max_connections: MAX_CONNECTIONS })
}

/** Looks every minute whether the webhook is still ours. Who has the token can turn every update to themselves: operators are told, and ours is set again. */
export function watchWebhook({ api, timers, log, webhook, onForeign }: WatchOptions): WebhookWatch {
  const stopping = new AbortController()
  let isOurs = true
  let toldAt = -Infinity
  let lastTrouble = 0

  async function look(): Promise<void> {
    const info = await api.call('getWebhookInfo', {})
    const troubleAt = info.last_error_date ?? 0
    if (troubleAt > lastTrouble && troubleAt * 1_000 > timers.now() - 2 * LOOK_MS) {
      log.warn({ reason: info.last_error_message, waiting: info.pending_update_count }, 'Telegram could not deliver to our webhook')
    }
    lastTrouble = Math.max(lastTrouble, troubleAt)
    if (info.url === webhook.url) {
      if (!isOurs) log.info({}, 'the Telegram webhook is ours')
      isOurs = true
      return
    }
    isOurs = false
    const host = URL.parse(info.url ?? '')?.host ?? 'none'
    log.error({ host }, 'the webhook of this Telegram token was changed; if it was not you, revoke the token with @BotFather /revoke')
    if (timers.now() - toldAt >= TELL_AGAIN_MS) {
      toldAt = timers.now()
      onForeign(host)
    }
    await setWebhook(api, webhook)
  }

  async function loop(): Promise<void> {
    for (;;) {
      await timers.sleep(LOOK_MS, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await look()
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error
        isOurs = false
        log.warn({ reason: error.message }, 'whether the Telegram webhook is ours could not be found out')
      }
    }
  }

  const looking = loop()
  return {
    isConnected: () => isOurs && !stopping.signal.aborted,
    async stop() {
      stopping.abort()
      await looking
    },
  }
}

/** What a delivery is stored as; undefined when it is no update at all. `body` is any JSON value. */
export function readDelivery(body: unknown, now: Instant): StoredUpdate | undefined {
  if (typeof body !== 'object' || body === null || !('update_id' in body) || !Number.isSafeInteger(body.update_id)) return undefined
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the platform's word; what is not as it says makes the reading throw
    const { key, updateId, lane } = nameOf(body as Update)
    if (!/^-?\d+\.\S{1,64}$/.test(key) || !Number.isSafeInteger(lane)) return undefined
    return { key, updateId, lane, content: JSON.stringify(body), receivedAt: now }
  } catch {
    return undefined
  }
}
