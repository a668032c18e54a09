import { InteractionType } from 'discord.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgeForm, forgePress, HOSTILE_FIELDS, HOSTILE_IDS, HOSTILE_TEXTS } from '../../test/support/discord/hostile.ts'
import { ANN, BOB, GUILD, LIN, openHouse, type House } from '../../test/support/discord/house.ts'
import type { Conversation } from '../../test/support/discord/conversation.ts'

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
