import { ChannelType, Client, type DiscordAPIError, Events, GatewayIntentBits, Routes, ThreadAutoArchiveDuration } from 'discord.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DiscordFake, startDiscordFake } from './discord-fake.ts'

const GUILD = '200000000000000001'
const ANN = '300000000000000001'

let fake: DiscordFake
let client: Client
let text: string
let stage: string

beforeEach(async () => {
  fake = await startDiscordFake()
  fake.addGuild({ id: GUILD })
  text = fake.addChannel({ name: 'proposals' })
  stage = fake.addChannel({ name: 'Town hall', type: 'stage' })
  fake.addMember({ userId: ANN, name: 'Ann' })
  client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.GuildVoiceStates,
      GatewayIntentBits.GuildScheduledEvents,
    ],
    rest: { api: fake.apiUrl, retries: 0 },
  })
})
afterEach(async () => {
  await client.destroy()
  await fake.close()
})

async function login(): Promise<void> {
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()))
  await client.login(fake.token)
  await ready
}

async function textChannel() {
  const channel = await client.channels.fetch(text)
  if (channel?.type !== ChannelType.GuildText) throw new Error('no text channel')
  return channel
}

const codeOf = (promise: Promise<unknown>): Promise<number | string> =>
  promise.then(
    () => 'was not refused',
    (error: DiscordAPIError) => error.code,
  )

test('who is in a voice channel is known at once to a bot that starts later', async () => {
  fake.voice(GUILD, ANN, stage, { deafened: true })
  await login()
  const state = client.guilds.cache.get(GUILD)?.voiceStates.cache.get(ANN)
  expect([state?.channelId, state?.selfDeaf]).toEqual([stage, true])
  const left = new Promise((resolve) =>
    client.once(Events.VoiceStateUpdate, (before, after) => resolve([before.channelId, after.channelId])),
  )
  fake.voice(GUILD, ANN, null)
  expect(await left).toEqual([stage, null])
  expect(() => fake.voice(GUILD, ANN, text)).toThrow('is no voice channel')
})

test('scheduled events are heard of, started in order, and read', async () => {
  await login()
  const heard = new Promise<string>((resolve) => client.once(Events.GuildScheduledEventCreate, (event) => resolve(event.name)))
  const event = fake.scheduleEvent({ name: 'Call', channel: stage, creator: ANN, startsAt: Date.now() + 60_000 })
  expect(await heard).toBe('Call')
  const started = new Promise((resolve) => client.once(Events.GuildScheduledEventUpdate, (_before, after) => resolve(after.isActive())))
  fake.setScheduledEventStatus(event, 'active')
  expect(await started).toBe(true)
  expect(() => fake.setScheduledEventStatus(event, 'canceled')).toThrow('cannot become canceled')
  const read = await client.guilds.cache.get(GUILD)?.scheduledEvents.fetch({ guildScheduledEvent: event, force: true })
  expect([read?.name, read?.channelId, read?.creatorId]).toEqual(['Call', stage, ANN])
  expect((await client.guilds.cache.get(GUILD)?.scheduledEvents.fetch())?.size).toBe(1)
  expect(fake.violations).toEqual([])
})

test('a thread is opened from a message once, written to, archived and locked', async () => {
  await login()
  const channel = await textChannel()
  const message = await channel.send('Proposal 7')
  const thread = await message.startThread({ name: 'Proposal 7', autoArchiveDuration: ThreadAutoArchiveDuration.OneDay })
  expect(thread.id).toBe(message.id)
  expect(await codeOf(client.rest.post(Routes.threads(text, message.id), { body: { name: 'again' } }))).toBe(160004)
  await thread.send('discuss')
  expect(fake.messages(thread.id).map(({ content }) => content)).toEqual(['discuss'])
  await thread.setArchived(true)
  expect(await codeOf(thread.setLocked(true))).toBe(50013)
  expect(fake.violations).toEqual([])
})

test('a thread of its own is private by default and needs the right', async () => {
  await login()
  const channel = await textChannel()
  expect((await channel.threads.create({ name: 'a', type: ChannelType.PublicThread })).type).toBe(ChannelType.PublicThread)
  expect(await codeOf(channel.threads.create({ name: 'b', type: ChannelType.PrivateThread }))).toBe(50013)
  expect(fake.violations).toEqual([])
})
