import { createChatMemory } from '../adapters/postgres/chat-memory.ts'
import type { Database } from '../adapters/postgres/database.ts'
import { forgetQuestions } from '../adapters/postgres/chat-store.ts'
import { createKeptAnswers, forgetKeptAnswers } from '../adapters/postgres/kept-answers.ts'
import { alertOperators } from '../adapters/postgres/settlement-alerts.ts'
import { createUpdateRecord, forgetUpdates } from '../adapters/postgres/update-record.ts'
import { claimWebhookKeys, createWebhookGate } from '../adapters/postgres/webhook-keys.ts'
import type { TelegramRecords } from '../bots/telegram/start-telegram-bot.ts'
import { readDelivery, type Webhook } from '../bots/telegram/webhook.ts'
import type { TelegramDoor } from '../server/server-app.ts'
import { DAY, type Instant } from '../core/shared/instant.ts'

/** An update that comes again later than this is known by the key of its command only. */
const UPDATES_KEPT = 30 * DAY

/** What the Telegram bot remembers, and where Telegram delivers when a webhook is used. Door and bot may be in different processes. */
export interface TelegramParts {
  readonly records: TelegramRecords
  /** Undefined: the bot asks for its updates. */
  readonly door: TelegramDoor | undefined
  /** The webhook of a bot with this token; undefined without one. */
  readonly webhookFor: (token: string) => Promise<Webhook | undefined>
}

/** @param base public https address of the server, without a slash at the end; undefined for polling @param now the real time: updates do not wait for a clock that is set */
export function composeTelegram(database: Database, base: string | undefined, now: () => number): TelegramParts {
  const inbox = createUpdateRecord(database.pool)
  const listeners = new Set<() => void>()
  const gate = createWebhookGate(database, now)
  return {
    records: {
      inbox,
      memory: createChatMemory(database),
      kept: createKeptAnswers(database),
      alert: (code, details) => alertOperators(database.prisma, code, details, now()),
      onStored(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    door:
      base === undefined
        ? undefined
        : {
            isOurs: gate,
            async take(body) {
              const update = readDelivery(body, now())
              if (update === undefined) return 'strange'
              const outcome = await inbox.store(update)
              if (outcome === 'stored') for (const listener of listeners) listener()
              return outcome
            },
          },
    async webhookFor(token) {
      if (base === undefined) return undefined
      const { path, secret } = await claimWebhookKeys(database, token, now())
      return { url: `${base}/telegram/${path}`, secret }
    },
  }
}

/** Forgets what was kept long enough; says how much of it. */
export async function forgetOldChats(database: Database, now: Instant): Promise<{ updates: number; answers: number; questions: number }> {
  return {
    updates: await forgetUpdates(database.pool, now - UPDATES_KEPT),
    answers: await forgetKeptAnswers(database, now),
    questions: await forgetQuestions(database, now),
  }
}
