import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { APIMessage } from 'discord-api-types/v10'
import type { Conversation } from '../support/discord/conversation.ts'
import { commandName } from '../../core/shared/command.ts'
import { MEMBER, OPERATOR } from '../support/discord/community-house.ts'
import { openHostileHouse, soundOptions, textInput, type HostileHouse, type Leaf } from './hostile-house.ts'
import { ALL_NASTY } from './nasty-values.ts'

/** Discord's client lets nobody type more into a field of a command or form than this; a forged one may hold more, as some do. */
const VALUES = ALL_NASTY.map(({ value }) => value)
const OPTION_VALUES = 6
const FORM_VALUES = 7
let hostile: HostileHouse
let leaves: readonly Leaf[]
let next = 0

/** Some of all nasty values, so that in the end each was given at least once. */
const some = (count: number): readonly string[] => Array.from({ length: count }, () => VALUES[next++ % VALUES.length] ?? '')
const problems = () => hostile.problems.splice(0)
const leaf = (name: string): Leaf => {
  const found = leaves.find((each) => each.name === name)
  if (found === undefined) throw new Error(`Discord shows no command ${name}`)
  return found
}
const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there')
  return value
}

beforeAll(async () => {
  hostile = await openHostileHouse(Date.UTC(2027, 0, 31))
  leaves = hostile.leaves
  const { house } = hostile
  await house.give(MEMBER, 'start')
  await house.give(OPERATOR, 'event create', { title: 'One', start: 'now' })
  await house.give(OPERATOR, 'event create', { title: 'Two', start: 'now', evidence: 'codes' })
  await house.give(OPERATOR, 'event create', { title: 'Three', start: 'now', evidence: 'roster' })
}, 60_000)
afterAll(async () => {
  await hostile[Symbol.asyncDispose]()
})

test('every command of the product is shown by Discord', () => {
  const listed = hostile.house.composed.chat.commands.filter(({ unlisted }) => unlisted !== true)
  expect(leaves.map(({ name }) => name).toSorted()).toEqual(listed.map(commandName).toSorted())
})

test('as an option of every command', { timeout: 120_000 }, async () => {
  for (const each of leaves)
    for (const { name } of each.options)
      for (const value of some(OPTION_VALUES)) await hostile.command(each, { ...soundOptions(each), [name]: value })
  expect(problems()).toEqual([])
})

test('while an option is typed', { timeout: 60_000 }, async () => {
  const typed = leaves.flatMap((each) =>
    each.options.filter((option) => 'autocomplete' in option && option.autocomplete).map(({ name }) => ({ each, name })),
  )
  expect(typed.length).toBeGreaterThan(5)
  for (const [index, value] of VALUES.entries()) {
    const { each, name } = present(typed[index % typed.length])
    await hostile.suggest(each, name, value)
  }
  expect(problems()).toEqual([])
})

/** The question that is left open by an answer, as the message with its button and the `custom_id` of its form. */
function openQuestion(talk: Conversation, field: string): { message: APIMessage; form: string } | undefined {
  const button = talk.buttons.find(({ customId }) => customId.startsWith('a1:') && customId.endsWith(`:${field}`))
  const message = talk.messages.find(({ id }) => id === button?.messageId)
  return button === undefined || message === undefined ? undefined : { message, form: button.customId.replace(/^a1/, 'm1') }
}

test('in the form of every field that is asked for', { timeout: 120_000 }, async () => {
  let asked = 0
  for (const each of leaves) {
    for (const field of Object.keys(
      present(hostile.house.composed.chat.commands.find((one) => commandName(one) === each.name)).input.shape,
    )) {
      const option = field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      // Nothing that can be seen is no value of any field.
      const ask = async () => openQuestion(await hostile.command(each, { ...soundOptions(each), [option]: '\u200b' }), field)
      let question = await ask()
      if (question === undefined) continue
      asked += 1
      const opened = await hostile.house.fake.click({
        user: OPERATOR,
        message: question.message,
        customId: question.form.replace(/^m1/, 'a1'),
      })
      expect(opened.modal?.customId).toBe(question.form)
      for (const value of some(FORM_VALUES)) {
        question ??= present(await ask())
        question = openQuestion(await hostile.form(question.message, question.form, [textInput('value', value)]), field)
      }
    }
  }
  expect(asked).toBeGreaterThan(25)
  expect(problems()).toEqual([])
})

test('as the name of a button or a form, and of another field of one', { timeout: 60_000 }, async () => {
  const talk = await hostile.command(leaf('event create'), { start: 'now' })
  const question = present(openQuestion(talk, 'title'))
  for (const value of VALUES) {
    const id = value.slice(0, 100)
    await hostile.press(question.message, id)
    await hostile.form(question.message, id, [textInput('value', '1')])
  }
  let waiting: typeof question | undefined = question
  for (const value of VALUES.filter((_value, index) => index % 4 === 0)) {
    waiting ??= present(openQuestion(await hostile.command(leaf('event create'), { start: 'now' }), 'title'))
    waiting = openQuestion(await hostile.form(waiting.message, waiting.form, [textInput(value.slice(0, 100), 'x')]), 'title')
  }
  expect(problems()).toEqual([])
})

describe('afterwards', () => {
  test('every nasty value was given, and at least 1,500 in all', () => {
    console.log(`hostile to Discord: ${hostile.given} interactions`)
    expect(next).toBeGreaterThan(VALUES.length)
    expect(hostile.given).toBeGreaterThanOrEqual(1_500)
  })

  test('nothing is stuck: a member is answered as ever', async () => {
    expect((await hostile.house.give(MEMBER, 'balance')).text).toContain('0 PoS')
  })
})
