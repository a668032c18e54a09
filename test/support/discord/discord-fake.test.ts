import {
  type APIMessage,
  Client,
  type DiscordAPIError,
  Events,
  GatewayIntentBits,
  MessageFlags,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DiscordFake, startDiscordFake } from './discord-fake.ts'
import { trusted } from './trusted.ts'
import { sampleCommands, startSampleBot } from './sample-bot.ts'

const GUILD = '200000000000000001'
const ANN = '300000000000000001'
const BOB = '300000000000000002'

let fake: DiscordFake
let client: Client<true>
let errors: unknown[]
let channel: string

beforeEach(async () => {
  fake = await startDiscordFake()
  fake.addGuild({ id: GUILD, name: 'House' })
  channel = fake.addChannel({ name: 'general' })
  fake.addMember({ userId: ANN, name: 'Ann', locale: 'ru' })
  fake.addMember({ userId: BOB, name: 'Bob' })
  ;({ client, errors } = await startSampleBot(fake))
})

afterEach(async () => {
  await client.destroy()
  await fake.close()
})

const post = async (body: RESTPostAPIChannelMessageJSONBody | Record<string, unknown>): Promise<APIMessage> =>
  trusted<APIMessage>(await client.rest.post(Routes.channelMessages(channel), { body }))
const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there')
  return value
}
const codeOf = (promise: Promise<unknown>): Promise<[number, number | string]> =>
  promise.then(
    () => expect.unreachable('was not refused'),
    (error: DiscordAPIError) => [error.status, error.code] as [number, number | string],
  )

describe('a real client', () => {
  test('gets ready with guild, channel, members and itself', () => {
    const guild = client.guilds.cache.get(GUILD)
    expect(guild?.available).toBe(true)
    expect(guild?.members.me?.id).toBe(fake.applicationId)
    expect(guild?.members.cache.get(ANN)?.displayName).toBe('Ann')
    expect(guild?.channels.cache.has(channel)).toBe(true)
    expect(fake.registeredCommands().map((command) => command.name)).toEqual(['pos'])
    expect(fake.violations).toEqual([])
  })

  test('defers ephemerally, edits and follows up', async () => {
    const talk = await fake.slash({ user: ANN, path: ['pos', 'event', 'create'], options: { title: 'Call', points: 5, host: BOB } })
    expect(talk.deferred).toBe(true)
    expect(talk.ephemeralFlag).toBe(true)
    await talk.until('the follow-up', ({ messages }) => messages.length === 2)
    expect(talk.ephemeral).toBe(true)
    expect(talk.text).toBe('Created for 5\nCall\nHost\nbob\nOne more thing')
    expect(fake.messages(channel)).toEqual([])
    const callback = fake.requests.find((request) => request.path.endsWith('/callback'))
    expect(callback?.authorized).toBe(false)
    expect(errors).toEqual([])
    expect(fake.violations).toEqual([])
  })

  test('sees the user, place, rights and language of an interaction', async () => {
    const seen = new Promise<unknown[]>((resolve) =>
      client.once(Events.InteractionCreate, (i) =>
        resolve([
          i.inCachedGuild(),
          i.channelId,
          i.locale,
          i.guildLocale,
          i.memberPermissions?.has('SendMessages'),
          i.appPermissions.has('EmbedLinks'),
        ]),
      ),
    )
    await fake.slash({ user: ANN, path: ['pos', 'card'] })
    expect(await seen).toEqual([true, channel, 'ru', 'en-US', true, true])
  })

  test('shows Components V2, takes clicks and choices', async () => {
    const card = await fake.slash({ user: ANN, path: ['pos', 'card'] })
    expect(card.text).toBe('## Season 3')
    expect(card.buttons.map((button) => [button.label, button.customId, button.disabled])).toEqual([
      ['Next', 'next', false],
      ['Off', 'off', true],
    ])
    const message = present(fake.messages(channel)[0])
    await expect(fake.click({ user: ANN, message, label: 'Off' })).rejects.toThrow('is disabled')
    await expect(fake.click({ user: ANN, message, customId: 'none' })).rejects.toThrow('has no button')
    const chosen = await fake.select({ user: ANN, message, customId: 'kind', values: ['code'] })
    expect([chosen.text, chosen.ephemeral]).toEqual(['chose code', true])
    const next = await fake.click({ user: BOB, message, label: 'Next' })
    expect(next.deferred).toBe(true)
    expect(next.text).toBe('page 2 for bob')
    expect(fake.messages(channel)[0]?.id).toBe(message.id)
    expect(errors).toEqual([])
    expect(fake.violations).toEqual([])
  })

  test('opens a form and reads it', async () => {
    const modal = present((await fake.slash({ user: ANN, path: ['pos', 'form'] })).modal)
    expect(modal.fields.map((field) => [field.label, field.customId, field.required])).toEqual([
      ['What', 'what', true],
      ['Kind', 'kind', true],
    ])
    await expect(fake.submitModal({ user: ANN, modal, fields: { what: 'x'.repeat(11), kind: ['essay'] } })).rejects.toThrow(
      'out of its length',
    )
    await expect(fake.submitModal({ user: ANN, modal, fields: { kind: ['essay'] } })).rejects.toThrow('is required')
    await expect(fake.submitModal({ user: BOB, modal, fields: { what: 'x', kind: ['essay'] } })).rejects.toThrow('was opened for user')
    const talk = await fake.submitModal({ user: ANN, modal, fields: { what: 'essay 7', kind: ['essay'] } })
    expect(talk.text).toBe('claimed essay 7 essay')
    expect(errors).toEqual([])
    expect(fake.violations).toEqual([])
  })

  test('completes what is typed, in a direct conversation too', async () => {
    const find = { user: ANN, path: ['pos', 'find'], options: { what: 'ab' }, focused: 'what' }
    expect(await fake.autocomplete(find)).toEqual([{ name: 'ab!', value: 'ab' }])
    const direct = await fake.slash({ user: BOB, dm: true, path: ['pos', 'card'] })
    expect(direct.text).toBe('## Season 3')
    expect(direct.interaction.guild_id).toBeUndefined()
    expect(fake.messages(fake.directChannel(BOB))).toHaveLength(1)
    expect(fake.violations).toEqual([])
  })

  test('writes, reads, edits and deletes messages with files', async () => {
    const fetched = await client.channels.fetch(channel)
    const target = present(fetched?.isSendable() ? fetched : undefined)
    const sent = await target.send({ content: 'hi @everyone', files: [{ attachment: Buffer.from('png'), name: 'chart.png' }] })
    expect([sent.attachments.first()?.name, sent.attachments.first()?.size, sent.mentions.everyone]).toEqual(['chart.png', 3, false])
    const edited = await sent.edit({ content: 'bye' })
    expect([edited.content, edited.attachments.size]).toEqual(['bye', 1])
    await sent.delete()
    expect(await codeOf(target.messages.fetch({ message: sent.id, force: true }))).toEqual([404, 10008])
    expect(fake.violations).toEqual([])
  })

  test('reads guilds, members, roles and itself over REST', async () => {
    const guild = await client.guilds.fetch({ guild: GUILD, force: true, withCounts: true })
    expect(guild.approximateMemberCount).toBe(4)
    const role = fake.addRole(GUILD, { name: 'Reviewer' })
    await guild.roles.fetch()
    const ann = await guild.members.fetch({ user: ANN, force: true })
    await ann.roles.add(role)
    expect((await guild.members.fetch({ user: ANN, force: true })).roles.cache.has(role)).toBe(true)
    expect((await guild.members.fetch()).size).toBe(4)
    expect((await guild.members.list({ limit: 10 })).size).toBe(4)
    await guild.channels.fetch()
    expect((await client.application.fetch()).id).toBe(fake.applicationId)
    expect((await client.users.fetch(BOB, { force: true })).username).toBe('bob')
    expect(await client.application.commands.fetch({ withLocalizations: true })).toHaveLength?.(1)
    await client.application.commands.set(sampleCommands, GUILD)
    expect(fake.registeredCommands(GUILD)[0]?.guild_id).toBe(GUILD)
    expect(fake.violations).toEqual([])
  })

  test('gets messages of users and events of members', async () => {
    const heard = new Promise<string>((resolve) =>
      client.once(Events.MessageCreate, (message) => resolve(`${message.author.username}: ${message.content}`)),
    )
    const left = new Promise<string>((resolve) => client.once(Events.GuildMemberRemove, (member) => resolve(member.id)))
    fake.say({ user: ANN, text: 'hello' })
    fake.removeMember(GUILD, BOB)
    expect(await heard).toBe('ann: hello')
    expect(await left).toBe(BOB)
  })
})

describe('what a user cannot do', () => {
  test.each([
    [['nope'], {}, 'is not registered'],
    [['pos', 'event', 'drop'], {}, '"drop" is not registered'],
    [['pos', 'event'], {}, 'needs one of: create'],
    [['pos', 'event', 'create'], {}, 'required option "title" is missing'],
    [['pos', 'event', 'create'], { title: 5 }, 'takes a text'],
    [['pos', 'event', 'create'], { title: 'a', points: 101 }, 'out of its range'],
    [['pos', 'event', 'create'], { title: 'a', colour: 'x' }, 'has no option "colour"'],
    [['pos', 'event', 'create'], { title: 'a', host: '999' }, 'is no user'],
  ])('%j %j: %s', async (path, options, message) => {
    await expect(fake.slash({ user: ANN, path, options })).rejects.toThrow(message)
  })

  test('wait longer than the bound for a bot that says nothing', async () => {
    await using quick = await startDiscordFake({ timeoutMs: 50 })
    quick.addGuild({ id: GUILD })
    quick.addChannel()
    quick.addMember({ userId: ANN, name: 'Ann' })
    const silent = await startSampleBot(quick)
    await expect(quick.slash({ user: ANN, path: ['pos', 'slow'] })).rejects.toThrow(
      'waited 50 ms for the answer to /pos slow\nthe bot has not answered at all',
    )
    await silent.client.destroy()
  })
})

describe('refusals', () => {
  test('40060 on a second callback, also after the same interaction came twice', async () => {
    const talk = await fake.slash({ user: ANN, path: ['pos', 'card'] })
    const refused = fake.waitForRequest({ path: /\/callback$/, status: 400, code: 40060 })
    fake.redeliver(talk.interaction)
    await refused
    expect(talk.messages).toHaveLength(1)
    expect(fake.violations).toEqual([])
  })

  test('10062 when unknown or late, 10015 for a wrong token, 50027 after 15 minutes', async () => {
    const defer = (id: string, token: string) => client.rest.post(Routes.interactionCallback(id, token), { body: { type: 5 }, auth: false })
    const arrived = new Promise<{ id: string; token: string }>((resolve) => client.once(Events.InteractionCreate, resolve))
    const unanswered = fake.slash({ user: ANN, path: ['pos', 'slow'] })
    const { id, token } = await arrived
    expect(await codeOf(defer('5', token))).toEqual([404, 10062])
    expect(await codeOf(defer(id, 'wrong'))).toEqual([404, 10015])
    expect(await codeOf(client.rest.patch(Routes.webhookMessage(fake.applicationId, token), { body: { content: 'x' } }))).toEqual([
      404, 10015,
    ])
    fake.advance(3_001)
    expect(await codeOf(defer(id, token))).toEqual([404, 10062])
    const ended = unanswered.catch((error: Error) => error.message)

    const talk = await fake.slash({ user: ANN, path: ['pos', 'card'] })
    fake.advance(15 * 60_000 + 1)
    const edit = client.rest.patch(Routes.webhookMessage(fake.applicationId, talk.interaction.token), { body: { flags: 0 }, auth: false })
    expect(await codeOf(edit)).toEqual([401, 50027])
    await fake.close()
    expect(await ended).toBe('closed while waiting for the answer to /pos slow')
  })

  test('50013, 50001, 10003, 50006', async () => {
    const muted = fake.addChannel({ botPermissions: 1024n })
    const hidden = fake.addChannel({ botPermissions: 0n })
    const send = (id: string, content: string) => codeOf(client.rest.post(Routes.channelMessages(id), { body: { content } }))
    expect(await send(muted, 'x')).toEqual([403, 50013])
    expect(await send(hidden, 'x')).toEqual([403, 50001])
    expect(await send('404', 'x')).toEqual([404, 10003])
    expect(fake.violations).toEqual([])
    expect(await send(channel, '  ')).toEqual([400, 50006])
    expect(fake.violations).toHaveLength(1)
  })

  test('50035 with a tree, recorded as a violation', async () => {
    const error = await post({ content: 'x'.repeat(2001), embeds: [{ fields: [{ name: '', value: 'v' }] }] }).then(
      () => expect.unreachable('was not refused'),
      (refusal: DiscordAPIError) => refusal.rawError,
    )
    expect(error).toMatchObject({
      code: 50035,
      errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] }, embeds: { 0: { fields: { 0: { name: { _errors: [{}] } } } } } },
    })
    expect(fake.violations).toMatchObject([{ side: 'bot', path: `/channels/${channel}/messages` }])
  })

  const button = (id: string) => ({ type: 1, components: [{ type: 2, style: 1, label: 'a', custom_id: id }] })
  test.each([
    ['six rows', { content: 'x', components: [1, 2, 3, 4, 5, 6].map((n) => button(String(n))) }],
    ['a custom id used twice', { content: 'x', components: [button('a'), button('a')] }],
    ['unknown flag bits', { content: 'x', flags: 1 << 20 }],
    ['an ephemeral channel message', { content: 'x', flags: MessageFlags.Ephemeral }],
    ['6001 characters of embeds', { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] }],
    ['V2 with content', { content: 'x', flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'a' }] }],
    ['V2 components without the flag', { components: [{ type: 10, content: 'a' }] }],
    ['a file that did not come', { flags: MessageFlags.IsComponentsV2, components: [{ type: 13, file: { url: 'attachment://a.png' } }] }],
    ['a button without label', { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'a' }] }] }],
  ])('50035 for %s', async (_what, body) => {
    expect(await codeOf(post(body))).toEqual([400, 50035])
  })

  const command = { name: 'a', description: 'b' }
  const option = { type: 3, name: 'o', description: 'd' }
  test.each([
    ['a capital letter', { ...command, name: 'Ab' }],
    ['a space', { ...command, name: 'a b' }],
    ['an unknown locale', { ...command, name_localizations: { 'zh-XX': 'a' } }],
    ['a required option after an optional one', { ...command, options: [option, { ...option, name: 'p', required: true }] }],
    ['an option used twice', { ...command, options: [option, option] }],
    ['no description', { name: 'a' }],
  ])('50035 for a command with %s', async (_what, body) => {
    expect(await codeOf(client.rest.put(Routes.applicationCommands(fake.applicationId), { body: [body] }))).toEqual([400, 50035])
  })

  test('a misspelt key and an unknown operation, by the document', async ({ skip }) => {
    if (!fake.judgedByDocument) skip('no documents: the OpenAPI document is absent')
    expect(await codeOf(post({ embeds: [{ title: 'x', colour: 1 }] }))).toEqual([400, 50035])
    expect(fake.violations[0]?.problems).toEqual([
      { path: ['embeds', '0', 'colour'], code: 'UNKNOWN_KEY', message: 'is not a key of this object' },
    ])
    expect(await codeOf(client.rest.get('/no/such'))).toEqual([404, 0])
    expect(fake.violations).toHaveLength(2)
  })
})

describe('faults', () => {
  test('429 is waited out', async () => {
    fake.rateLimitNext(2, 0.01)
    const message = await post({ content: 'late' })
    expect(fake.requests.slice(-3).map((request) => request.status)).toEqual([429, 429, 200])
    expect(fake.messages(channel).map(({ id }) => id)).toEqual([message.id])
  })

  test('RESUME after a cut brings what was missed, in order', async () => {
    const heard: string[] = []
    const resumed = new Promise((resolve) => client.once(Events.ShardResume, resolve))
    client.on(Events.MessageCreate, (message) => heard.push(message.content))
    fake.dropGateway(1006)
    for (const text of ['one', 'two', 'three']) fake.say({ user: ANN, text })
    await resumed
    expect(heard).toEqual(['one', 'two', 'three'])
    expect([fake.connections, fake.identifies, fake.resumes]).toEqual([2, 1, 1])
    fake.requestReconnect()
    await fake.until('the second resume', () => fake.resumes === 2)
  })

  test('a forgotten session is told so by op 9 and identifies again', async () => {
    const again = new Promise((resolve) => client.once(Events.ShardReady, resolve))
    fake.forgetSession()
    fake.dropGateway()
    await again
    expect([fake.identifies, fake.resumes]).toEqual([2, 1])
    expect((await fake.slash({ user: ANN, path: ['pos', 'card'] })).text).toBe('## Season 3')
  }, 15_000)

  test('a bad token: 401, and 4004 at the gateway', async () => {
    const other = new Client({ intents: [], rest: { api: fake.apiUrl } })
    await expect(other.login('wrong')).rejects.toThrow('An invalid token was provided.')
    await other.destroy()
    const closed = new Promise((resolve) => client.once(Events.ShardDisconnect, ({ code }) => resolve(code)))
    fake.revokeToken()
    fake.dropGateway()
    expect(await closed).toBe(4004)
    expect(await codeOf(post({ content: 'x' }))).toEqual([401, 0])
  })

  test('an intent that was not granted closes with 4014', async () => {
    const other = new Client({ intents: [GatewayIntentBits.GuildPresences], rest: { api: fake.apiUrl } })
    const closed = new Promise((resolve) => other.once(Events.ShardDisconnect, ({ code }) => resolve(code)))
    other.login(fake.token).catch(() => undefined)
    expect(await closed).toBe(4014)
    await other.destroy()
  })
})
