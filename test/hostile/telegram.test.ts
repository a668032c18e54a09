import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandName } from '../../core/shared/command.ts'
import { fieldUses } from '../../core/shared/usage.ts'
import type { SentMessage } from '../support/telegram/sent-message.ts'
import { SOUND_INPUT } from './hostile-community.ts'
import { openHostileTelegram, type HostileTelegram } from './hostile-telegram.ts'
import { ALL_NASTY } from './nasty-values.ts'

/** What Telegram's servers let through: 1 to 4,096 characters, none of them half, of which something can be seen. */
const TYPED = ALL_NASTY.map(({ value }) => value.slice(0, 4_000).toWellFormed().trim()).filter((value) => value !== '' && value !== '\0')
/** Who answers one person is held to twenty messages in twenty seconds. */
const PER_PERSON = 15
const FIELD_VALUES = 3
const AT_ONCE = 12
let hostile: HostileTelegram
let next = 0

const value = (): string => TYPED[next++ % TYPED.length] ?? ''
const problems = () => hostile.problems.splice(0)

/** Does each piece of work in a private chat, a few in each, side by side and in each one after the other. */
async function byPeople(work: readonly ((user: number) => Promise<void>)[]): Promise<void> {
  const lanes = Array.from({ length: Math.ceil(work.length / PER_PERSON) }, (_, index) =>
    work.slice(index * PER_PERSON, (index + 1) * PER_PERSON),
  )
  const inTurn = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
      const user = hostile.person('Ann')
      for (const each of lane) await each(user)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn))
}

beforeAll(async () => {
  hostile = await openHostileTelegram(Date.UTC(2027, 0, 31), 2_000)
  const host = hostile.person('Hana')
  for (const line of [
    'event create One start:now',
    'event create Two start:now evidence:codes',
    'event create Three start:now evidence:roster',
  ])
    await hostile.type(host, line)
}, 60_000)
afterAll(async () => {
  await hostile[Symbol.asyncDispose]()
})

const isForAnother = (text: string): boolean => /^\/\w+@other_bot/.test(text)

test('as what is typed, with a stroke before it or not', { timeout: 180_000 }, async () => {
  await byPeople(
    TYPED.map((text, index) => async (user) => {
      const typed = index % 2 === 0 ? text : `/${text}`.slice(0, 4_096)
      await hostile.type(user, typed, isForAnother(typed))
    }),
  )
  expect(problems()).toEqual([])
})

test('as the payload of a deep link', { timeout: 180_000 }, async () => {
  await byPeople(
    TYPED.filter((_text, index) => index % 3 === 0).map((text) => async (user) => void (await hostile.type(user, `/start ${text}`))),
  )
  expect(problems()).toEqual([])
})

test('on the line of every command', { timeout: 180_000 }, async () => {
  const lines = hostile.composed.chat.commands.flatMap((command) => {
    const name = commandName(command)
    const sound = Object.entries(SOUND_INPUT[name] ?? {})
    return fieldUses(command.input).flatMap(({ name: field }) =>
      Array.from({ length: FIELD_VALUES }, () => {
        const others = sound.filter(([other]) => other !== field).map(([other, given]) => `${other}:"${given}"`)
        return [name, ...others, `${field}:"${value()}"`].join(' ')
      }),
    )
  })
  expect(lines.length).toBeGreaterThan(150)
  await byPeople(lines.map((line) => async (user) => void (await hostile.type(user, line.slice(0, 4_096)))))
  expect(problems()).toEqual([])
})

test('as the answer to what every command asks', { timeout: 180_000 }, async () => {
  let asked = 0
  const asking = hostile.composed.chat.commands.flatMap((command) => {
    const name = commandName(command)
    return fieldUses(command.input).map(({ name: field }) => async (user: number) => {
      const others = Object.entries(SOUND_INPUT[name] ?? {}).filter(([other]) => other !== field)
      // Nothing that can be seen is no value of any field, so that it is asked for.
      const line = [name, ...others.map(([other, given]) => `${other}:"${given}"`), `${field}:"\u200b"`].join(' ')
      const question = await hostile.type(user, line)
      if (!question.some(({ text }) => /\/cancel/.test(text))) return
      asked += 1
      for (let count = 0; count < 2; count += 1) {
        const typed = value()
        await hostile.type(user, typed, isForAnother(typed))
      }
    })
  })
  // Each takes three messages of those that one person may get.
  const thirds = asking.flatMap((each) => [each, async () => {}, async () => {}])
  await byPeople(thirds)
  expect(asked).toBeGreaterThan(25)
  expect(problems()).toEqual([])
})

test('as the data of a button', { timeout: 180_000 }, async () => {
  // At most 64 bytes. Each person presses below a message of their own.
  const pressed = [...new Set(TYPED.map((text) => Array.from(text).slice(0, 16).join('')))]
  const below = new Map<number, SentMessage>()
  await byPeople(
    pressed.map((data) => async (user) => {
      const message = below.get(user) ?? (await hostile.type(user, 'balance'))[0]
      if (message === undefined) throw new Error('nothing is shown')
      below.set(user, message)
      await hostile.press(user, message, data)
    }),
  )
  expect(problems()).toEqual([])
})

test('as the name of a member or a group', { timeout: 180_000 }, async () => {
  const names = TYPED.map((text) => Array.from(text).slice(0, 64).join(''))
  const queue = names.filter((_name, index) => index % 2 === 0)
  const greet = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) await hostile.type(hostile.person(name), '/start')
  }
  await Promise.all(Array.from({ length: AT_ONCE }, greet))
  const by = { id: 1_000, is_bot: false, first_name: 'Hana' }
  const bot = { id: hostile.fake.bot.id, is_bot: true, first_name: 'PoS', username: hostile.fake.bot.username }
  const groups = names.map((title, index) => ({
    my_chat_member: {
      chat: { id: -1_002_000_000_000 - index, type: 'supergroup', title: title === '' ? 'x' : title },
      from: by,
      date: 1_800_000_000,
      old_chat_member: { status: 'left', user: bot },
      new_chat_member: { status: 'member', user: bot },
    },
  }))
  await hostile.raw('names of groups', groups)
  expect(problems()).toEqual([])
})

test('as a message that was edited: told in private, and nothing in a group', { timeout: 180_000 }, async () => {
  const from = { id: 1_000, is_bot: false, first_name: 'Hana' }
  const chat = { id: -1_002_000_000_000, type: 'supergroup', title: 'House' }
  await hostile.raw(
    'edited messages of a group',
    TYPED.map((text, index) => ({
      edited_message: { message_id: 500_000 + index, date: 1_800_000_000, edit_date: 1_800_000_001, chat, from, text },
    })),
  )
  const some = TYPED.filter((_text, index) => index % 6 === 0)
  await byPeople(some.map((text) => async (user) => hostile.edit(user, text)))
  expect(problems()).toEqual([])
})

describe('afterwards', () => {
  test('every nasty value was given, and at least 1,500 in all', () => {
    console.log(`hostile to Telegram: ${hostile.given} updates`)
    expect(hostile.given).toBeGreaterThanOrEqual(1_500)
  })

  test('nothing is stuck: a member is answered as ever', async () => {
    const [answer] = await hostile.type(hostile.person('Cyd'), '/balance')
    expect(answer?.text).toContain('0 PoS')
  })
})
