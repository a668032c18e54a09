import { buttonsOf, visibleText, type Conversation } from '../support/discord/conversation.ts'
import { startDiscordFake, type DiscordFake } from '../support/discord/discord-fake.ts'
import { pathTo } from '../support/discord/path-to.ts'
import { readMarkdown } from '../support/discord/read-markdown.ts'
import { startProduct, type Settings } from '../support/product.ts'
import { PEOPLE, type ChatStage, type Person, type Shown } from './chat-story.ts'

export const DISCORD_ID: Readonly<Record<Person, string>> = {
  Olga: '300000000000000001',
  Hana: '300000000000000002',
  Ann: '300000000000000003',
  Bob: '300000000000000004',
  陈晨: '300000000000000005',
}
export const GUILD = '200000000000000001'
const TIMEOUT_MS = 60_000

export interface DiscordStage extends ChatStage {
  /** What a person was shown last. */
  last(who: Person): Conversation
  readonly fake: DiscordFake
  /** The channel where everybody is. */
  readonly channel: string
}

/** The five people in one Discord server, and the product. */
export async function startDiscordStage(settings: Settings = {}): Promise<DiscordStage> {
  const fake = await startDiscordFake({ token: 'token-of-the-stand-in-for-discord', timeoutMs: TIMEOUT_MS })
  fake.addGuild({ id: GUILD, name: 'House' })
  const channel = fake.addChannel({ name: 'general' })
  for (const who of PEOPLE) fake.addMember({ userId: DISCORD_ID[who], name: who, locale: who === '陈晨' ? 'zh-CN' : 'en-US' })
  const product = await startProduct({
    SANDBOX: 'on',
    DISCORD_TOKEN: fake.token,
    DISCORD_API_URL: fake.apiUrl,
    DISCORD_GUILD_ID: GUILD,
    OPERATORS: `discord:${DISCORD_ID.Olga}`,
    ...settings,
  }).catch(async (error: unknown) => {
    await fake.close()
    throw error
  })
  const talks = new Map<Person, Conversation>()
  let latest: Conversation | undefined
  let newcomers = 0

  function shown(who: Person | undefined, conversation: Conversation): Shown {
    if (who !== undefined) talks.set(who, conversation)
    latest = conversation
    const seen = new Set(fake.messages(channel).map(({ id }) => id))
    const { messages } = conversation
    const names = messages.flatMap(({ attachments }) => attachments.map(({ filename }) => filename))
    return {
      ...readMarkdown(conversation.text),
      isPublic: messages.some(({ id }) => seen.has(id)),
      files: names.map((name) => Buffer.from(conversation.file(name) ?? []).toString('utf8')),
    }
  }
  const lastOf = (who: Person): Conversation => {
    const conversation = talks.get(who)
    if (conversation === undefined) throw new Error(`${who} has said nothing yet`)
    return conversation
  }

  async function give(who: Person, command: string, input: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const options = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, name === 'member' ? idOf(value) : value]))
    return shown(who, await fake.slash({ user: DISCORD_ID[who], channel, path: pathTo(fake, command), options }))
  }

  return {
    fake,
    channel,
    product,
    keepsMessages: false,
    last: lastOf,
    give,
    giveFile: (who, command, input, field, content) =>
      give(who, command, { ...input, [field]: fake.upload({ name: 'list.csv', content }) }),
    async press(who, label) {
      const before = new Set(lastOf(who).messages)
      const message = lastOf(who).messages.find((each) => buttonsOf(each).some((button) => button.label === label))
      if (message === undefined) throw new Error(`${who} sees no button “${label}”`)
      const pressed = await fake.click({ user: DISCORD_ID[who], message, label })
      await pressed.until('the answer', ({ messages }) => messages.some((each) => !before.has(each) && visibleText(each) !== ''))
      return shown(who, pressed)
    },
    handle: (who) => DISCORD_ID[who],
    async checkInAs(name, code) {
      newcomers += 1
      const user = fake.addMember({ userId: `40000000000000000${newcomers}`, name: 'newcomer', nick: name })
      return shown(undefined, await fake.slash({ user, channel, path: ['pos', 'checkin'], options: { code } }))
    },
    async answer(who, value) {
      const message = lastOf(who).messages.at(-1)
      const customId = message === undefined ? undefined : buttonsOf(message).find((button) => button.customId.startsWith('a1:'))?.customId
      if (message === undefined || customId === undefined) throw new Error(`${who} was asked nothing`)
      const { modal } = await fake.click({ user: DISCORD_ID[who], message, customId })
      if (modal === undefined) throw new Error('no form was opened')
      return shown(who, await fake.submitModal({ user: DISCORD_ID[who], modal, fields: { value } }))
    },
    inbox: (who) => fake.messages(fake.directChannel(DISCORD_ID[who])).map(visibleText),
    async redeliver() {
      if (latest === undefined) throw new Error('nothing was delivered yet')
      const { interaction } = latest
      const refused = fake.waitForRequest({ path: new RegExp(`^/interactions/${interaction.id}/`), code: 40_060 })
      fake.redeliver(interaction)
      await refused
    },
    lineLost: () => fake.forgetSession(),
    problems: () => [
      ...fake.violations,
      ...fake.messages(channel).filter((message) => message.mention_everyone || message.mentions.length > 0),
      ...product
        .output()
        .split('\n')
        .filter((line) => /"level":(50|60)/.test(line)),
    ],
    async close() {
      await product.remove()
      await fake.close()
    },
  }
}

function idOf(value: string): string {
  const person = PEOPLE.find((who) => who === value)
  if (person === undefined) throw new Error(`nobody is called ${value}`)
  return DISCORD_ID[person]
}
