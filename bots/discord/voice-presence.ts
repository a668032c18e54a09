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
import { createLineQuestions } from './line-questions.ts'

const WRITE_MS = 5 * SECOND
/** A leave counts from the last answered question, so that presence is right to this and a round trip; Discord takes 120 questions a minute on one line. */
const ASK_MS = SECOND
const LAST_ANSWER_MS = 2 * SECOND
const MAX_ACCOUNTS = 50_000

/** What is done again and again: `ask` has lines prove what was heard, `write` keeps it. */
export interface VoiceSteps {
  readonly ask: () => void
  readonly write: () => Promise<void>
}

/** Calls the steps again and again, until told to stop. */
export type Beat = (steps: VoiceSteps) => () => void

const everyBeat: Beat = ({ ask, write }) => {
  const timers = [setInterval(ask, ASK_MS), setInterval(() => void write(), WRITE_MS)]
  return () => timers.forEach(clearInterval)
}

interface Ear {
  readonly guildId: string
  readonly shard: number
  readonly recorder: PresenceRecorder
  readonly accounts: Map<string, ChatAccount>
  locale: string
}

export interface VoicePresence {
  /** Writes what was heard, and hears no more. */
  stop(): Promise<void>
}

/**
 * Hears who is in which voice channel, and the server's calendar, and has both kept. Listens to the gateway's own events in their order, before anything is
 * cached. Events carry no times and may come late over a line that stalls without breaking; but the gateway answers in order, so that an answer proves
 * that everything before its question was heard. What is kept rests on that alone.
 */
export function hearVoice(client: Client, port: PresencePort, log: Log, beat: Beat = everyBeat): VoicePresence {
  const ears = new Map<string, Ear>()
  const calendar = createCalendarQueue(port)
  const questions = createLineQuestions()
  let answered: () => void = () => {}
  let running: Promise<void> | undefined

  const onShard = (shard: number, fact: VoiceFact): void => {
    for (const ear of ears.values()) if (ear.shard === shard) ear.recorder.hear(fact)
  }
  const onRaw = (packet: GatewayDispatchPayload, shard: number): void => {
    const at = port.now()
    switch (packet.t) {
      case GatewayDispatchEvents.Ready:
        // A new session: nothing of the one before is told any more.
        questions.forget(shard)
        onShard(shard, { kind: 'lost' })
        break
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
        const askedAt = questions.answer(shard, packet.d.nonce)
        if (askedAt === undefined) break
        onShard(shard, { kind: 'proven', at: askedAt })
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
  }

  function begin(guild: GatewayGuildCreateDispatchData, shard: number, at: Instant): void {
    const before = ears.get(guild.id)
    const ear: Ear = {
      guildId: guild.id,
      shard,
      recorder: before?.recorder ?? createPresenceRecorder(port.newWatch),
      accounts: new Map(accountsOf(guild).map((account) => [account.userId, account])),
      locale: guild.preferred_locale,
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

  /** Asks each line on which somebody's presence counts, through one server of it. */
  function ask(): void {
    const lines = new Map([...ears.values()].filter(({ recorder }) => recorder.isBusy && !recorder.isLost).map((ear) => [ear.shard, ear]))
    for (const [shard, { guildId }] of lines) {
      const line = client.guilds.cache.get(guildId)?.shard
      if (line?.status !== Status.Ready || client.user === null) continue
      const nonce = questions.ask(shard, port.now())
      line.send({ op: GatewayOpcodes.RequestGuildMembers, d: { guild_id: guildId, user_ids: [client.user.id], limit: 0, nonce } })
    }
  }

  client.on(Events.Raw, onRaw)

  async function keep(): Promise<void> {
    const heard = await port.watched(port.now())
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

  function write(): Promise<void> {
    running ??= keep()
      .catch((error: unknown) => log.warn({ err: error }, 'what was heard of voice channels waits to be written'))
      .finally(() => {
        running = undefined
      })
    return running
  }

  const stopBeat = beat({ ask, write })
  return {
    async stop() {
      stopBeat()
      await running
      ask()
      if (questions.areOpen()) {
        const { promise, resolve } = Promise.withResolvers<void>()
        answered = () => !questions.areOpen() && resolve()
        const timer = setTimeout(resolve, LAST_ANSWER_MS)
        await promise
        clearTimeout(timer)
      }
      client.off(Events.Raw, onRaw)
      await write()
    },
  }
}
