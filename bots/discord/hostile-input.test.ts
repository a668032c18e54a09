import { ComponentType, InteractionType, type APIMessage } from 'discord.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  forgeChoice,
  forgeForm,
  forgePress,
  HOSTILE_CHOICES,
  HOSTILE_FIELDS,
  HOSTILE_IDS,
  HOSTILE_TEXTS,
} from '../../test/support/discord/hostile.ts'
import { ANN, BOB, GUILD, LIN, openHouse, type House } from '../../test/support/discord/house.ts'
import { selectsOf, type Conversation } from '../../test/support/discord/conversation.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
})

const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there')
  return value
}
/** Everything that must not change by what is refused. */
const effects = () => structuredClone({ data: house.app.data, bugs: house.app.bugs.length, refusedByDiscord: house.fake.violations.length })
const errors = () => house.app.logged.filter(({ level }) => level === 'error')
const answered = (talk: Conversation) => talk.until('the answer', ({ text }) => text !== '')

/** A message with a question for its reader: its own buttons, and the one that asks. */
const question = async (user = ANN) => {
  const talk = await house.fake.slash({ user, path: ['pos', 'every'], options: { title: 'Kept', minutes: '0' } })
  return present(talk.messages[0])
}
const note = async (user = BOB) =>
  present((await house.fake.slash({ user, path: ['pos', 'note', 'add'], options: { text: 'kept' } })).messages[0])

describe('a text that nobody expects', () => {
  test.each([
    ['greet', 'name'],
    ['note add', 'text'],
    ['note drop', 'number'],
    ['event join', 'event'],
    ['every', 'title'],
    ['balance', 'title'],
  ])('as the value of %s ends in an answer', async (command, field) => {
    for (const text of HOSTILE_TEXTS) {
      const data = commandData(command, { [field]: text })
      const talk = await house.fake.forge({ user: BOB, guild: GUILD, type: InteractionType.ApplicationCommand, data })
      // A refusal of a public command takes the placeholder away before it comes.
      await answered(talk)
    }
    expect([house.app.bugs, errors(), house.fake.violations]).toEqual([[], [], []])
  })

  test.each(['amount', 'starts-at', 'minutes', 'event', 'letter', 'kind', 'group-role', 'chat', 'member', 'open', '__proto__'])(
    'as the option %s of a command with every kind of field ends in an answer',
    async (option) => {
      for (const text of HOSTILE_TEXTS) {
        const talk = await house.fake.forge({
          user: LIN,
          guild: GUILD,
          type: InteractionType.ApplicationCommand,
          data: commandData('every', { title: 'x', [option]: text }),
        })
        expect(talk.text, JSON.stringify(text).slice(0, 80)).not.toBe('')
      }
      expect([house.app.bugs, errors(), house.fake.violations]).toEqual([[], [], []])
    },
  )

  test('in a form is read like any other value', async () => {
    const message = await question()
    const modal = present((await house.fake.click({ user: ANN, message, label: 'Answer' })).modal)
    for (const text of HOSTILE_TEXTS.filter((each) => each !== '').slice(0, 40)) {
      const components = [{ type: 18, id: 1, component: { type: 4, id: 2, custom_id: 'value', value: text } }]
      const asked = await question()
      const talk = await forgeForm(house.fake, { user: ANN }, asked, modal.customId, components)
      expect(talk.text, JSON.stringify(text)).toMatch(/input\.|"minutes":/)
    }
    expect([house.app.bugs, errors(), house.fake.violations]).toEqual([[], [], []])
  })

  test.each([
    ['only emoji', '😀🎉'],
    ['only control characters', '\u0001\u0002'],
    ['only what cannot be seen', '\u200b\u202e'],
    ['nothing', ''],
  ])('a name of %s is a name all the same', async (_what, nick) => {
    const talk = await house.fake.forge({
      user: BOB,
      guild: GUILD,
      type: InteractionType.ApplicationCommand,
      data: commandData('balance', {}),
      change: {
        member: {
          user: { id: BOB, username: 'bob', global_name: null, discriminator: '0', avatar: null },
          nick,
          roles: [],
          permissions: '0',
        },
      },
    })
    expect(talk.text).toContain('Balance')
    expect(house.fake.violations).toEqual([])
  })
})

describe('a button that the bot did not give out', () => {
  test.each(HOSTILE_IDS)('“%s” is answered with a code and a next step, and changes nothing', async (customId) => {
    const message = await note()
    const before = effects()
    const talk = await forgePress(house.fake, { user: LIN }, message, customId)
    if (talk.modal !== undefined) return
    await answered(talk)
    expect(talk.text).toContain('button.gone')
    expect(talk.text).toContain('请重新运行命令')
    expect(effects()).toEqual(before)
    expect(errors()).toEqual([])
  })

  test('another member’s is refused, a used one is refused, and neither changes anything', async () => {
    const message = await note(BOB)
    const notes = () => house.app.data.notes.filter(({ dropped }) => dropped).length
    const before = notes()
    const token = present(/"custom_id":"(b1:[^"]+)"/.exec(JSON.stringify(message))?.[1])
    const foreign = await answered(await forgePress(house.fake, { user: LIN }, message, token))
    expect(foreign.text).toContain('button.other_member')
    expect(notes()).toBe(before)
    await answered(await forgePress(house.fake, { user: BOB }, message, token))
    expect(notes()).toBe(before + 1)
    const again = await answered(await forgePress(house.fake, { user: BOB }, message, token))
    expect(again.text).toContain('button.used')
    expect(notes()).toBe(before + 1)
  })
})

describe('a choice that nobody can have made', () => {
  const OTHER = '200000000000000009'
  let elsewhere: { channel: string; role: string }
  beforeAll(() => {
    house.fake.addGuild({ id: OTHER, name: 'Other' })
    elsewhere = { channel: house.fake.addChannel({ guild: OTHER }), role: house.fake.addRole(OTHER, { name: 'Hosts' }) }
  })
  /** Lin's lists: of two notes, of channels, of roles. */
  const lists = async () => {
    for (const { number } of house.app.data.notes.filter(({ dropped }) => !dropped))
      await house.fake.slash({ user: LIN, path: ['pos', 'note', 'drop'], options: { number: String(number) } })
    for (const text of ['one', 'two']) await house.fake.slash({ user: LIN, path: ['pos', 'note', 'add'], options: { text } })
    const message = present((await house.fake.slash({ user: LIN, path: ['pos', 'note', 'list'] })).messages[0])
    const [notes, channels, roles] = selectsOf(message)
    return { message, notes: present(notes), channels: present(channels), roles: present(roles) }
  }
  const forge = async (message: APIMessage, customId: string, type: ComponentType, values: unknown, resolved: object = {}, user = LIN) =>
    answered(await forgeChoice(house.fake, { user }, message, { customId, type, values, resolved }))
  const asChannel = (id: string) => ({ channels: { [id]: { id, type: 0, name: 'x', permissions: '0' } } })
  const asRole = (id: string) => ({ roles: { [id]: { id, name: 'x', permissions: '0' } } })

  test.each(HOSTILE_CHOICES)('with %s is answered with a code and a next step, and changes nothing', async (_what, type, values) => {
    const { message, notes, channels, roles } = await lists()
    const before = effects()
    for (const list of [notes, channels, roles]) {
      const talk = await forge(message, list.customId, type ?? list.type, values)
      expect(talk.text).toContain('choice.unknown')
      expect(talk.text).toContain('请重新运行命令，从列表中选择。')
    }
    expect(effects()).toEqual(before)
    expect(errors()).toEqual([])
  })

  test('because the channel or role is of another server or not of the kind that was offered changes nothing', async () => {
    const { message, notes, channels, roles } = await lists()
    const voice = house.fake.addChannel({ type: 'voice' })
    const role = house.fake.addRole(GUILD, { name: 'Reviewers' })
    const before = effects()
    for (const [list, type, id, resolved] of [
      [channels, ComponentType.ChannelSelect, elsewhere.channel, asChannel],
      [channels, ComponentType.ChannelSelect, voice, asChannel],
      [channels, ComponentType.ChannelSelect, '1', () => ({})],
      [channels, ComponentType.RoleSelect, role, asRole],
      [channels, ComponentType.StringSelect, house.channel, asChannel],
      [channels, ComponentType.StringSelect, '0', asChannel],
      [roles, ComponentType.RoleSelect, elsewhere.role, () => ({})],
      [roles, ComponentType.RoleSelect, house.channel, () => ({})],
      [roles, ComponentType.ChannelSelect, house.channel, asChannel],
      [notes, ComponentType.ChannelSelect, house.channel, asChannel],
    ] as const)
      expect((await forge(message, list.customId, type, [id], resolved(id))).text).toMatch(/`(?:choice\.unknown|input\.[a-z_]+)`/)
    expect(effects()).toEqual(before)
    expect(errors()).toEqual([])
  })

  test('because the list is another member’s, or was never given out, changes nothing', async () => {
    const { message, notes, channels, roles } = await lists()
    const before = effects()
    for (const { customId, type } of [notes, channels, roles])
      expect((await forge(message, customId, type, ['0'], {}, ANN)).text).toContain('button.other_member')
    for (const customId of HOSTILE_IDS)
      for (const type of [ComponentType.StringSelect, ComponentType.ChannelSelect])
        expect((await forge(message, customId, type, ['0'])).text).toContain('button.gone')
    expect(effects()).toEqual(before)
    expect(errors()).toEqual([])
  })

  test('is told from one that was made, which is read like a typed value, also after a restart', async () => {
    const { message, notes, channels, roles } = await lists()
    const role = house.fake.addRole(GUILD, { name: 'Hosts' })
    await house.restart()
    const choose = async ({ customId }: { customId: string }, value: string) =>
      answered(await house.fake.select({ user: LIN, message, customId, values: [value] }))
    expect((await choose(channels, house.channel)).text).toContain(`"chat":"${house.channel}"`)
    expect((await choose(roles, role)).text).toContain(`"groupRole":"${role}"`)
    expect((await choose(notes, '1')).text).toContain('已删除第')
    expect((await choose(notes, '1')).text).toContain('note.unknown')
  })
})

describe('a form that the bot did not open', () => {
  test.each(HOSTILE_IDS)('“%s” is answered with a code, and changes nothing', async (customId) => {
    const message = await note()
    const before = effects()
    const components = [{ type: 18, id: 1, component: { type: 4, id: 2, custom_id: 'value', value: '5' } }]
    for (const from of [message, undefined]) {
      const talk = await answered(await forgeForm(house.fake, { user: LIN }, from, customId, components))
      expect(talk.text).toContain('button.gone')
    }
    expect(effects()).toEqual(before)
    expect(errors()).toEqual([])
  })

  test.each(HOSTILE_FIELDS)('or that comes back with %s is answered with a code, and asks again', async (what, components) => {
    const message = await question()
    const modal = present((await house.fake.click({ user: ANN, message, label: 'Answer' })).modal)
    const before = effects()
    const talk = await answered(await forgeForm(house.fake, { user: ANN }, message, modal.customId, components))
    expect(talk.text, what).toMatch(/`(?:input\.[a-z_]+)`/)
    expect(talk.buttons.map(({ label }) => label)).toContain('Answer')
    expect(effects()).toEqual(before)
    expect(errors()).toEqual([])
  })

  test('whose command was renamed since is no longer in use', async () => {
    const { app, fake } = house
    const message = await question()
    const modal = present((await fake.click({ user: ANN, message, label: 'Answer' })).modal)
    await house.restart({
      ...app,
      commands: app.commands.map((command) => (command.name[0] === 'every' ? { ...command, name: ['all'] as const } : command)),
    })
    expect((await answered(await fake.submitModal({ user: ANN, modal, fields: { value: '5' } }))).text).toContain('button.gone')
    expect((await answered(await fake.click({ user: ANN, message, label: 'Answer' }))).text).toContain('button.gone')
    await house.restart(app)
  })
})

/** The data of a slash command as it is registered under `/pos`, with options of type text. */
function commandData(command: string, values: Readonly<Record<string, string>>) {
  const options = Object.entries(values).map(([name, value]) => ({ name, type: 3, value }))
  const leaf = command
    .split(' ')
    .reduceRight<readonly object[]>(
      (inner, name, index) => [{ name, type: index === 0 && command.includes(' ') ? 2 : 1, options: inner }],
      options,
    )
  return { id: '1', name: 'pos', type: 1, options: leaf }
}
