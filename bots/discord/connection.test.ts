import { Routes } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDiscordFake } from '../../test/support/discord/discord-fake.ts'
import { ANN, BOB, GUILD, openHouse, type House } from '../../test/support/discord/house.ts'
import { createSampleApp } from '../../test/support/sample-app.ts'
import { discordTexts } from './discord.texts.ts'
import { startDiscordBot } from './start-discord-bot.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

const pos = (...words: string[]): string[] => ['pos', ...words]
const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there')
  return value
}
/** A request to Discord with the bot's token, past the bot. */
const rest = (method: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${house.fake.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${house.fake.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('registering', () => {
  const puts = (): number => house.fake.requests.filter((request) => request.method === 'PUT').length

  test('stores the commands once, and again only when they changed', async () => {
    expect(house.fake.registeredCommands().map((command) => command.name)).toEqual(['pos', 'pos-admin'])
    expect(puts()).toBe(1)
    await house.restart()
    expect(puts()).toBe(1)
    await rest('PUT', Routes.applicationCommands(house.fake.applicationId), [{ name: 'pos', description: 'old' }])
    await house.restart()
    expect(puts()).toBe(3)
    expect(house.fake.registeredCommands().map((command) => command.name)).toEqual(['pos', 'pos-admin'])
  })

  test('for one server takes away those for all, so that none is offered twice', async () => {
    const { fake, app } = house
    await house.bot.stop()
    const bot = await startDiscordBot({ app, token: fake.token, apiUrl: fake.apiUrl, guildIds: [GUILD] })
    expect(fake.registeredCommands(GUILD).map((command) => command.name)).toEqual(['pos', 'pos-admin'])
    expect(fake.registeredCommands().map(({ name, contexts }) => [name, contexts])).toEqual([
      ['pos', [1]],
      ['pos-admin', [1]],
    ])
    expect((await fake.slash({ user: ANN, path: pos('status') })).text).toContain('All is well.')
    const before = puts()
    await bot.stop()
    const again = await startDiscordBot({ app, token: fake.token, apiUrl: fake.apiUrl, guildIds: [GUILD] })
    expect(puts()).toBe(before)
    await again.stop()
  })

  test('operators have a root of their own, whose authority is core’s', async () => {
    const { fake, app } = house
    expect((await fake.slash({ user: BOB, path: ['pos-admin', 'audit'] })).text).toContain('command.forbidden')
    app.grant({ platform: 'discord', userId: BOB }, 'operator')
    expect((await fake.slash({ user: BOB, path: ['pos-admin', 'audit'] })).text).toContain('Only operators read this.')
  })
})

describe('a direct message', () => {
  const reply = {
    audience: 'private',
    tone: 'info',
    lines: [discordTexts.say('yes')],
    file: { name: 'a.txt', mediaType: 'text/plain', content: 'x' },
  } as const

  test('is sent with its file, or told to be impossible', async () => {
    const { fake, bot } = house
    fake.addUser({ userId: '300000000000000008', acceptsDirectMessages: false })
    expect(await bot.messenger.sendPrivate(BOB, reply, { language: 'zh', timeZone: 'UTC' })).toBe('sent')
    const message = present(fake.messages(fake.directChannel(BOB))[0])
    expect(JSON.stringify(message.components)).toContain('是')
    expect(message.attachments.map(({ filename }) => filename)).toEqual(['a.txt'])
    expect(await bot.messenger.sendPrivate('300000000000000008', reply, { language: 'en', timeZone: 'UTC' })).toBe('unreachable')
    expect(await bot.messenger.sendPrivate('300000000000000999', reply, { language: 'en', timeZone: 'UTC' })).toBe('unreachable')
    expect(
      await bot.messenger.edit({ platform: 'discord', chatId: message.channel_id, messageId: message.id }, { ...reply, lines: [] }, 'en'),
    ).toBe('edited')
    expect(fake.messages(fake.directChannel(BOB))[0]?.attachments.length).toBe(1)
  })

  test('that Discord does not answer may be sent again, one that it refuses may not', async () => {
    const { fake, bot } = house
    const { messenger } = bot
    fake.revokeToken()
    await expect(messenger.sendPrivate(BOB, reply, { language: 'en', timeZone: 'UTC' })).rejects.toMatchObject({
      name: 'Fault',
      source: 'discord',
      retryable: false,
    })
    await fake.close()
    await expect(messenger.sendPrivate(BOB, reply, { language: 'en', timeZone: 'UTC' })).rejects.toMatchObject({
      name: 'Fault',
      source: 'discord',
      retryable: true,
    })
  })
})

describe('the connection', () => {
  test('asks for servers only, and is resumed when it drops', async () => {
    const { fake, app, bot } = house
    expect(bot.isConnected()).toBe(true)
    fake.dropGateway()
    await fake.until('the session to be resumed', () => fake.resumes === 1)
    const talk = await fake.slash({ user: BOB, path: pos('note', 'add'), options: { text: 'after' } })
    expect(talk.text).toContain('Note 1 is kept: after')
    expect([bot.isConnected(), fake.identifies]).toEqual([true, 1])
    expect(app.logged.map(({ message }) => message)).toContain('the gateway connection is lost and will be resumed')
  })

  test('hears nothing when the token is taken back, and says so', async () => {
    const { fake, app, bot } = house
    fake.revokeToken()
    fake.dropGateway()
    await app.until(() => app.logged.some(({ message }) => message === 'Discord closed the gateway connection for good'))
    expect(bot.isConnected()).toBe(false)
  })

  test('stops after the running commands, and hears no more', async () => {
    const { fake, app, bot } = house
    const talk = fake.slash({ user: BOB, path: pos('wait') })
    await app.waiting
    const stopped = bot.stop()
    app.openGate()
    await stopped
    expect((await talk).text).toContain('Waited.')
    expect([app.data.waits, bot.isConnected()]).toEqual([1, false])
    expect(app.logged.filter(({ level }) => level !== 'info')).toEqual([])
  })
})

describe('starting', () => {
  const start = (token: string, apiUrl: string, guildId?: string) => {
    const app = createSampleApp({ catalogues: [discordTexts.catalogue] })
    return startDiscordBot({ app, token, apiUrl, ...(guildId === undefined ? {} : { guildIds: [guildId] }) })
  }

  test.each(['wrong', ''])('with the token “%s” tells where to find the right one', async (token) => {
    const failure = start(token, house.fake.apiUrl)
    await expect(failure).rejects.toThrow('Discord refused the bot token.')
    await expect(failure).rejects.toMatchObject({ name: 'Fault', retryable: false })
  })

  test('where Discord cannot be reached may be tried again', async () => {
    const other = await startDiscordFake()
    await other.close()
    await expect(start(other.token, other.apiUrl)).rejects.toMatchObject({ name: 'Fault', retryable: true })
  })

  test('for a server that the bot is not in is refused', async () => {
    await expect(start(house.fake.token, house.fake.apiUrl, '200000000000000099')).rejects.toMatchObject({
      name: 'Fault',
      retryable: false,
    })
  })
})
