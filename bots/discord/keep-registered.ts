import { Events, type Client, type REST } from 'discord.js'
import type { Log } from '../../core/shared/chat-app.ts'
import { asFault } from './api-trouble.ts'
import { isRegistered, registerCommands, registerDirect } from './register-commands.ts'
import type { SlashRoot } from './slash-commands.ts'

export interface KeepRegistered {
  readonly client: Client<true>
  readonly rest: REST
  readonly roots: readonly SlashRoot[]
  readonly log: Log
  /** Each server by itself instead of all at once: these, of which the bot must be in the first, and all others that it is in. */
  readonly guildIds: readonly string[] | undefined
}

/** Far more than a community has servers; bounds what a start can ask of Discord. */
const MOST_GUILDS = 100

/**
 * Registers the commands at the start, and in servers that invite the bot later, or again: Discord forgets a server's commands with the bot. What holds for
 * all servers is registered by the process that has shard 0 alone, so that processes that share the shards do it once.
 * @returns asks Discord whether a server is offered the present commands
 */
export async function keepRegistered({
  client,
  rest,
  roots,
  log,
  guildIds,
}: KeepRegistered): Promise<(guildId: string) => Promise<boolean>> {
  const applicationId = client.application.id
  const inGuild = (guildId: string | undefined) => ({ rest, applicationId, roots, guildId })
  const tryGuild = (guildId: string): Promise<unknown> =>
    registerCommands(inGuild(guildId)).catch((error: unknown) =>
      log.warn({ guild: guildId, error: asFault(error) }, 'the commands of a server could not be registered'),
    )
  const isFirst = client.ws.shards.has(0)
  if (isFirst) await (guildIds === undefined ? registerCommands(inGuild(undefined)) : registerDirect(inGuild(undefined)))
  if (guildIds !== undefined) {
    const [home, ...others] = guildIds
    // Without its home the bot would be of no use, and silently so; any other server may have removed it.
    if (isFirst && home !== undefined) await registerCommands(inGuild(home))
    const there = [...(isFirst ? others : []), ...client.guilds.cache.keys()].filter((id) => id !== home)
    for (const guildId of new Set(there.slice(0, MOST_GUILDS))) await tryGuild(guildId)
    // Told for a server that is new to us; one that comes back after an outage of Discord's is not.
    client.on(Events.GuildCreate, ({ id }) => void tryGuild(id))
  }
  client.on(Events.GuildCreate, ({ id }) => log.info({ guild: id }, 'a server has invited the bot'))
  // Told when the bot was removed; an outage of Discord's is `GuildUnavailable` and changes nothing.
  client.on(Events.GuildDelete, ({ id }) => log.warn({ guild: id }, 'a server has removed the bot'))
  return (guildId) => isRegistered(inGuild(guildIds === undefined ? undefined : guildId))
}
