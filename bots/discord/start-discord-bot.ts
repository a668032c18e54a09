import { Events, MessageFlags, Status, type Interaction } from 'discord.js'
import type { Bot, ChatApp } from '../../core/shared/chat-app.ts'
import { languageOfLocale } from '../../core/shared/dispatch.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { asFault, isTooLate, refusalCode } from './api-trouble.ts'
import { connect, createClient, createRest, type Shards } from './connect.ts'
import { attachmentsOf } from './load-attachment.ts'
import { interactionHandler } from './handle-interaction.ts'
import { discordMessenger } from './messenger.ts'
import { keepRegistered } from './keep-registered.ts'
import { inspectGuild } from './inspect-guild.ts'
import { renderReply } from './render-reply.ts'
import { slashCommands } from './slash-commands.ts'
import { watchMembership } from './watch-membership.ts'
import { hearVoice, type Beat } from './voice-presence.ts'

const MAX_RUNNING = 1_000
const STOP_MS = 10_000

export interface DiscordBotOptions {
  readonly app: ChatApp
  readonly token: string
  /** Another address of Discord's REST API, without version: `https://discord.com/api` when not given. */
  readonly apiUrl?: string
  /** Registers the commands for the servers that the bot is in, each by itself, and for direct messages, instead of for all servers at once. */
  readonly guildIds?: readonly string[]
  /** The part of the gateway that this process takes, all of it when not given. */
  readonly shards?: Shards
  /** Interactions that run at the same time, 1,000 when not given; one more is told to come back. */
  readonly maxRunning?: number
  /** When to have voice channels proven and written; every second and every five when not given. */
  readonly beat?: Beat
}

/**
 * Connects to Discord, registers the slash commands of `app` and answers interactions until stopped. An interaction that runs while the process dies
 * is lost to Discord: the member sees it fail and gives it again, which is safe, since what had committed is a key of its own in the audit trail.
 * @throws Fault not retryable when the token, the intents or the commands are refused; retryable when Discord cannot be reached
 */
export async function startDiscordBot({
  app,
  token,
  apiUrl,
  guildIds,
  shards,
  maxRunning = MAX_RUNNING,
  beat,
}: DiscordBotOptions): Promise<Bot> {
  const slash = slashCommands(app.commands, app.speak)
  const client = createClient(apiUrl, shards)
  const rest = createRest(apiUrl, token)
  const handle = interactionHandler(app, slash, attachmentsOf(apiUrl))
  const running = new Set<Promise<void>>()

  const onInteraction = (interaction: Interaction): void => {
    const work = (running.size >= maxRunning ? sayBusy(app, interaction) : handle(interaction)).catch((error: unknown) =>
      app.log.error({ interaction: interaction.id, error }, 'an interaction could not be answered'),
    )
    running.add(work)
    void work.finally(() => running.delete(work))
  }
  client.on(Events.InteractionCreate, onInteraction)
  const voice = app.presence === undefined ? undefined : hearVoice(client, app.presence, app.log, beat)
  client.on(Events.Error, (error) => app.log.error({ error }, 'the Discord client reported an error'))
  client.on(Events.ShardError, (error, shard) => app.log.warn({ shard, error }, 'the gateway connection had an error'))
  client.on(Events.ShardReconnecting, (shard) => app.log.warn({ shard }, 'the gateway connection is lost and will be resumed'))
  client.on(Events.ShardResume, (shard, replayed) => app.log.info({ shard, replayed }, 'the gateway connection is resumed'))
  client.on(Events.ShardDisconnect, ({ code }, shard) => app.log.error({ shard, code }, 'Discord closed the gateway connection for good'))

  const close = async (): Promise<void> => {
    // Closing the connection ourselves is told like losing it.
    client.removeAllListeners(Events.ShardReconnecting)
    rest.clearHandlerSweeper()
    rest.clearHashSweeper()
    await client.destroy()
  }

  let registered: (guildId: string) => Promise<boolean> = () => Promise.resolve(false)
  try {
    const ready = await connect(client, token)
    registered = await keepRegistered({ client: ready, rest, roots: slash.roots, log: app.log, guildIds })
    watchMembership(ready, app.membership, app.log)
    app.log.info({ user: ready.user.tag, guilds: ready.guilds.cache.size, commands: app.commands.length }, 'Discord is connected')
  } catch (error) {
    await voice?.stop()
    await close()
    throw asFault(error)
  }

  return {
    messenger: discordMessenger(rest, app.speak),
    inspect: (guildId, chatIds, also) => inspectGuild(client, guildId, chatIds, also, () => registered(guildId)),
    isConnected: () => client.ws.shards.size > 0 && client.ws.shards.every((shard) => shard.status === Status.Ready),
    async stop() {
      client.off(Events.InteractionCreate, onInteraction)
      await voice?.stop()
      const { promise: timeIsOver, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, STOP_MS)
      await Promise.race([Promise.all(running), timeIsOver])
      clearTimeout(timer)
      if (running.size > 0) app.log.warn({ running: running.size }, 'stopped before every interaction was answered')
      await close()
    },
  }
}

/** Too much at once: said at once and to the asker alone, nothing else is done. */
async function sayBusy(app: ChatApp, interaction: Interaction): Promise<void> {
  if (!interaction.isRepliable()) return
  const lines = [sharedTexts.say('busyReason'), sharedTexts.say('busyNext')]
  const reply = { audience: 'private', tone: 'fault', lines, code: 'fault.overload' } as const
  const { components } = renderReply(reply, languageOfLocale(interaction.locale), app.speak)
  try {
    await interaction.reply({ components, flags: [MessageFlags.IsComponentsV2, MessageFlags.Ephemeral] })
  } catch (error) {
    if (!isTooLate(error) && refusalCode(error) === undefined) throw error
  }
}
