import { beforeEach, expect, test } from 'vitest'
import { createSampleApp, type SampleApp } from '../../test/support/sample-app.ts'
import { runCommand, runLine, runPress } from './chat-line.ts'
import type { Answer } from './dispatch.ts'
import { isIssued } from './press.ts'
import { personaAccount, personaPlace, type Persona } from './persona.ts'

const ANN: Persona = { id: 'ann', name: 'Ann', role: 'host', language: 'en' }
const BOB: Persona = { id: 'bob', name: 'Bob', role: 'member', language: 'en' }

let app: SampleApp
let keys = 0
beforeEach(() => {
  app = createSampleApp()
  app.grant(personaAccount(ANN), 'host')
})

const nextKey = () => `key-${(keys += 1)}`
async function type(persona: Persona, line: string) {
  return (await runLine(app, personaAccount(persona), personaPlace(persona), line, nextKey())).reply
}

test('runs a typed command with its words, with and without a slash', async () => {
  expect((await type(ANN, 'event create Town hall minutes:30')).tone).toBe('done')
  expect((await type(ANN, '/event_create "Night call" 60')).tone).toBe('done')
  expect(app.data.events.map(({ title }) => title)).toEqual(['Town hall', 'Night call'])
})

test('asks for what is missing and takes the next plain line as the answer, until nothing is wrong', async () => {
  const first = await type(ANN, 'event create minutes:9999')
  expect(first.ask).toEqual({ command: 'event create', field: 'title', input: { minutes: '9999' } })
  const second = await type(ANN, 'status of the union')
  expect(second.ask).toEqual({ command: 'event create', field: 'minutes', input: { title: 'status of the union' } })
  expect((await type(ANN, '30')).tone).toBe('done')
  expect(app.data.events[0]).toMatchObject({ title: 'status of the union' })
  expect((await type(ANN, '30')).code).toBe('command.unknown')
})

test('a question belongs to who was asked, and ends after its time', async () => {
  await type(BOB, 'note drop')
  expect((await type(ANN, '7')).code).toBe('command.unknown')
  expect((await type(BOB, '7')).code).toBe('note.unknown')
  app.advance(16 * 60_000)
  expect((await type(BOB, '7')).code).toBe('command.unknown')
})

test('a command ends a question: with a slash always, without one where the value could not be meant', async () => {
  await type(ANN, 'event create')
  expect((await type(ANN, '/balance')).title?.key).toBe('sample.balance')
  expect((await type(ANN, 'something')).code).toBe('command.unknown')

  await type(ANN, 'note drop')
  expect((await type(ANN, 'balance')).title?.key).toBe('sample.balance')
  expect((await type(ANN, '7')).code).toBe('command.unknown')
})

test('an answer that is delivered again because what followed was cut off is still that answer', async () => {
  await type(ANN, 'event create minutes:30')
  const say = () => runLine(app, personaAccount(ANN), personaPlace(ANN), 'Town hall', 'cut-off')
  // As if the process had ended right after the question was taken.
  await app.prompts.take(personaAccount(ANN), personaPlace(ANN), 'cut-off')
  expect((await say()).reply.tone).toBe('done')
  expect((await say()).reply.tone).toBe('done')
  expect(app.data.events.map(({ title }) => title)).toEqual(['Town hall'])
})

test('trouble of ours costs nobody the question: the same line, typed again, is still its answer', async () => {
  await type(ANN, 'event create minutes:30')
  const fault: Answer = { reply: { audience: 'private', tone: 'fault', lines: [] }, language: 'en', timeZone: 'UTC' }
  const failing = Object.assign(() => Promise.resolve(fault), { press: () => Promise.resolve(fault) })
  await runLine({ ...app, dispatch: failing }, personaAccount(ANN), personaPlace(ANN), 'Town hall', nextKey())
  expect((await type(ANN, 'Town hall')).tone).toBe('done')
  expect(app.data.events).toHaveLength(1)
})

test('a file comes through as it was pasted', async () => {
  expect((await type(BOB, 'import')).ask?.field).toBe('data')
  await type(BOB, 'Ann, 1\n  Bo: 2\n')
  await type(BOB, 'import Ann\nBo\n  Cy')
  expect(app.data.imports).toEqual(['Ann, 1\n  Bo: 2\n', 'Ann\nBo\n  Cy'])
})

test('an empty line or a lone slash asks for help, an unknown word is refused by name', async () => {
  // The sample has no help: what was looked for shows in the refusal.
  expect((await type(BOB, '  ')).lines[0]?.values).toEqual({ name: 'help' })
  expect((await type(BOB, '/')).lines[0]?.values).toEqual({ name: 'help' })
  const refused = await type(BOB, `/${'x'.repeat(500)} y`)
  expect(refused.code).toBe('command.unknown')
  expect(refused.lines[0]?.values).toEqual({ name: 'x'.repeat(60) })
})

test('a press runs its button and drops a waiting question', async () => {
  const card = await type(ANN, 'event create Walk')
  const join = card.buttons!.find(isIssued)!
  await type(BOB, 'note drop')
  const pressed = await runPress(app, personaAccount(BOB), personaPlace(BOB), join.token, nextKey())
  expect(pressed.reply.tone).toBe('done')
  expect((await type(BOB, '7')).code).toBe('command.unknown')
})

test('a command given by name asks like a typed one', async () => {
  const answer = await runCommand(app, personaAccount(BOB), personaPlace(BOB), { command: 'note drop', input: {} }, nextKey())
  expect(answer.reply.ask?.field).toBe('number')
  expect((await type(BOB, '7')).code).toBe('note.unknown')
})
