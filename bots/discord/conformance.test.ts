import { InteractionType, type APIInteraction, type APIMessage } from 'discord-api-types/v10'
import type { Conversation } from '../../test/support/discord/conversation.ts'
import { buttonsOf, selectsOf, visibleText } from '../../test/support/discord/conversation.ts'
import { startDiscordFake, type DiscordFake } from '../../test/support/discord/discord-fake.ts'
import { readMarkdown } from '../../test/support/discord/read-markdown.ts'
import { createSampleApp, type SampleApp } from '../../test/support/sample-app.ts'
import { describeBot, WHO, type ConformanceDriver, type Shown, type Who } from '../conformance.ts'
import { discordTexts } from './discord.texts.ts'
import { startDiscordBot } from './start-discord-bot.ts'

const GUILD = '200000000000000001'
const USER: Readonly<Record<Who, string>> = { ann: '300000000000000001', bob: '300000000000000002', lin: '300000000000000003' }

/** Option names are as the bot registered them; only what the bot shows is judged. */
async function startDriver(): Promise<ConformanceDriver> {
  const fake = await startDiscordFake()
  fake.addGuild({ id: GUILD, name: 'House' })
  const channel = fake.addChannel({ name: 'general' })
  for (const who of WHO) fake.addMember({ userId: USER[who], name: who, locale: who === 'lin' ? 'zh-CN' : 'en-US' })
  const app = createSampleApp({ catalogues: [discordTexts.catalogue], communityId: GUILD })
  app.grant({ platform: 'discord', userId: USER.ann }, 'host')
  const bot = await startDiscordBot({ app, token: fake.token, apiUrl: fake.apiUrl })
  const shownBy = new WeakMap<Shown, APIMessage>()
  let last: APIInteraction | undefined

  /** The one message that an action brought; what a press left as it was is not part of it. */
  const view = async (conversation: Conversation, before?: APIMessage): Promise<Shown> => {
    last = conversation.interaction
    // An edit makes a new object of a message.
    const isNew = (message: APIMessage): boolean => message !== before
    await conversation.until('the answer', ({ messages }) => messages.some((message) => isNew(message) && visibleText(message) !== ''))
    const message = conversation.messages.findLast(isNew)
    if (message === undefined) throw new Error('no message came')
    const { text, live } = readMarkdown(visibleText(message))
    const isPublic = fake.messages(channel).some((each) => each.id === message.id)
    const asker = WHO.filter((who) => USER[who] === (last?.member?.user.id ?? ''))
    const decoder = new TextDecoder()
    const shown: Shown = {
      text,
      live,
      buttons: buttonsOf(message).map((button) => button.label),
      options: selectsOf(message).flatMap(({ options }) => options.map(({ label }) => label)),
      seenBy: isPublic ? WHO : asker,
      files: message.attachments.map(({ filename }) => ({ name: filename, content: decoder.decode(conversation.file(filename)) })),
      asks: buttonsOf(message).some((button) => button.customId.startsWith('a1:')),
    }
    shownBy.set(shown, message)
    return shown
  }
  const messageOf = (shown: Shown): APIMessage => {
    const message = shownBy.get(shown)
    if (message === undefined) throw new Error('that was never shown')
    return message
  }

  return {
    async command(who, command, input = {}) {
      return view(await fake.slash({ user: USER[who], path: ['pos', ...command.split(' ')], channel, options: input }))
    },
    async press(who, shown, label) {
      const message = messageOf(shown)
      return view(await fake.click({ user: USER[who], message, label }), message)
    },
    async choose(who, shown, option) {
      const message = messageOf(shown)
      const select = selectsOf(message).find(({ options }) => options.some(({ label }) => label === option))
      const value = select?.options.find(({ label }) => label === option)?.value
      if (select === undefined || value === undefined) throw new Error(`nothing shown has the option ${option}`)
      // Ephemeral to its reader: another member can only forge it.
      const data = { component_type: select.type, custom_id: select.customId, values: [value], id: 1 }
      const place = { user: USER[who], channel }
      const talk = shown.seenBy.includes(who)
        ? await fake.select({ user: USER[who], message, customId: select.customId, values: [value] })
        : await fake.forge({ ...place, type: InteractionType.MessageComponent, data, message })
      return view(talk, message)
    },
    async answer(who, shown, value) {
      const message = messageOf(shown)
      const customId = buttonsOf(message).find((button) => button.customId.startsWith('a1:'))?.customId ?? ''
      const { modal } = await fake.click({ user: USER[who], message, customId })
      if (modal === undefined) throw new Error('no form was opened')
      return view(await fake.submitModal({ user: USER[who], modal, fields: { value } }), message)
    },
    async redeliverLast() {
      if (last === undefined) throw new Error('nothing was delivered')
      const refused = fake.waitForRequest({ path: new RegExp(`^/interactions/${last.id}/`), code: 40060 })
      fake.redeliver(last)
      await refused
    },
    effects: () => ({ notes: app.data.notes, events: app.data.events, bugs: app.bugs.length }),
    violations: () => [...fake.violations, ...pings(fake, channel), ...troubles(app)],
    async [Symbol.asyncDispose]() {
      await bot.stop()
      await fake.close()
    },
  }
}

const pings = (fake: DiscordFake, channel: string): unknown[] =>
  fake.messages(channel).filter((message) => message.mention_everyone || message.mentions.length > 0)

const troubles = (app: SampleApp): unknown[] => app.logged.filter(({ level }) => level !== 'info')

describeBot('Discord', startDriver)
