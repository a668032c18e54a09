import type { ChatMemory } from '../../core/chats/chats.port.ts'
import type { Log, Messenger } from '../../core/shared/chat-app.ts'
import { ApiFailure } from './api-failure.ts'
import type { Poster } from './poster.ts'
import type { Timers } from './timers.ts'

interface ReachOptions {
  readonly memory: ChatMemory
  readonly timers: Timers
  readonly log: Log
}

const accountOf = (userId: number | string) => ({ platform: 'telegram', userId: String(userId) }) as const

/** The same poster, which remembers whom it could not reach: a member who blocked the bot or never started it, a group that put it out. */
export function rememberingPoster(poster: Poster, { memory, timers, log }: ReachOptions): Poster {
  return {
    ...poster,
    async post(target, rendered, options) {
      try {
        return await poster.post(target, rendered, options)
      } catch (error) {
        if (error instanceof ApiFailure && error.kind === 'unreachable') await remember(target.chatId)
        throw error
      }
    },
  }

  async function remember(chatId: number): Promise<void> {
    try {
      if (chatId > 0) await memory.lost(accountOf(chatId), timers.now())
      else await memory.setGroup({ platform: 'telegram', chatId: String(chatId), status: 'left' }, timers.now())
    } catch (error) {
      // What was met is told all the same; the next attempt meets it again.
      log.warn(
        { chatId, reason: error instanceof Error ? error.message : String(error) },
        'a Telegram chat out of reach could not be noted',
      )
    }
  }
}

/** The same messenger, which sends nothing that was not asked for to those whom it can not reach: they are left alone until they come back by themselves. */
export function respectfulMessenger(messenger: Messenger, memory: ChatMemory): Messenger {
  return {
    ...messenger,
    async sendPrivate(userId, reply, reader, attempt) {
      if (await memory.holdsBack(accountOf(userId))) return 'unreachable'
      const outcome = await messenger.sendPrivate(userId, reply, reader, attempt)
      // The poster has noted who it was: the message that found it out is counted like those that follow.
      if (outcome === 'unreachable') await memory.holdsBack(accountOf(userId))
      return outcome
    },
  }
}
