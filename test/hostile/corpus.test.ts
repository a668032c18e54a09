import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandName } from '../../core/shared/command.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { fieldUses } from '../../core/shared/usage.ts'
import { renderMessage } from '../messages/render-message.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { IN_SERVER, settleIn, SOUND_INPUT, stateOf } from './hostile-community.ts'
import { ALL_NASTY } from './nasty-values.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
let tried = 0

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  await settleIn(community)
})
afterAll(async () => {
  await community.close()
  console.log(`hostile corpus: ${tried} inputs`)
})

/** Who may do everything; but who erases themselves is another, who comes back before the next try, or the rest would meet a stranger. */
const LEAVER = 'leaver'
const accountFor = (command: string) => {
  const userId = command === 'privacy delete' ? LEAVER : 'op'
  return { platform: 'console', userId, name: userId, handle: userId } as const
}

let hasLeft = true
const give = async (command: string, input: Readonly<Record<string, unknown>>, key = `hostile:${(tried += 1)}`): Promise<Answer> => {
  const answer = await community.chat.dispatch({
    account: accountFor(command),
    place: IN_SERVER.has(command) ? { kind: 'group', chatId: 'house', communityId: 'house' } : { kind: 'private', chatId: 'op' },
    command,
    input,
    key,
  })
  hasLeft = command === 'privacy delete' && answer.reply.tone === 'done'
  return answer
}

/** As it was after the last refusal; unknown after what may have changed it. */
let known: string | undefined

/** A refusal has a code, a reason and a next step, and changes nothing; whatever is answered can be shown, and shows what was typed as itself. */
async function judge(what: string, work: () => Promise<Answer>, code?: string): Promise<readonly string[]> {
  if (hasLeft) await community.say(LEAVER, 'start')
  hasLeft = false
  const before = known ?? (await stateOf(community))
  const { reply } = await work()
  const problems = renderMessage(reply, community.chat.speak).flatMap(({ language, problems: found }) =>
    found.map((each) => `${language}: ${each}`),
  )
  if (reply.code !== undefined && /^(bug|fault)/.test(reply.code)) problems.push(`is answered by ${reply.code}`)
  if (code !== undefined && reply.code !== code) problems.push(`is answered by ${reply.code}`)
  known = reply.tone === 'refused' ? await stateOf(community) : undefined
  if (reply.tone === 'refused') {
    if (reply.lines.length < 2) problems.push('is refused without a next step')
    if (known !== before) problems.push('changed something although it was refused')
  }
  return problems.map((problem) => `${what}: ${problem}`)
}

const shortened = (value: string) => JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}… (${value.length})` : value)

test('the corpus has sound input for every command', () => {
  const names = community.chat.commands.map(commandName)
  expect(Object.keys(SOUND_INPUT).toSorted()).toEqual(names.toSorted())
})

describe('every field of every command takes a third of all nasty values, each another one', () => {
  test.each(Object.keys(SOUND_INPUT))(
    '%s',
    async (name) => {
      const definition = community.chat.commands.find((command) => commandName(command) === name)!
      const problems: string[] = []
      for (const [index, { name: field }] of fieldUses(definition.input).entries())
        for (const { family, value } of ALL_NASTY.filter((_value, place) => place % 3 === (index + name.length) % 3)) {
          problems.push(
            ...(await judge(`${field} ${family} ${shortened(value)}`, () => give(name, { ...SOUND_INPUT[name], [field]: value }))),
          )
        }
      expect(problems).toEqual([])
    },
    120_000,
  )
})

describe('input of other shapes, and fields that no command has', () => {
  const shapes: readonly unknown[] = [
    {},
    [],
    { a: 1 },
    [1],
    0,
    1n,
    true,
    Symbol.iterator,
    () => 1,
    new Date(0),
    Number.NaN,
    { toString: () => 'x' },
  ]
  test.each(Object.entries(SOUND_INPUT))('%s', async (name, sound) => {
    const problems: string[] = []
    for (const shape of shapes) {
      const field = Object.keys(sound)[0] ?? 'field'
      problems.push(...(await judge(`${name} ${field} as ${typeof shape}`, () => give(name, { ...sound, [field]: shape }))))
    }
    for (const field of ['__proto__x', 'constructor', '…', 'x'.repeat(5_000), '<b>', 'memberId', 'actor', 'now']) {
      problems.push(...(await judge(`${name} with ${field.slice(0, 20)}`, () => give(name, { ...sound, [field]: '1' }))))
    }
    expect(problems).toEqual([])
  })
})

test('names that are no command', async () => {
  const problems: string[] = []
  for (const { value } of ALL_NASTY) problems.push(...(await judge(`the command ${shortened(value)}`, () => give(value, {}))))
  expect(problems).toEqual([])
})

test('buttons that nobody was given', async () => {
  const problems: string[] = []
  const account = { platform: 'console', userId: 'op', name: 'op', handle: 'op' } as const
  for (const { value } of ALL_NASTY) {
    const press = () =>
      community.chat.dispatch.press({ account, place: { kind: 'private', chatId: 'op' }, token: value, key: `hostile:${(tried += 1)}` })
    problems.push(...(await judge(`the button ${shortened(value)}`, press, 'button.gone')))
  }
  expect(problems).toEqual([])
})

test('names of accounts, in the greeting and in what others see', async () => {
  const problems: string[] = []
  for (const [index, { value }] of ALL_NASTY.entries()) {
    const account = { platform: 'telegram', userId: String(1_000 + index), name: value, handle: value.slice(0, 30) } as const
    const start = () =>
      community.chat.dispatch({
        account,
        place: { kind: 'private', chatId: account.userId },
        command: 'start',
        input: {},
        key: `hostile:${(tried += 1)}`,
      })
    problems.push(...(await judge(`the name ${shortened(value)}`, start)))
    problems.push(
      ...(await judge(`a role for ${shortened(value)}`, () => give('role grant', { member: account.userId, role: 'reviewer' }))),
    )
  }
  expect(problems).toEqual([])
})
