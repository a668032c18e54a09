import {
  type APIGuildScheduledEvent,
  type APIGuildScheduledEventRecurrenceRule,
  type APIStageInstanceGuildScheduledEvent,
  type APIVoiceGuildScheduledEvent,
  ChannelType,
  GatewayDispatchEvents,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  GuildScheduledEventRecurrenceRuleFrequency,
  GuildScheduledEventStatus,
} from 'discord-api-types/v10'
import { type Answer, type Call, param, type Route } from './call.ts'
import type { Gateway } from './gateway.ts'
import { refuse } from './refuse.ts'
import type { Guild, State } from './state.ts'
import { trusted } from './trusted.ts'

export interface ScheduledEventInput {
  readonly name: string
  /** A voice or stage channel. */
  readonly channel: string
  /** Who made it; a member of the guild. */
  readonly creator: string
  /** Milliseconds. */
  readonly startsAt: number
  /** Milliseconds; people mostly name none. */
  readonly endsAt?: number
  readonly description?: string
  /** It takes place again every so many days under the same id. */
  readonly everyDays?: number
}

export interface ScheduledEventChange {
  readonly name?: string
  readonly channel?: string
  /** Milliseconds. */
  readonly startsAt?: number
  readonly endsAt?: number
}

export type ScheduledEventStatus = 'scheduled' | 'active' | 'completed' | 'canceled'

const DAY_MS = 24 * 60 * 60 * 1000

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
      scheduled_end_time: input.endsAt === undefined ? null : new Date(input.endsAt).toISOString(),
      privacy_level: GuildScheduledEventPrivacyLevel.GuildOnly,
      status: GuildScheduledEventStatus.Scheduled,
      entity_type: stage ? GuildScheduledEventEntityType.StageInstance : GuildScheduledEventEntityType.Voice,
      entity_id: null,
      entity_metadata: null,
      recurrence_rule: input.everyDays === undefined ? null : daily(input.startsAt, input.everyDays),
      guild_scheduled_event_exceptions: [],
    })
    guild.events.set(event.id, event)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventCreate, event, true)
    return event.id
  }

  /** Starts, ends or cancels an event. @throws when Discord does not allow that step */
  setStatus(eventId: string, wanted: ScheduledEventStatus): void {
    const { guild, event } = this.#find(eventId)
    const status = STATUS[wanted]
    if (!FOLLOWS[event.status]?.includes(status)) throw new Error(`a scheduled event with status ${event.status} cannot become ${wanted}`)
    const changed = trusted<APIGuildScheduledEvent>({ ...event, status })
    // What is over is no longer listed (developers/resources/guild-scheduled-event, "List Scheduled Events for Guild").
    if (FOLLOWS[status] === undefined) guild.events.delete(eventId)
    else guild.events.set(eventId, changed)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventUpdate, changed, true)
  }

  /** One that recurs is over for this time: it is scheduled for the next one. @throws when it is not running or does not recur */
  finishOccurrence(eventId: string): void {
    const { guild, event } = this.#find(eventId)
    const rule = event.recurrence_rule
    if (rule === null || event.status !== GuildScheduledEventStatus.Active)
      throw new Error('only a running event that recurs is scheduled anew')
    const later = (time: string | null): string | null =>
      time === null ? null : new Date(Date.parse(time) + rule.interval * DAY_MS).toISOString()
    const changed = trusted<APIGuildScheduledEvent>({
      ...event,
      status: GuildScheduledEventStatus.Scheduled,
      scheduled_start_time: later(event.scheduled_start_time),
      scheduled_end_time: later(event.scheduled_end_time),
    })
    guild.events.set(eventId, changed)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventUpdate, changed, true)
  }

  /** Renames or moves an event. @throws when it is over or, for its beginning, when it has begun */
  change(eventId: string, { name, channel, startsAt, endsAt }: ScheduledEventChange): void {
    const { guild, event } = this.#find(eventId)
    if (startsAt !== undefined && event.status !== GuildScheduledEventStatus.Scheduled)
      throw new Error('the beginning of a running event stays')
    const changed = trusted<APIGuildScheduledEvent>({
      ...event,
      ...(name === undefined ? {} : { name }),
      ...(channel === undefined ? {} : { channel_id: channel }),
      ...(startsAt === undefined ? {} : { scheduled_start_time: new Date(startsAt).toISOString() }),
      ...(endsAt === undefined ? {} : { scheduled_end_time: new Date(endsAt).toISOString() }),
    })
    guild.events.set(eventId, changed)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventUpdate, changed, true)
  }

  remove(eventId: string): void {
    const { guild, event } = this.#find(eventId)
    guild.events.delete(eventId)
    this.#gateway.dispatch(GatewayDispatchEvents.GuildScheduledEventDelete, event, true)
  }

  #find(eventId: string): { guild: Guild; event: APIGuildScheduledEvent } {
    const guild = [...this.#state.guilds.values()].find((each) => each.events.has(eventId))
    const event = guild?.events.get(eventId)
    if (!guild || !event) throw new Error(`no scheduled event ${eventId}`)
    return { guild, event }
  }
}

/** developers/resources/guild-scheduled-event, "Guild Scheduled Event Recurrence Rule Object". */
function daily(startsAt: number, interval: number): APIGuildScheduledEventRecurrenceRule {
  return {
    start: new Date(startsAt).toISOString(),
    end: null,
    frequency: GuildScheduledEventRecurrenceRuleFrequency.Daily,
    interval,
    by_weekday: null,
    by_n_weekday: null,
    by_month: null,
    by_month_day: null,
    by_year_day: null,
    count: null,
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
