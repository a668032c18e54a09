import { Events, type Client } from 'discord.js'
import type { Log, Membership } from '../../core/shared/chat-app.ts'

/** Tells the product which servers have the bot, and which put it out. An outage of Discord's is neither. */
export function watchMembership(client: Client<true>, membership: Membership, log: Log): void {
  const tell = (told: Promise<void>): void =>
    void told.catch((error: unknown) => log.error({ error }, 'that a server has the bot, or put it out, could not be noted'))
  client.on(Events.GuildCreate, ({ id }) => tell(membership.isIn('discord', [id])))
  client.on(Events.GuildDelete, ({ id }) => tell(membership.putOut('discord', id)))
  tell(membership.isIn('discord', [...client.guilds.cache.keys()]))
}
