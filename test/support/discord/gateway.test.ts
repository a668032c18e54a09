import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type DiscordFake, startDiscordFake } from './discord-fake.ts'
import type { Json } from './json.ts'
import { trusted } from './trusted.ts'

const GUILD = '200000000000000001'
const ANN = '300000000000000001'
const INTENTS = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages

let fake: DiscordFake
beforeEach(async () => {
  fake = await startDiscordFake({ privilegedIntents: 0 })
  fake.addGuild({ id: GUILD })
  fake.addChannel()
  fake.addMember({ userId: ANN, name: 'Ann' })
})
afterEach(() => fake.close())

interface Line {
  send(op: number, d: unknown): void
  raw(text: string): void
  /** Resolves with the data of the next frame with this op or event, past or future. */
  next(wanted: number | string): Promise<Json>
  readonly closed: Promise<number>
}

function connect(query = '?v=10&encoding=json'): Line {
  const socket = new WebSocket(`${fake.gatewayUrl}/${query}`)
  const frames: Json[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data) => {
    frames.push(trusted<Json>(JSON.parse(trusted<Buffer>(data).toString())))
    for (const look of waiting.splice(0)) look()
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const next = async (wanted: number | string): Promise<Json> => {
    for (;;) {
      const index = frames.findIndex((frame) => frame[typeof wanted === 'number' ? 'op' : 't'] === wanted)
      if (index >= 0) return frames.splice(index, 1)[0] ?? {}
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  return { send: (op, d) => socket.send(JSON.stringify({ op, d })), raw: (text) => socket.send(text), next, closed }
}

const identify = (line: Line, change: Json = {}): void =>
  line.send(GatewayOpcodes.Identify, { token: fake.token, intents: INTENTS, properties: { os: 'x', browser: 'x', device: 'x' }, ...change })

async function ready(change: Json = {}): Promise<{ line: Line; session: Json }> {
  const line = connect()
  await line.next(GatewayOpcodes.Hello)
  identify(line, change)
  return { line, session: trusted<Json>((await line.next('READY'))['d']) }
}

test.each<[number, (line: Line) => void]>([
  [4002, (line) => line.raw('{')],
  [4002, (line) => line.raw(JSON.stringify({ op: 1, d: 'x'.repeat(4100) }))],
  [4003, (line) => line.send(GatewayOpcodes.RequestGuildMembers, { guild_id: GUILD, query: '', limit: 0 })],
  [4004, (line) => identify(line, { token: 'wrong' })],
  [4004, (line) => line.send(GatewayOpcodes.Resume, { token: 'wrong', session_id: '1', seq: 1 })],
  [4010, (line) => identify(line, { shard: [1, 1] })],
  [4013, (line) => identify(line, { intents: 1 << 30 })],
  [4014, (line) => identify(line, { intents: GatewayIntentBits.MessageContent })],
])('closes with %i', async (code, act) => {
  const line = connect()
  await line.next(GatewayOpcodes.Hello)
  act(line)
  expect(await line.closed).toBe(code)
})

test('closes with 4012 for another version, 4005 for a second IDENTIFY, 4008 for more than 120 sends a minute', async () => {
  expect(await connect('?v=9&encoding=json').closed).toBe(4012)
  const { line } = await ready()
  identify(line)
  expect(await line.closed).toBe(4005)
  const { line: busy } = await ready()
  for (let count = 0; count < 121; count += 1) busy.send(GatewayOpcodes.Heartbeat, null)
  expect(await busy.closed).toBe(4008)
})

test('acknowledges heartbeats', async () => {
  const { line } = await ready()
  line.send(GatewayOpcodes.Heartbeat, 1)
  await line.next(GatewayOpcodes.HeartbeatAck)
  expect(fake.heartbeats).toBe(1)
})

test('hides the text of guild messages without the MESSAGE_CONTENT intent, unless they mention the bot', async () => {
  const { line } = await ready()
  fake.say({ user: ANN, text: 'secret' })
  expect((await line.next('MESSAGE_CREATE'))['d']).toMatchObject({ content: '', author: { id: ANN } })
  fake.say({ user: ANN, text: `<@${fake.applicationId}> hi` })
  expect((await line.next('MESSAGE_CREATE'))['d']).toMatchObject({ content: `<@${fake.applicationId}> hi` })
})

test('sends only what the intents ask for', async () => {
  const { line } = await ready({ intents: GatewayIntentBits.GuildMessages })
  fake.addChannel({ name: 'later' })
  fake.say({ user: ANN, text: 'x' })
  expect((await line.next('MESSAGE_CREATE'))['s']).toBe(2)
})

test('sends a guild to its shard, direct messages to shard 0', async () => {
  // (id >> 22) % 2 is 0 for this guild and 1 for the other
  const other = String((1n << 22n) * 101n)
  fake.addGuild({ id: other })
  fake.addChannel({ guild: other })
  fake.addMember({ guild: other, userId: ANN })
  const intents = INTENTS | GatewayIntentBits.DirectMessages
  const zero = await ready({ shard: [0, 2], intents })
  const one = await ready({ shard: [1, 2], intents })
  expect([zero, one].map(({ session }) => session['guilds'])).toEqual([
    [{ id: GUILD, unavailable: true }],
    [{ id: other, unavailable: true }],
  ])
  fake.say({ user: ANN, dm: true, text: 'direct' })
  fake.say({ user: ANN, guild: other, text: 'in the other' })
  expect((await one.line.next('MESSAGE_CREATE'))['d']).toMatchObject({ guild_id: other })
  expect((await zero.line.next('MESSAGE_CREATE'))['d']).toMatchObject({ content: 'direct' })
})

test('replays exactly what came after the given sequence, then RESUMED', async () => {
  const { line, session } = await ready()
  const { s } = await line.next('GUILD_CREATE')
  fake.say({ user: ANN, text: 'a' })
  fake.dropGateway(4000)
  expect(await line.closed).toBe(4000)
  fake.say({ user: ANN, text: 'b' })
  const again = connect()
  await again.next(GatewayOpcodes.Hello)
  again.send(GatewayOpcodes.Resume, { token: fake.token, session_id: session['session_id'], seq: s })
  const first = await again.next('MESSAGE_CREATE')
  const second = await again.next('MESSAGE_CREATE')
  const resumed = await again.next('RESUMED')
  expect([first['s'], second['s'], resumed['s']]).toEqual([3, 4, 5])
})

test('answers RESUME with op 9 when the session is unknown, and closes with 4007 when the sequence is ahead', async () => {
  const { line, session } = await ready()
  fake.dropGateway(1006)
  await line.closed
  const ahead = connect()
  await ahead.next(GatewayOpcodes.Hello)
  ahead.send(GatewayOpcodes.Resume, { token: fake.token, session_id: session['session_id'], seq: 99 })
  expect(await ahead.closed).toBe(4007)
  fake.forgetSession()
  const late = connect()
  await late.next(GatewayOpcodes.Hello)
  late.send(GatewayOpcodes.Resume, { token: fake.token, session_id: session['session_id'], seq: 1 })
  expect((await late.next(GatewayOpcodes.InvalidSession))['d']).toBe(false)
  identify(late)
  await late.next('READY')
})

test('sends members in chunks with the nonce, and all of them only with the intent', async () => {
  const { line } = await ready()
  line.send(GatewayOpcodes.RequestGuildMembers, { guild_id: GUILD, user_ids: [ANN, '9'], nonce: 'n' })
  expect((await line.next('GUILD_MEMBERS_CHUNK'))['d']).toMatchObject({
    nonce: 'n',
    chunk_count: 1,
    not_found: ['9'],
    members: [{ user: { id: ANN } }],
  })
  line.send(GatewayOpcodes.RequestGuildMembers, { guild_id: GUILD, query: '', limit: 0 })
  expect(await line.closed).toBe(4014)
})
