import { GatewayDispatchEvents, type GatewayDispatchPayload, GatewayIntentBits } from 'discord-api-types/v10'

/** Names of the events a gateway sends. */
export type EventName = GatewayDispatchPayload['t']

/** Every intent bit that exists; another one closes the connection with 4013. */
export const ALL_INTENTS = Object.values(GatewayIntentBits)
  .filter((bit): bit is GatewayIntentBits => typeof bit === 'number')
  .reduce((all: number, bit) => all | bit, 0)

const both = (guild: number, direct: number) => (inGuild: boolean) => (inGuild ? guild : direct)
const MESSAGES = both(GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages)
const GUILD = both(GatewayIntentBits.Guilds, GatewayIntentBits.Guilds)
const MEMBERS = both(GatewayIntentBits.GuildMembers, GatewayIntentBits.GuildMembers)

/** developers/events/gateway "List of Intents", for the events this fake sends. */
const WANTED: Partial<Record<EventName, (inGuild: boolean) => number>> = {
  [GatewayDispatchEvents.GuildCreate]: GUILD,
  [GatewayDispatchEvents.GuildDelete]: GUILD,
  [GatewayDispatchEvents.ChannelCreate]: GUILD,
  [GatewayDispatchEvents.ChannelDelete]: GUILD,
  [GatewayDispatchEvents.ThreadCreate]: GUILD,
  [GatewayDispatchEvents.ThreadUpdate]: GUILD,
  [GatewayDispatchEvents.GuildScheduledEventCreate]: () => GatewayIntentBits.GuildScheduledEvents,
  [GatewayDispatchEvents.GuildScheduledEventUpdate]: () => GatewayIntentBits.GuildScheduledEvents,
  [GatewayDispatchEvents.GuildScheduledEventDelete]: () => GatewayIntentBits.GuildScheduledEvents,
  [GatewayDispatchEvents.GuildRoleCreate]: GUILD,
  [GatewayDispatchEvents.GuildMemberAdd]: MEMBERS,
  [GatewayDispatchEvents.GuildMemberUpdate]: MEMBERS,
  [GatewayDispatchEvents.GuildMemberRemove]: MEMBERS,
  [GatewayDispatchEvents.MessageCreate]: MESSAGES,
  [GatewayDispatchEvents.MessageUpdate]: MESSAGES,
  [GatewayDispatchEvents.MessageDelete]: MESSAGES,
  [GatewayDispatchEvents.VoiceStateUpdate]: () => GatewayIntentBits.GuildVoiceStates,
}

/** The intents of which a session must have one to get an event; 0 when everybody gets it (interactions). */
export const intentsOf = (event: EventName, inGuild: boolean): number => WANTED[event]?.(inGuild) ?? 0
