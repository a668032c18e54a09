import { ChannelType, InteractionContextType, InteractionType } from 'discord.js'
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

const balance = (where: { channel?: string; dm?: boolean }) => house.fake.slash({ user: BOB, path: ['pos', 'balance'], ...where })

describe('a place', () => {
  test('is a channel, the text chat of a voice or stage channel, a thread inside its channel, a post inside its forum', async () => {
    const { fake, app, channel } = house
    const forum = fake.addChannel({ name: 'ideas', type: 'forum' })
    const [voice, stage] = [fake.addChannel({ name: 'talk', type: 'voice' }), fake.addChannel({ name: 'hall', type: 'stage' })]
    const [thread, post] = [fake.addThread(channel, 'aside', BOB), fake.addThread(forum, 'an idea', BOB)]
    for (const where of [channel, voice, stage, thread, post]) expect((await balance({ channel: where })).text).toContain('Balance')
    expect(app.met.map(({ place }) => place)).toEqual([
      { kind: 'group', communityId: GUILD, chatId: channel },
      { kind: 'group', communityId: GUILD, chatId: voice },
      { kind: 'group', communityId: GUILD, chatId: stage },
      { kind: 'group', communityId: GUILD, chatId: channel, threadId: thread },
      { kind: 'group', communityId: GUILD, chatId: forum, threadId: post },
    ])
  })

  test('is private only in the direct conversation with the bot', async () => {
    await balance({ dm: true })
    expect(house.app.met[0]?.place).toEqual({ kind: 'private', chatId: house.fake.directChannel(BOB) })
  })

  test('is a stranger’s in a group conversation, into which a user could carry a command, whatever Discord offers there', async () => {
    for (const { contexts, integration_types: types } of house.fake.registeredCommands()) expect([contexts, types]).toEqual([[0, 1], [0]])
    const talk = await house.fake.forge({
      user: BOB,
      dm: true,
      type: InteractionType.ApplicationCommand,
      data: { id: '1', name: 'pos', type: 1, options: [{ name: 'balance', type: 1 }] },
      change: {
        context: InteractionContextType.PrivateChannel,
        channel: { id: house.fake.directChannel(BOB), type: ChannelType.GroupDM },
        authorizing_integration_owners: { '1': BOB },
      },
    })
    await talk.until('the refusal', ({ text }) => text.includes('community.stranger'))
    expect(house.app.met).toEqual([])
  })
})

describe('the roles of an account', () => {
  test('are those that come with the command itself, and nothing of another server or of everyone', async () => {
    const { fake, app } = house
    const role = fake.addRole(GUILD, { name: 'Hosts' })
    const roles = async () => {
      await balance({})
      return app.met.at(-1)?.account.groupRoles
    }
    expect(await roles()).toBeUndefined()
    fake.setRoles(GUILD, BOB, [role])
    expect(await roles()).toEqual([role])
    fake.setRoles(GUILD, BOB, [])
    expect(await roles()).toBeUndefined()
    fake.setRoles(GUILD, BOB, [role])
    await balance({ dm: true })
    expect(app.met.at(-1)?.account.groupRoles).toBeUndefined()
  })
})

describe('processes that share the gateway', () => {
  /** Guilds are spread by the bits of their id above 22. */
  const guildOn = (shard: number, count: number): string =>
    String(
      Array.from({ length: count }, (_, index) => 200_000_000_000_000_000n + (BigInt(index) << 22n)).find(
        (id) => Number((id >> 22n) % BigInt(count)) === shard,
      ),
    )

  test('answer their own servers alone, and register the commands once', async () => {
    await using fake = await startDiscordFake({ shards: 3 })
    const guilds = [0, 1, 2].map((shard) => fake.addGuild({ id: guildOn(shard, 3), name: `Guild of shard ${shard}` }))
    for (const guild of guilds) {
      fake.addChannel({ guild })
      fake.addMember({ guild, userId: `3000000000000000${guilds.indexOf(guild)}0`, name: 'member' })
    }
    const open = async (own: readonly number[]) => {
      const app = createSampleApp({ catalogues: [discordTexts.catalogue] })
      return { app, bot: await startDiscordBot({ app, token: fake.token, apiUrl: fake.apiUrl, shards: { own, count: 3 } }) }
    }
    const first = await open([0, 2])
    const second = await open([1])
    expect(fake.identifies).toBe(3)
    for (const [index, guild] of guilds.entries())
      expect((await fake.slash({ user: `3000000000000000${index}0`, guild, path: ['pos', 'balance'] })).text).toContain('Balance')
    expect(first.app.met.map(({ place }) => place.communityId)).toEqual([guilds[0], guilds[2]])
    expect(second.app.met.map(({ place }) => place.communityId)).toEqual([guilds[1]])
    expect(fake.requests.filter(({ method }) => method === 'PUT').length).toBe(1)
    expect([first.bot.isConnected(), second.bot.isConnected()]).toEqual([true, true])
    await Promise.all([first.bot.stop(), second.bot.stop()])
  })
})

describe('a server that invites the bot', () => {
  test('again, or for the first time, is offered the commands at once; an outage of Discord’s asks for nothing', async () => {
    const { fake, app } = house
    await house.restart(app, { guildIds: [GUILD] })
    const puts = () => fake.requests.filter(({ method }) => method === 'PUT').length
    const before = puts()
    fake.outage(GUILD, false)
    fake.outage(GUILD, true)
    expect((await fake.slash({ user: ANN, path: ['pos', 'status'] })).text).toContain('All is well.')
    expect(puts()).toBe(before)
    const other = fake.addGuild({ id: '200000000000000007', name: 'Other' })
    await fake.until('the commands of the new server', () => fake.registeredCommands(other).length > 0)
    fake.removeGuild(other)
    expect(fake.registeredCommands(other)).toEqual([])
    fake.addGuild({ id: other, name: 'Other again' })
    await fake.until('the commands of the server that came back', () => fake.registeredCommands(other).length > 0)
    await app.until(() => app.logged.some(({ message }) => message === 'a server has removed the bot'))
    expect(app.logged.filter(({ message }) => message === 'a server has removed the bot').length).toBe(1)
  })
})
