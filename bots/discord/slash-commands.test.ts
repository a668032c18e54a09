import { ApplicationCommandOptionType } from 'discord.js'
import { z } from 'zod'
import { expect, test } from 'vitest'
import { commandListProblems } from '../../test/support/discord/command-limits.ts'
import { createSampleApp } from '../../test/support/sample-app.ts'
import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import { carried, integerField, textField } from '../../core/shared/field.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { usageOf } from '../../core/shared/usage.ts'
import { discordTexts } from './discord.texts.ts'
import { slashCommands, type SlashRoot } from './slash-commands.ts'
import { fieldOfOption, optionName } from './slash-options.ts'

const app = createSampleApp({ catalogues: [discordTexts.catalogue] })
const label = sharedTexts.say('plain', { text: 'A label of some length, as they are' })

function made(name: CommandDefinition['name'], access: CommandDefinition['access'], fields = 3): CommandDefinition {
  const input = Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, textField(label, { max: 10 })]))
  return { name, access, summary: label, effect: 'read', audience: 'private', input: z.object(input) }
}

/** Finds every command the way an invocation names it, by walking what is registered. */
function invocations(roots: readonly SlashRoot[]): [root: string, group: string | null, sub: string][] {
  return roots.flatMap((root) =>
    root.options.flatMap((option): [string, string | null, string][] =>
      option.type === ApplicationCommandOptionType.SubcommandGroup
        ? (option.options ?? []).map((sub) => [root.name, option.name, sub.name])
        : [[root.name, null, option.name]],
    ),
  )
}

test('the sample has a root per audience, localized, with required options first', () => {
  const slash = slashCommands(app.commands, app.speak)
  expect(slash.roots.map((root) => root.name)).toEqual(['pos', 'pos-admin'])
  expect(commandListProblems(slash.roots.map((root) => ({ ...root })))).toEqual([])
  const note = slash.roots[0]?.options.find((option) => option.name === 'note')?.options?.[0]
  expect(note).toMatchObject({
    name: 'add',
    description: 'Keeps a note',
    description_localizations: { 'zh-CN': '保存一条笔记', 'zh-TW': '保存一条笔记' },
  })
  const every = slash.roots[0]?.options.find((option) => option.name === 'every')
  expect(every?.options?.map(({ name, type, required }) => [name, type, required ?? false])).toEqual([
    ['title', 3, true],
    ['amount', 3, false],
    ['starts-at', 3, false],
    ['minutes', 3, false],
    ['open', 5, false],
    ['kind', 3, false],
    ['member', 6, false],
    ['event', 3, false],
    ['letter', 3, false],
    ['group-role', 8, false],
    ['chat', 7, false],
  ])
  expect(slash.find('pos', 'note', 'add')?.name).toEqual(['note', 'add'])
  expect(slash.find('pos', null, 'nothing')).toBeUndefined()
})

test('required options come first, whatever the order of the fields', () => {
  const input = z.object({ a: integerField(label, { min: 1, max: 2 }).optional(), b: textField(label, { max: 5 }) })
  const { roots } = slashCommands([{ ...made(['x'], 'member'), input }], app.speak)
  expect(roots[0]?.options[0]?.options?.map((option) => option.name)).toEqual(['b', 'a'])
})

test('what only buttons carry is no option, and no part of the usage', () => {
  const input = z.object({ a: textField(label, { max: 5 }), b: carried(textField(label, { max: 5 }).optional()) })
  const command = { ...made(['x'], 'member'), input }
  const { roots } = slashCommands([command], app.speak)
  expect(roots[0]?.options[0]?.options?.map((option) => option.name)).toEqual(['a'])
  expect(usageOf(command)).toBe('x a')
})

test('what fills every root fits the limits of Discord, and each is found again', () => {
  const commands = [
    ...Array.from({ length: 25 }, (_, index) => made([`one${index}`], 'member')),
    ...Array.from({ length: 75 }, (_, index) => made([`group${index % 3}`, `sub${index}`], 'reviewer', 0)),
    ...Array.from({ length: 25 }, (_, index) => made([`group${index}`, 'list'], 'operator', 3)),
    ...['form', 'submission'].map((word) => made([word, 'list'], 'member')),
    made(['language'], 'member'),
  ]
  const { roots, find } = slashCommands(commands, app.speak)
  expect(commandListProblems(roots.map((root) => ({ ...root })))).toEqual([])
  const found = invocations(roots).map(([root, group, sub]) => find(root, group, sub)?.name.join(' '))
  expect(new Set(found)).toEqual(new Set(commands.map((command) => command.name.join(' '))))
  expect(found.length).toBe(commands.length)
  expect(roots.map((root) => root.name)).toEqual(['pos', 'pos-me', 'pos-form', 'pos-review', 'pos-admin'])
})

test.each([
  ['words', Array.from({ length: 26 }, (_, index) => made([`one${index}`], 'member')), '/pos has no room for the command one25'],
  ['text', Array.from({ length: 25 }, (_, index) => made([`one${index}`], 'chair', 12)), '/pos-review has no room for the command one'],
  ['meanings', [made(['one'], 'member'), made(['one', 'two'], 'member')], '/pos has no room for the command one two'],
])('a root with too many %s is told by its name, before anything is registered', (_what, commands, problem) => {
  expect(() => slashCommands(commands, app.speak)).toThrow(problem)
})

test('names of options are lower case, and lead back to their fields', () => {
  const command = { ...made(['x'], 'member'), input: z.object({ startsAt: textField(label, { max: 5 }) }) }
  expect(optionName('startsAt')).toBe('starts-at')
  expect([fieldOfOption(command, 'starts-at'), fieldOfOption(command, 'gone')]).toEqual(['startsAt', 'gone'])
})
