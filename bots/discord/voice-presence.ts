import {
  Events,
  GatewayDispatchEvents,
  GatewayOpcodes,
  Status,
  type Client,
  type GatewayDispatchPayload,
  type GatewayGuildCreateDispatchData,
} from 'discord.js'
import { createPresenceRecorder, type PresenceRecorder } from '../../core/attendance/presence-recorder.ts'
import type { PresencePort } from '../../core/attendance/presence.port.ts'
import type { VoiceFact } from '../../core/attendance/voice-book.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import type { Log } from '../../core/shared/chat-app.ts'
import { cleanLine } from '../../core/shared/clean-line.ts'
import { SECOND, type Instant } from '../../core/shared/instant.ts'
import { accountsOf, scheduledOf, voiceAccount, voiceStateOf } from './voice-facts.ts'
import { createCalendarQueue } from './calendar-queue.ts'

export const BEAT_MS = 5 * SECOND
/** A silent line is asked whether it still lives after this time. */
const QUIET_MS = 15 * SECOND
/** This process itself was stopped for a while, as a machine that is put to sleep: what waits at its door is old. */
const STALLED_MS = 3 * BEAT_MS
const LAST_ANSWER_MS = 2 * SECOND
const MAX_ACCOUNTS = 50_000

/** Calls a step again and again, until told to stop. */
export type Beat = (step: () => Promise<void>) => () => void

const everyBeat: Beat = (step) => {
  const timer = setInterval(() => void step(), BEAT_MS)
  return () => clearInterval(timer)
}

interface Ear {
  readonly guildId: string
  readonly shard: number
  readonly recorder: PresenceRecorder
  readonly accounts: Map<string, ChatAccount>
  locale: string
  /** The question that the line has not answered yet. */
  asked: string | undefined
}

export interface VoicePresence {
  /** Writes what was heard, and hears no more. */
  stop(): Promise<void>
}

/**
 * Hears who is in which voice channel, and the server's calendar, and has both kept. Listens to the gateway's own events in their order, before anything is
 * cached. The gateway answers in order, so that an answer to any question proves that everything before it was heard.
 */
export function hearVoice(client: Client, port: PresencePort, log: Log, beat: Beat = everyBeat): VoicePresence {
  const ears = new Map<string, Ear>()
  const calendar = createCalendarQueue(port)
  let lastBeat = port.now()
  let questions = 0
  let answered: () => void = () => {}
  let running: Promise<void> | undefined

  const onShard = (shard: number, fact: VoiceFact): void => {
    for (const ear of ears.values()) if (ear.shard === shard) ear.recorder.hear(fact)
  }
  const onRaw = (packet: GatewayDispatchPayload, shard: number): void => {
    const at = port.now()
    if (at - lastBeat > STALLED_MS) for (const ear of ears.values()) doubt(ear)
    switch (packet.t) {
      case GatewayDispatchEvents.Ready:
        return onShard(shard, { kind: 'lost' })
      case GatewayDispatchEvents.Resumed:
        return onShard(shard, { kind: 'resumed', at })
      case GatewayDispatchEvents.GuildCreate:
        if (packet.d.unavailable !== true) begin(packet.d, shard, at)
        break
      case GatewayDispatchEvents.GuildDelete:
        ears.get(packet.d.id)?.recorder.hear({ kind: 'lost' })
        break
      case GatewayDispatchEvents.VoiceStateUpdate: {
        const ear = ears.get(packet.d.guild_id ?? '')
        const account = packet.d.member === undefined ? undefined : voiceAccount(packet.d.member, ear?.locale)
        if (account !== undefined && ear !== undefined && ear.accounts.size < MAX_ACCOUNTS) ear.accounts.set(account.userId, account)
        if (ear?.accounts.has(packet.d.user_id) === true) ear.recorder.hear({ kind: 'state', at, state: voiceStateOf(packet.d) })
        break
      }
      case GatewayDispatchEvents.GuildMembersChunk: {
        const ear = ears.get(packet.d.guild_id)
        if (ear?.asked === undefined || ear.asked !== packet.d.nonce) break
        ear.asked = undefined
        if (ear.recorder.isLost) ear.recorder.hear({ kind: 'resumed', at })
        answered()
        break
      }
      case GatewayDispatchEvents.GuildScheduledEventCreate:
      case GatewayDispatchEvents.GuildScheduledEventUpdate:
      case GatewayDispatchEvents.GuildScheduledEventDelete: {
        const scheduled = scheduledOf(packet.d)
        const isGone = packet.t === GatewayDispatchEvents.GuildScheduledEventDelete
        if (scheduled !== undefined) calendar.add(packet.d.guild_id, isGone ? { ...scheduled, status: 'canceled' } : scheduled)
        break
      }
      default:
    }
    onShard(shard, { kind: 'seen', at })
  }

  function begin(guild: GatewayGuildCreateDispatchData, shard: number, at: Instant): void {
    const before = ears.get(guild.id)
    const ear: Ear = {
      guildId: guild.id,
      shard,
      recorder: before?.recorder ?? createPresenceRecorder(port.newWatch),
      accounts: new Map(accountsOf(guild).map((account) => [account.userId, account])),
      locale: guild.preferred_locale,
      asked: undefined,
    }
    // The rows of those who are gone meanwhile may still wait to be written.
    for (const [userId, account] of before?.accounts ?? []) if (!ear.accounts.has(userId)) ear.accounts.set(userId, account)
    ears.set(guild.id, ear)
    const there = guild.voice_states.filter(({ user_id: id }) => ear.accounts.has(id))
    ear.recorder.hear({ kind: 'snapshot', at, states: there.map(voiceStateOf) })
    calendar.replace(
      guild.id,
      guild.guild_scheduled_events.flatMap((event) => scheduledOf(event) ?? []),
    )
  }

  /** What comes next may be late: until the line has answered, times are those of the last moment that is certain. */
  function doubt(ear: Ear): void {
    if (ear.recorder.isLost || ear.recorder.heardUntil === undefined) return
    ear.recorder.hear({ kind: 'lost' })
    ask(ear)
  }

  function ask(ear: Ear): void {
    const guild = client.guilds.cache.get(ear.guildId)
    if (guild?.shard.status !== Status.Ready || client.user === null) return
    questions += 1
    ear.asked = `p${questions}`
    const d = { guild_id: ear.guildId, user_ids: [client.user.id], limit: 0, nonce: ear.asked }
    guild.shard.send({ op: GatewayOpcodes.RequestGuildMembers, d })
  }

  const onLost = (shard: number): void => {
    for (const ear of ears.values()) if (ear.shard === shard) ear.asked = undefined
    onShard(shard, { kind: 'lost' })
  }
  client.on(Events.Raw, onRaw)
  client.on(Events.ShardReconnecting, onLost)

  async function write(): Promise<void> {
    const at = port.now()
    const heard = await port.watched(at)
    const events = heard.filter(({ counts }) => counts)
    for (const { recorder, accounts } of ears.values()) {
      recorder.watch(events)
      const batch = recorder.pending()
      if (batch === undefined) continue
      const named = new Set(batch.rows.map(({ userId }) => userId))
      await port.record(
        batch,
        [...named].flatMap((userId) => accounts.get(userId) ?? []),
      )
      recorder.written(batch)
    }
    for (const { event, channelId, isUnnamed } of heard) {
      const channel = isUnnamed ? client.channels.cache.get(channelId) : undefined
      if (channel?.isVoiceBased() === true) await port.name(event, cleanLine(channel.name) || channelId)
    }
    await calendar.flush()
  }

  function step(): Promise<void> {
    const at = port.now()
    const isStalled = at - lastBeat > STALLED_MS
    lastBeat = at
    for (const ear of ears.values()) {
      const { recorder } = ear
      if (!recorder.isBusy || recorder.isLost) continue
      const isQuiet = at - (recorder.heardUntil ?? at) >= QUIET_MS
      if (isStalled || (isQuiet && ear.asked !== undefined)) doubt(ear)
      else if (isQuiet) ask(ear)
    }
    running ??= write()
      .catch((error: unknown) => log.warn({ err: error }, 'what was heard of voice channels waits to be written'))
      .finally(() => {
        running = undefined
      })
    return running
  }

  const stopBeat = beat(step)
  return {
    async stop() {
      stopBeat()
      await running
      const busy = [...ears.values()].filter(({ recorder }) => recorder.isBusy && !recorder.isLost)
      if (busy.length > 0) {
        const { promise, resolve } = Promise.withResolvers<void>()
        answered = () => busy.every(({ asked }) => asked === undefined) && resolve()
        busy.forEach(ask)
        const timer = setTimeout(resolve, LAST_ANSWER_MS)
        await promise
        clearTimeout(timer)
      }
      client.off(Events.Raw, onRaw)
      client.off(Events.ShardReconnecting, onLost)
      await step()
    },
  }
}
