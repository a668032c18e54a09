import type { Server } from 'node:http'
import {
  type APIMessage,
  GatewayCloseCodes,
  GatewayDispatchEvents,
  type GatewayDispatchPayload,
  GatewayIntentBits,
  GatewayOpcodes,
  type GatewayReadyDispatchData,
} from 'discord-api-types/v10'
import { WebSocket, WebSocketServer } from 'ws'
import { intentsOf, type EventName, ALL_INTENTS } from './intents.ts'
import { asObject, isJson, type Json, textOf } from './json.ts'
import { guildCreate, guildMember } from './payloads.ts'
import type { State } from './state.ts'
import { trusted } from './trusted.ts'

type EventData<T extends EventName> = Extract<GatewayDispatchPayload, { t: T }>['d']

interface Session {
  readonly id: string
  readonly intents: number
  readonly shard: readonly [number, number]
  readonly sent: { s: number; frame: string }[]
  seq: number
  socket: WebSocket | undefined
}

/** What a bot sends. */
interface Frame {
  readonly op: GatewayOpcodes
  readonly d: unknown
}

export interface GatewayOptions {
  readonly state: State
  /** Tells whether a token is the bot's. */
  readonly accepts: (token: string) => boolean
  /** Privileged intents that the application has been given; others close with 4014. */
  readonly privilegedIntents: number
  readonly heartbeatIntervalMs: number
  readonly address: () => string
}

/** Closing codes after which Discord knows the session no more (developers/topics/opcodes-and-status-codes). */
const ENDING_CODES: ReadonlySet<number> = new Set([
  GatewayCloseCodes.AuthenticationFailed,
  GatewayCloseCodes.InvalidSeq,
  GatewayCloseCodes.SessionTimedOut,
])
/** Events kept for RESUME; a session that missed more must identify again. */
const MAX_REPLAY = 1000
/** developers/events/gateway "Sending Events": longer payloads close with 4002, faster ones with 4008. */
const MAX_PAYLOAD_BYTES = 4096
const MAX_SENDS_PER_MINUTE = 120
const MAX_CHUNK = 1000

/** Discord's gateway, v10 JSON (developers/events/gateway): sessions survive their sockets until forgotten. */
export class Gateway {
  connections = 0
  identifies = 0
  resumes = 0
  heartbeats = 0
  readonly #options: GatewayOptions
  readonly #sockets: WebSocketServer
  readonly #sessions = new Map<string, Session>()
  /** Sockets that wait for HELLO; undefined while there is no outage. */
  #waiting: WebSocket[] | undefined
  /** Frames that are stuck on their way; undefined while the lines are whole. */
  #stuck: (() => void)[] | undefined

  constructor(server: Server, options: GatewayOptions) {
    this.#options = options
    this.#sockets = new WebSocketServer({ server, maxPayload: 64 * 1024 })
    this.#sockets.on('connection', (socket, request) => this.#connect(socket, request.url ?? '/'))
  }

  /** True while some session has a living socket. */
  get connected(): boolean {
    return [...this.#sessions.values()].some((session) => session.socket !== undefined)
  }

  get hasSession(): boolean {
    return this.#sessions.size > 0
  }

  /** Sends an event to every session that asked for it; one without a socket gets it at RESUME. @returns how many sessions */
  dispatch<T extends EventName>(event: T, data: EventData<T>, inGuild: boolean): number {
    let count = 0
    for (const session of this.#sessions.values()) {
      const wanted = intentsOf(event, inGuild)
      if (wanted !== 0 && (session.intents & wanted) === 0) continue
      if (!isOnShard(session.shard, guildOf(event, data))) continue
      this.#send(session, event, this.#redact(session, event, data, inGuild))
      count += 1
    }
    return count
  }

  /** Closes every socket. 1006 cuts the line without a closing frame. */
  drop(code: number): void {
    if (ENDING_CODES.has(code)) this.forgetSessions()
    for (const socket of this.#sockets.clients) {
      if (code === 1006) socket.terminate()
      else socket.close(code)
    }
  }

  /** Op 7: asks every bot to reconnect and RESUME. */
  requestReconnect(): void {
    for (const socket of this.#sockets.clients) this.#raw(socket, { op: GatewayOpcodes.Reconnect, d: null })
  }

  /**
   * Cuts every line without a closing frame and lets nobody in again until the function that it gives is called: sessions live on, and what happens
   * meanwhile is replayed at RESUME.
   */
  cutLines(): () => void {
    this.#waiting ??= []
    this.drop(1006)
    for (const session of this.#sessions.values()) session.socket = undefined
    return () => {
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      for (const socket of waiting) this.#hello(socket)
    }
  }

  /** Holds back everything that is sent, as a network that loses packets does, until the function that it gives is called: no line breaks, all comes late and in order. */
  stall(): () => void {
    this.#stuck ??= []
    return () => {
      const stuck = this.#stuck ?? []
      this.#stuck = undefined
      for (const deliver of stuck) deliver()
    }
  }

  /** Resolves when every connected bot has received all that was sent to it, what it asked for since included: frames and the answers to a ping keep their order. */
  async heard(): Promise<void> {
    const sessions = [...this.#sessions.values()].filter(({ socket }) => socket?.readyState === WebSocket.OPEN)
    const sent = sessions.map(({ seq }) => seq)
    await Promise.all(
      sessions.map(({ socket }) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        socket?.on('pong', resolve).on('close', resolve).ping()
        return promise.finally(() => socket?.off('pong', resolve).off('close', resolve))
      }),
    )
    if (sessions.some(({ seq }, index) => seq !== sent[index])) await this.heard()
  }

  /** Forgets the sessions, so that the next RESUME is answered by op 9. Sockets stay open but get no more events. */
  forgetSessions(): void {
    this.#sessions.clear()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()))
  }

  #connect(socket: WebSocket, url: string): void {
    this.connections += 1
    const query = new URL(url, 'ws://gateway').searchParams
    if (query.get('v') !== '10' || query.get('encoding') !== 'json') return socket.close(GatewayCloseCodes.InvalidAPIVersion)
    const sends: number[] = []
    let session: Session | undefined
    socket.on('error', () => socket.terminate())
    socket.on('close', (code) => {
      if (session?.socket !== socket) return
      session.socket = undefined
      // A bot that says good-bye ends its session.
      if (code === 1000 || code === 1001) this.#sessions.delete(session.id)
      this.#options.state.bell.ring()
    })
    socket.on('message', (data, binary) => {
      const text = Buffer.isBuffer(data) && !binary ? data.toString('utf8') : ''
      const frame = parseFrame(text)
      if (!frame || Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) return socket.close(GatewayCloseCodes.DecodeError)
      const now = this.#options.state.now()
      while (sends[0] !== undefined && sends[0] <= now - 60_000) sends.shift()
      sends.push(now)
      if (sends.length > MAX_SENDS_PER_MINUTE) return socket.close(GatewayCloseCodes.RateLimited)
      session = this.#receive(socket, session, frame)
      this.#options.state.bell.ring()
    })
    if (this.#waiting === undefined) this.#hello(socket)
    else this.#waiting.push(socket)
  }

  #hello(socket: WebSocket): void {
    this.#raw(socket, { op: GatewayOpcodes.Hello, d: { heartbeat_interval: this.#options.heartbeatIntervalMs } })
  }

  #receive(socket: WebSocket, session: Session | undefined, { op, d }: Frame): Session | undefined {
    if (op === GatewayOpcodes.Heartbeat) {
      this.heartbeats += 1
      this.#raw(socket, { op: GatewayOpcodes.HeartbeatAck })
      return session
    }
    if (op === GatewayOpcodes.Identify || op === GatewayOpcodes.Resume) {
      if (session) socket.close(GatewayCloseCodes.AlreadyAuthenticated)
      else if (!isJson(d)) socket.close(GatewayCloseCodes.DecodeError)
      else if (!this.#options.accepts(textOf(d['token']))) socket.close(GatewayCloseCodes.AuthenticationFailed)
      else return op === GatewayOpcodes.Identify ? this.#identify(socket, d) : this.#resume(socket, d)
      return session
    }
    if (!session) socket.close(GatewayCloseCodes.NotAuthenticated)
    else if (op === GatewayOpcodes.RequestGuildMembers && isJson(d)) this.#sendMembers(socket, session, d)
    else if (op !== GatewayOpcodes.PresenceUpdate && op !== GatewayOpcodes.VoiceStateUpdate) socket.close(GatewayCloseCodes.UnknownOpcode)
    return session
  }

  #identify(socket: WebSocket, d: Json): Session | undefined {
    this.identifies += 1
    const { state, privilegedIntents } = this.#options
    const intents = d['intents']
    const shard = Array.isArray(d['shard']) ? d['shard'] : [0, 1]
    if (shard.length !== 2 || !(Number(shard[0]) < Number(shard[1]))) return this.#refuse(socket, GatewayCloseCodes.InvalidShard)
    if (!isJson(d['properties'])) return this.#refuse(socket, GatewayCloseCodes.DecodeError)
    if (typeof intents !== 'number' || (intents & ~ALL_INTENTS) !== 0 || intents < 0)
      return this.#refuse(socket, GatewayCloseCodes.InvalidIntents)
    const privileged = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent
    if ((intents & privileged & ~privilegedIntents) !== 0) return this.#refuse(socket, GatewayCloseCodes.DisallowedIntents)
    const own = [Number(shard[0]), Number(shard[1])] as const
    const session: Session = { id: state.nextId(), intents, shard: own, sent: [], seq: 0, socket }
    this.#sessions.set(session.id, session)
    const inGuilds = (intents & GatewayIntentBits.Guilds) !== 0
    const guilds = inGuilds ? [...state.guilds.values()].filter((guild) => isOnShard(own, guild.id)) : []
    const ready: GatewayReadyDispatchData = {
      v: 10,
      user: state.botUser,
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.#options.address(),
      shard: [...own],
      application: trusted<GatewayReadyDispatchData['application']>({ id: state.applicationId, flags: 0, flags_new: '0' }),
    }
    this.#send(session, GatewayDispatchEvents.Ready, ready)
    const threshold = typeof d['large_threshold'] === 'number' ? d['large_threshold'] : 50
    for (const guild of guilds) this.#send(session, GatewayDispatchEvents.GuildCreate, guildCreate(state, guild, threshold))
    return session
  }

  #resume(socket: WebSocket, d: Json): Session | undefined {
    this.resumes += 1
    const session = this.#sessions.get(textOf(d['session_id']))
    const seq = Number(d['seq'])
    const oldest = session?.sent[0]?.s ?? 1
    if (!session || !Number.isInteger(seq) || seq + 1 < oldest) {
      this.#raw(socket, { op: GatewayOpcodes.InvalidSession, d: false })
      return undefined
    }
    if (seq > session.seq) return this.#refuse(socket, GatewayCloseCodes.InvalidSeq)
    session.socket?.terminate()
    session.socket = socket
    for (const { s, frame } of session.sent) if (s > seq) socket.send(frame)
    this.#send(session, GatewayDispatchEvents.Resumed, undefined)
    return session
  }

  #refuse(socket: WebSocket, code: GatewayCloseCodes): undefined {
    socket.close(code)
    return undefined
  }

  #sendMembers(socket: WebSocket, session: Session, d: Json): void {
    const guild = this.#options.state.guilds.get(textOf(d['guild_id']))
    const ids = [d['user_ids']].flat().filter((id): id is string => typeof id === 'string')
    const query = typeof d['query'] === 'string' ? d['query'] : undefined
    if (!guild || (query === undefined && ids.length === 0)) return socket.close(GatewayCloseCodes.DecodeError)
    const whole = query === '' && Number(d['limit'] ?? 0) === 0
    if (whole && (session.intents & GatewayIntentBits.GuildMembers) === 0) return socket.close(GatewayCloseCodes.DisallowedIntents)
    const named = [...guild.members.values()].filter(({ user, nick }) =>
      query === undefined ? ids.includes(user.id) : (nick ?? user.username).toLowerCase().startsWith(query.toLowerCase()),
    )
    const limit = whole ? named.length : Math.min(Number(d['limit'] ?? MAX_CHUNK) || MAX_CHUNK, MAX_CHUNK)
    const members = named.slice(0, limit).map(guildMember)
    const count = Math.max(1, Math.ceil(members.length / MAX_CHUNK))
    const missing = ids.filter((id) => !guild.members.has(id))
    for (let index = 0; index < count; index += 1) {
      this.#send(session, GatewayDispatchEvents.GuildMembersChunk, {
        guild_id: guild.id,
        members: members.slice(index * MAX_CHUNK, (index + 1) * MAX_CHUNK),
        chunk_index: index,
        chunk_count: count,
        ...(missing.length > 0 ? { not_found: missing } : {}),
        ...(typeof d['nonce'] === 'string' ? { nonce: d['nonce'] } : {}),
      })
    }
  }

  /** Without the MESSAGE_CONTENT intent a guild message shows its text only to its author and to whom it mentions. */
  #redact<T extends EventName>(session: Session, event: T, data: EventData<T>, inGuild: boolean): unknown {
    if (event !== GatewayDispatchEvents.MessageCreate && event !== GatewayDispatchEvents.MessageUpdate) return data
    const message = trusted<Partial<APIMessage>>(data)
    const bot = this.#options.state.applicationId
    const sees = !inGuild || message.author?.id === bot || message.mentions?.some((user) => user.id === bot)
    if (sees || (session.intents & GatewayIntentBits.MessageContent) !== 0) return data
    return { ...message, content: '', embeds: [], attachments: [], components: [] }
  }

  #send(session: Session, event: string, data: unknown): void {
    session.seq += 1
    const frame = JSON.stringify({ op: GatewayOpcodes.Dispatch, t: event, s: session.seq, d: data ?? {} })
    session.sent.push({ s: session.seq, frame })
    if (session.sent.length > MAX_REPLAY) session.sent.shift()
    this.#write(session.socket, frame)
  }

  #raw(socket: WebSocket, payload: Json): void {
    this.#write(socket, JSON.stringify({ t: null, s: null, d: null, ...payload }))
  }

  #write(socket: WebSocket | undefined, frame: string): void {
    if (this.#stuck === undefined) socket?.send(frame)
    else this.#stuck.push(() => socket?.send(frame))
  }
}

/** developers/events/gateway "Sharding": guilds by their id, everything else on shard 0. */
const isOnShard = ([index, count]: readonly [number, number], guildId: string | undefined): boolean =>
  (guildId === undefined ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count))) === index

function guildOf(event: EventName, data: unknown): string | undefined {
  const id = asObject(data)[event === GatewayDispatchEvents.GuildCreate || event === GatewayDispatchEvents.GuildDelete ? 'id' : 'guild_id']
  return typeof id === 'string' ? id : undefined
}

function parseFrame(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return isJson(frame) && typeof frame['op'] === 'number' ? { op: trusted<GatewayOpcodes>(frame['op']), d: frame['d'] } : undefined
  } catch {
    return undefined
  }
}
