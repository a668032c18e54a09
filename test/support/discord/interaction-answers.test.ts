import { type APIInteraction, InteractionResponseType as Answering, MessageFlags } from 'discord-api-types/v10'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ClickInput, SlashInput } from './driver.ts'
import { type DiscordFake, startDiscordFake } from './discord-fake.ts'
import type { Json } from './json.ts'
import { trusted } from './trusted.ts'

const GUILD = '200000000000000001'
const ANN = '300000000000000001'
const ADMIN = '300000000000000002'

let fake: DiscordFake
let channel: string
let socket: WebSocket
const arrived: APIInteraction[] = []

beforeEach(async () => {
  fake = await startDiscordFake({ timeoutMs: 1_000 })
  fake.addGuild({ id: GUILD, botPermissions: 1n << 3n })
  channel = fake.addChannel()
  fake.addMember({ userId: ANN, name: 'Ann' })
  fake.addMember({ userId: ADMIN, name: 'Admin', permissions: 1n << 5n })
  arrived.length = 0
  socket = new WebSocket(`${fake.gatewayUrl}/?v=10&encoding=json`)
  const ready = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const frame = trusted<{ op: number; t: string; d: APIInteraction }>(JSON.parse(trusted<Buffer>(data).toString()))
      if (frame.op === 10) socket.send(JSON.stringify({ op: 2, d: { token: fake.token, intents: 0, properties: {} } }))
      if (frame.t === 'READY') resolve()
      if (frame.t === 'INTERACTION_CREATE') arrived.push(frame.d)
    })
  })
  await ready
  const text = { name: 'text', description: 'd', type: 3 }
  await call('PUT', `/applications/${fake.applicationId}/commands`, [
    { name: 'do', description: 'd', options: [{ ...text, choices: [{ name: 'One', value: '1' }] }] },
    { name: 'manage', description: 'd', default_member_permissions: '32', contexts: [0] },
  ])
})
afterEach(async () => {
  socket.terminate()
  await fake.close()
})

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json; headers: Headers }> {
  const headers = {
    'content-type': 'application/json',
    ...(path.startsWith('/interactions') || path.startsWith('/webhooks') ? {} : { authorization: `Bot ${fake.token}` }),
  }
  const response = await fetch(`${fake.apiUrl}/v10${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, json: text === '' ? {} : trusted<Json>(JSON.parse(text)), headers: response.headers }
}

/** Sends a command, and gives the means to answer it by hand. */
async function begin(act: () => Promise<unknown> = () => fake.slash({ user: ANN, path: ['do'] })) {
  const count = arrived.length
  const talk = act()
  talk.catch(() => undefined)
  await new Promise<void>((resolve) => {
    const look = (): void => (arrived.length > count ? resolve() : void socket.once('message', look))
    look()
  })
  const interaction = arrived[count]
  if (!interaction) throw new Error('no interaction came')
  const { id, token } = interaction
  return {
    talk,
    interaction,
    answer: (body: unknown, query = '') => call('POST', `/interactions/${id}/${token}/callback${query}`, body),
    webhook: (method: string, path: string, body?: unknown) => call(method, `/webhooks/${fake.applicationId}/${token}${path}`, body),
  }
}

const option = (value: string) => ({ label: value, value })
/** A message with one list. */
const listOf = (options: readonly object[], more: object = {}) => {
  const list = { type: 3, custom_id: 'list', options, ...more }
  return { type: 4, data: { flags: MessageFlags.IsComponentsV2, components: [{ type: 1, components: [list] }] } }
}

describe('the first answer', () => {
  test('with_response=true gives the message, false gives nothing', async () => {
    const one = await begin()
    expect(await one.answer({ type: 4, data: { content: 'a' } }, '?with_response=false')).toMatchObject({ status: 204, json: {} })
    const two = await begin()
    const answered = await two.answer({ type: 4, data: { content: 'b', flags: MessageFlags.Ephemeral } }, '?with_response=true')
    expect(answered).toMatchObject({
      status: 200,
      json: { interaction: { response_message_ephemeral: true }, resource: { type: 4, message: { content: 'b' } } },
    })
    const three = await begin()
    expect(await three.answer({ type: 5 }, '?with_response=true')).toMatchObject({
      status: 200,
      json: { interaction: { response_message_loading: true } },
    })
    expect(fake.messages(channel).map((message) => message.content)).toEqual(['a'])
    expect(fake.violations).toEqual([])
  })

  test.each<[string, unknown]>([
    ['choices to a command', { type: Answering.ApplicationCommandAutocompleteResult, data: { choices: [] } }],
    ['an update to a command', { type: Answering.UpdateMessage, data: { content: 'x' } }],
    ['a deferral with other flags', { type: 5, data: { flags: MessageFlags.SuppressEmbeds } }],
    ['a list of 26 options', listOf(Array.from({ length: 26 }, (_, index) => option(String(index))))],
    ['a list without options', listOf([])],
    ['a list with a value twice', listOf([option('1'), option('1')])],
    ['a list with an option without a label', listOf([{ ...option('1'), label: '' }])],
    ['a list with a label of 101 signs', listOf([{ ...option('1'), label: 'x'.repeat(101) }])],
    ['a list with a value of 101 signs', listOf([option('x'.repeat(101))])],
    ['a list with a hint of 101 signs', listOf([{ ...option('1'), description: 'x'.repeat(101) }])],
    ['a list with a placeholder of 151 signs', listOf([option('1')], { placeholder: 'x'.repeat(151) })],
    ['a list of which more must be chosen than may', listOf([option('1'), option('2')], { min_values: 2, max_values: 1 })],
    ['a list of which more may be chosen than there are', listOf([option('1')], { max_values: 2 })],
    ['a list of channels with options', listOf([option('1')], { type: 8 })],
    ['a list with a custom id of 101 signs', listOf([option('1')], { custom_id: 'x'.repeat(101) })],
    ['a form of six parts', { type: 9, data: { custom_id: 'a', title: 't', components: [1, 2, 3, 4, 5, 6].map(label) } }],
    ['a form with a custom id used twice', { type: 9, data: { custom_id: 'a', title: 't', components: [label(1), label(1)] } }],
    ['a form without parts', { type: 9, data: { custom_id: 'a', title: 't', components: [] } }],
  ])('refuses %s, after which a right one is still taken', async (_what, body) => {
    const { answer, talk } = await begin()
    expect(await answer(body)).toMatchObject({ status: 400, json: { code: 50035 } })
    expect(await answer({ type: 4, data: { content: 'ok' } })).toMatchObject({ status: 204 })
    expect(await talk).toMatchObject({ text: 'ok' })
  })

  test('an empty one is 50006; a second is 40060; headers tell the rate limit', async () => {
    const { answer } = await begin()
    expect(await answer({ type: 4, data: {} })).toMatchObject({ status: 400, json: { code: 50006 } })
    expect(await answer({ type: 4, data: { content: 'x' } })).toMatchObject({ status: 204 })
    const second = await answer({ type: 5 })
    expect(second).toMatchObject({ status: 400, json: { code: 40060 } })
    expect(second.headers.get('x-ratelimit-bucket')).not.toBeNull()
    fake.advance(15 * 60_000 + 1)
    expect(await answer({ type: 5 })).toMatchObject({ status: 401, json: { code: 50027 } })
  })
})

function label(id: number) {
  return { type: 18, label: 'l', component: { type: 4, custom_id: `c${id}`, style: 1 } }
}

describe('by token', () => {
  test('the first follow-up fills a deferral and keeps it ephemeral; then edits, reads and deletes', async () => {
    const { answer, webhook, talk } = await begin()
    await answer({ type: 5, data: { flags: MessageFlags.Ephemeral } })
    expect(await webhook('POST', '?wait=true', { content: 'filled' })).toMatchObject({
      status: 200,
      json: { content: 'filled', flags: 64 },
    })
    expect(await talk).toMatchObject({ text: 'filled', deferred: true, ephemeral: true })
    expect(await webhook('PATCH', '/messages/%40original', { content: 'edited' })).toMatchObject({
      status: 200,
      json: { content: 'edited' },
    })
    const { json } = await webhook('GET', '/messages/@original')
    expect(await call('GET', `/channels/${channel}/messages/${String(json['id'])}`)).toMatchObject({ status: 404, json: { code: 10008 } })
    expect(await webhook('DELETE', '/messages/@original')).toMatchObject({ status: 204 })
    expect(await webhook('GET', '/messages/@original')).toMatchObject({ status: 404, json: { code: 10008 } })
    expect(fake.violations).toEqual([])
  })

  test('an edit without allowed_mentions is parsed again and pings', async () => {
    const { answer, webhook } = await begin()
    await answer({ type: 4, data: { content: 'hi @everyone', allowed_mentions: { parse: [] } } })
    expect(fake.messages(channel)[0]).toMatchObject({ mention_everyone: false })
    await webhook('PATCH', '/messages/@original', { content: `@everyone <@${ANN}>` })
    expect(fake.messages(channel)[0]).toMatchObject({ mention_everyone: true, mentions: [{ id: ANN }] })
  })

  test('the V2 flag cannot be taken back', async () => {
    const { answer, webhook } = await begin()
    await answer({ type: 4, data: { flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'a' }] } })
    expect(await webhook('PATCH', '/messages/@original', { content: 'x' })).toMatchObject({ status: 400, json: { code: 50035 } })
    expect(await webhook('PATCH', '/messages/@original', { components: [{ type: 10, content: 'b' }] })).toMatchObject({ status: 200 })
  })
})

describe('the client of a user', () => {
  test.each<[SlashInput, string]>([
    [{ user: ANN, path: ['manage'] }, 'wants permissions 32'],
    [{ user: ADMIN, dm: true, path: ['manage'] }, 'is not offered in direct messages'],
    [{ user: ANN, path: ['do'], options: { text: '2' } }, 'takes one of "1"'],
    [{ user: '9', path: ['do'] }, 'no user 9'],
  ])('does not send %j', async (input, message) => {
    await expect(fake.slash(input)).rejects.toThrow(message)
  })

  test('offers a command to who may use it', async () => {
    const { interaction } = await begin(() => fake.slash({ user: ADMIN, path: ['manage'] }))
    expect(BigInt(interaction.member?.permissions ?? 0) & 32n).toBe(32n)
  })

  test('shows an ephemeral button to nobody else', async () => {
    const { answer, talk } = await begin()
    const components = [{ type: 1, components: [{ type: 2, style: 1, label: 'Yes', custom_id: 'y' }] }]
    await answer({ type: 4, data: { content: 'Sure?', flags: 64, components } })
    const { messages } = await trusted<ReturnType<DiscordFake['slash']>>(talk)
    const message = messages[0] ?? { id: '' }
    const press = (user: string): ClickInput => ({ user, message, label: 'Yes' })
    await expect(fake.click(press(ADMIN))).rejects.toThrow('does not see the ephemeral message')
    const pressed = await begin(() => fake.click(press(ANN)))
    await pressed.answer({ type: 7, data: { content: 'Done', components: [] } })
    expect(await pressed.talk).toMatchObject({ text: 'Done', buttons: [] })
    await expect(fake.click(press(ANN))).rejects.toThrow('has no button')
  })

  test('tells in its error what the bot was refused', async () => {
    const { answer, talk } = await begin()
    await answer({ type: 4, data: {} })
    await expect(talk).rejects.toThrow(/waited 1000 ms for the answer to \/do[^]*-> 400 [^]*50006/)
  })
})
