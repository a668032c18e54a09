import {
  GuildScheduledEventEntityType,
  GuildScheduledEventStatus,
  type APIGuildScheduledEvent,
  type APIUser,
  type APIVoiceState,
  type GatewayGuildCreateDispatchData,
} from 'discord.js'
import type { Scheduled } from '../../core/attendance/scheduled-event.rules.ts'
import type { VoiceState } from '../../core/attendance/voice-book.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'

/** Where an account is, by the server's own or its own deafening (developers/resources/voice, "Voice State Object"). */
export function voiceStateOf({
  user_id: userId,
  channel_id: channelId,
  deaf,
  self_deaf: selfDeaf,
}: Omit<APIVoiceState, 'guild_id'>): VoiceState {
  return { userId, channelId, isDeaf: deaf || selfDeaf }
}

/** The account of a member, named as others see it there; undefined for a bot, which has no presence that counts. */
export function voiceAccount(
  { user, nick }: { readonly user: APIUser; readonly nick?: string | null | undefined },
  locale: string | undefined,
): ChatAccount | undefined {
  if (user.bot === true) return undefined
  return {
    platform: 'discord',
    userId: user.id,
    name: nick ?? user.global_name ?? user.username,
    handle: user.username,
    ...(locale === undefined ? {} : { locale }),
  }
}

/**
 * Accounts of those who are in a server's voice channels when a session begins: whoever is there is among its members, however large it is
 * (developers/events/gateway-events, "Guild Create").
 */
export function accountsOf({ members, preferred_locale: locale, voice_states: states }: GatewayGuildCreateDispatchData): ChatAccount[] {
  const there = new Set(states.map(({ user_id: id }) => id))
  return members.flatMap((member) => (there.has(member.user.id) ? (voiceAccount(member, locale) ?? []) : []))
}

const STATUS: Readonly<Record<GuildScheduledEventStatus, Scheduled['status']>> = {
  [GuildScheduledEventStatus.Scheduled]: 'scheduled',
  [GuildScheduledEventStatus.Active]: 'active',
  [GuildScheduledEventStatus.Completed]: 'completed',
  [GuildScheduledEventStatus.Canceled]: 'canceled',
}

/** An event of the server's calendar; undefined when it is in no voice or stage channel (developers/resources/guild-scheduled-event). */
export function scheduledOf(event: APIGuildScheduledEvent): Scheduled | undefined {
  const isSpoken =
    event.entity_type === GuildScheduledEventEntityType.Voice || event.entity_type === GuildScheduledEventEntityType.StageInstance
  if (!isSpoken || event.channel_id === null) return undefined
  return {
    id: event.id,
    channelId: event.channel_id,
    title: event.name,
    startsAt: Date.parse(event.scheduled_start_time),
    endsAt: event.scheduled_end_time === null ? null : Date.parse(event.scheduled_end_time),
    status: STATUS[event.status],
    creatorId: event.creator_id ?? null,
    isRecurring: event.recurrence_rule !== null,
  }
}
