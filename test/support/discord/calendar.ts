import {
  type APIGuildScheduledEvent,
  type APIStageInstanceGuildScheduledEvent,
  type APIVoiceGuildScheduledEvent,
  ChannelType,
  GatewayDispatchEvents,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  GuildScheduledEventStatus,
} from 'discord-api-types/v10'
import { type Answer, type Call, param, type Route } from './call.ts'
import type { Gateway } from './gateway.ts'
import { refuse } from './refuse.ts'
import type { State } from './state.ts'
import { trusted } from './trusted.ts'

export interface ScheduledEventInput {
  readonly name: string
  /** A voice or stage channel. */
  readonly channel: string
  /** Who made it; a member of the guild. */
  readonly creator: string
  /** Milliseconds. */
  readonly startsAt: number
  readonly description?: string
}

export type ScheduledEventStatus = 'scheduled' | 'active' | 'completed' | 'canceled'

const STATUS: Record<ScheduledEventStatus, GuildScheduledEventStatus> = {
  scheduled: GuildScheduledEventStatus.Scheduled,
  active: GuildScheduledEventStatus.Active,
  completed: GuildScheduledEventStatus.Completed,
  canceled: GuildScheduledEventStatus.Canceled,
}

/** Which status may follow which (developers/resources/guild-scheduled-event "Event Status"). */
const FOLLOWS: Record<number, readonly GuildScheduledEventStatus[]> = {
  [GuildScheduledEventStatus.Scheduled]: [GuildScheduledEventStatus.Active, GuildScheduledEventStatus.Canceled],
  [GuildScheduledEventStatus.Active]: [GuildScheduledEventStatus.Completed],
}

/** Scheduled events that people make in the guild; the bot reads them and hears of them. */
export class Calendar {
  readonly #state: State
  readonly #gateway: Gateway

  constructor(state: State, gateway: Gateway) {
    this.#state = state
    this.#gateway = gateway
  }

  /** @returns the id of the event */
  schedule(input: ScheduledEventInput): string {
    const channel = this.#state.channels.get(input.channel)
    const guild = channel && this.#state.guildOf(channel)
    if (!guild || (channel.type !== ChannelType.GuildVoice && channel.type !== ChannelType.GuildStageVoice)) {
      throw new Error(`channel ${input.channel} is no voice or stage channel of a guild`)
    }
    const stage = channel.type === ChannelType.GuildStageVoice
    const event = trusted<APIStageInstanceGuildScheduledEvent | APIVoiceGuildScheduledEvent>({
      id: this.#state.nextId(),
      guild_id: guild.id,
      channel_id: channel.id,
      creator_id: input.creator,
      creator: this.#state.users.get(input.creator),
      name: input.name,
      description: input.description ?? null,
      image: null,
      scheduled_start_time: new Date(input.startsAt).toISOString(),
      scheduled_end_time: null,
      privacy_level: GuildScheduledEventPrivacyLevel.GuildOnly,
      status: GuildScheduledEventStatus.Scheduled,
      entity_type: stage ? GuildScheduledEventEntityType.StageInstance : GuildScheduledEventEntityType.Voice,
      entity_id: null,
      entity_metadata: null,
      recurrence_rule: null,
      guild_scheduled_event_exceptions: [],
    })
    guild.events.set(event.id, event)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventCreate, event, true)
    return event.id
  }

  /** Starts, ends or cancels an event. @throws when Discord does not allow that step */
  setStatus(eventId: string, wanted: ScheduledEventStatus): void {
    const guild = [...this.#state.guilds.values()].find((each) => each.events.has(eventId))
    const event = guild?.events.get(eventId)
    if (!guild || !event) throw new Error(`no scheduled event ${eventId}`)
    const status = STATUS[wanted]
    if (!FOLLOWS[event.status]?.includes(status)) throw new Error(`a scheduled event with status ${event.status} cannot become ${wanted}`)
    const changed = trusted<APIGuildScheduledEvent>({ ...event, status })
    guild.events.set(eventId, changed)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventUpdate, changed, true)
  }
}

export const calendarRoutes: Route[] = [
  { method: 'GET', path: '/guilds/:guild/scheduled-events', auth: 'bot', run: list },
  { method: 'GET', path: '/guilds/:guild/scheduled-events/:event', auth: 'bot', run: one },
]

function list(call: Call): Answer {
  const guild = call.state.guilds.get(param(call, 'guild'))
  if (!guild) throw refuse.unknownGuild()
  return { status: 200, body: [...guild.events.values()] }
}

function one(call: Call): Answer {
  const event = call.state.guilds.get(param(call, 'guild'))?.events.get(param(call, 'event'))
  if (!event) throw refuse.unknownEvent()
  return { status: 200, body: event }
}
