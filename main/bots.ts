import { setTimeout as sleep } from 'node:timers/promises'
import { startDiscordBot } from '../bots/discord/start-discord-bot.ts'
import { startTelegramBot } from '../bots/telegram/start-telegram-bot.ts'
import { StartFault } from '../adapters/process/start-fault.ts'
import type { Platform } from '../core/shared/actor.ts'
import type { Bot, ChatApp, Messenger } from '../core/shared/chat-app.ts'
import { Fault } from '../core/shared/fault.ts'
import type { Config } from './config.ts'
import type { TelegramParts } from './telegram.ts'

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 60_000

export interface RunningBots {
  /** Every bot that should run; undefined while it is not connected for the first time. */
  readonly states: ReadonlyMap<Platform, Bot | undefined>
  readonly messengers: ReadonlyMap<Platform, Messenger>
  stop(): Promise<void>
}

/**
 * Starts the bots that have a token. A token that is refused ends the start with a StartFault; a platform that can not be reached is tried again and again
 * while everything else already runs.
 */
export async function startBots(config: Config, app: ChatApp, { records, webhookFor }: TelegramParts): Promise<RunningBots> {
  const states = new Map<Platform, Bot | undefined>()
  const messengers = new Map<Platform, Messenger>()
  const stopping = new AbortController()
  const later: Promise<void>[] = []
  const { discord, telegram } = config
  if (discord !== undefined && config.roles.has('discord')) {
    const { apiUrl, guildIds, shards } = discord
    const options = { ...(guildIds === undefined ? {} : { guildIds }), ...(shards === undefined ? {} : { shards }) }
    await start('discord', () => startDiscordBot({ app, token: discord.token.reveal(), apiUrl, ...options }))
  }
  if (telegram !== undefined && config.roles.has('telegram')) {
    const { apiUrl, chatId } = telegram
    const chat = chatId === undefined ? {} : { chatId }
    const token = telegram.token.reveal()
    await start('telegram', async () => startTelegramBot({ app, token, apiUrl, ...chat, records, webhook: await webhookFor(token) }))
  }
  return {
    states,
    messengers,
    async stop() {
      stopping.abort()
      await Promise.all(later)
      await Promise.all([...states.values()].flatMap((bot) => (bot === undefined ? [] : [bot.stop()])))
    },
  }

  async function start(platform: Platform, connect: () => Promise<Bot>): Promise<void> {
    states.set(platform, undefined)
    try {
      keep(platform, await connect())
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (!error.retryable) throw refused(platform, error)
      app.log.warn({ platform, reason: error.message }, 'a bot is not connected yet')
      later.push(keepTrying(platform, connect))
    }
  }

  async function keepTrying(platform: Platform, connect: () => Promise<Bot>): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10))
      await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        keep(platform, await connect())
        app.log.info({ platform }, 'a bot is connected')
        return
      } catch (error) {
        if (!(error instanceof Fault)) app.report(error, { command: `${platform} start`, key: '' })
      }
    }
  }

  function keep(platform: Platform, bot: Bot): void {
    states.set(platform, bot)
    messengers.set(platform, bot.messenger)
  }
}

function refused(platform: Platform, fault: Fault): StartFault {
  return new StartFault({
    code: `${platform}_refused`,
    message: fault.message,
    nextStep: `Check ${platform.toUpperCase()}_TOKEN; .env.example says where to get one.`,
    exitCode: 78,
    cause: fault,
  })
}
