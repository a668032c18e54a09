import assert from 'node:assert'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Bot } from '../../core/shared/chat-app.ts'
import type { Notice, TakeNotices } from '../../core/shared/outbox.ts'
import { personaAccount, type Persona } from '../../core/shared/persona.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { createSampleApp, type SampleApp } from '../../test/support/sample-app.ts'
import { SIGNED_MESSAGE } from '../../test/support/sample-commands.ts'
import { consoleTexts } from './console.texts.ts'
import { startTerminal } from './terminal.ts'

const ANN: Persona = { id: 'ann', name: 'Ann', role: 'host', language: 'en' }
const BOB: Persona = { id: 'bob', name: 'Bob', role: 'member', language: 'en' }
const LIN: Persona = { id: 'lin', name: '林晓', role: 'member', language: 'zh' }

let app: SampleApp
let input: PassThrough
let output: PassThrough & { isTTY?: boolean }
let bot: Pick<Bot, 'isConnected' | 'stop'>
let waiting: Map<string, Notice[]>
let screen: string
let ended: number

function start(isTTY = false): void {
  input = new PassThrough()
  output = new PassThrough()
  output.isTTY = isTTY
  screen = ''
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8')
  })
  bot = startTerminal({ app, input, output, personas: [ANN, BOB, LIN], notices: take, onEnd: () => (ended += 1) })
}

const take: TakeNotices = (userId) => Promise.resolve().then(() => waiting.get(userId)?.splice(0) ?? [])

beforeEach(() => {
  waiting = new Map()
  app = createSampleApp({ catalogues: [consoleTexts.catalogue] })
  app.grant(personaAccount(ANN), 'host')
  ended = 0
})
afterEach(async () => {
  input.end()
  await bot.stop()
})

/** What appears after a line, until the chat asks for the next. */
async function type(line: string): Promise<string> {
  const before = screen.length
  input.write(`${line}\n`)
  await expect.poll(() => /(?:^|\n)(?:\w+> |… )$/.test(screen.slice(before))).toBe(true)
  return screen.slice(before)
}
const greeted = () => expect.poll(() => screen.endsWith('ann> ')).toBe(true)

test('greets, says who one may be, and runs typed commands', async () => {
  start()
  await greeted()
  expect(screen).toContain('You may be: ann, bob, lin.')
  const shown = await type('balance')
  expect(shown).toContain('Available: 1,234.50 PoS')
  // The time zone of the member, whichever the machine's is.
  expect(shown).toContain('4 Feb 2027, 02:00 GMT+8')
  expect(shown).toContain('(only you see this)')
})

test('each persona has rights, language and questions of their own', async () => {
  start()
  await greeted()
  expect(await type('/as bob')).toContain('bob> ')
  expect(await type('event create Walk')).toContain('✗ This needs the role host.')
  expect(await type('note drop')).toContain('Your next line is the answer.')
  expect(await type('/as 林晓')).toContain('您现在是 林晓。')
  expect(await type('balance')).toContain('余额')
  expect(await type('/as nobody')).toContain('这里没有叫“nobody”的人。')
  await type('/as bob')
  expect(await type('7')).toContain('There is no note 7.')
})

test('buttons have numbers, also for somebody else, and are checked like everywhere', async () => {
  start()
  await greeted()
  const card = await type('event create Town hall')
  expect(card).toContain('[1] Join')
  expect(card).toContain('[2] Cancel the event')
  expect(card).toContain('(everyone sees this)')
  await type('/as lin')
  expect(await type('1')).toContain('您已参加 EVT-1。')
  expect(await type('2')).toContain('button.other_member')
  expect(await type('9')).toContain('command.unknown')
  expect(app.data.events[0]).toMatchObject({ cancelled: false, joined: [expect.stringContaining('lin')] })
})

test('a number answers a question that waits, instead of pressing a button', async () => {
  start()
  await greeted()
  await type('note add something')
  expect(await type('event create Walk minutes:9999')).toContain('“Minutes” must be a whole number from')
  expect(await type('1')).toContain('Event EVT-1: Walk')
  expect(app.data.notes[0]).toMatchObject({ dropped: false })
})

test('a file is pasted line by line and ends with a dot; a slash leaves it', async () => {
  start()
  await greeted()
  await type('import')
  await type('Ann, 1')
  await type('')
  await type('  /Bob, 2')
  expect(await type('.')).toContain('Read')
  expect(app.data.imports).toEqual(['Ann, 1\n\n  /Bob, 2'])
  await type('import')
  expect(await type('/balance')).toContain('Balance')
})

test('shows text to be copied and files as they are', async () => {
  start()
  await greeted()
  const shown = await type('sign')
  expect(shown).toContain(`\n${SIGNED_MESSAGE}\n`)
  expect(shown).toContain('--- File message.csv ---\ncode,amount\nEVT-1,12.5\n--- End of the file ---')
})

test('what members write cannot steer the terminal or turn text round', async () => {
  start()
  await greeted()
  const escape = '\u001b[2J\u001b]0;title\u0007\u009b31m\rover'
  const text = sharedTexts.say('plain', { text: `a${escape}\u202eb` })
  const reply = {
    audience: 'private',
    tone: 'info',
    title: text,
    lines: [text],
    verbatim: `c${escape}\n\td`,
    fields: [{ label: text, value: escape }],
  } as const
  waiting.set('ann', [{ reply, language: 'en' }])
  expect(await type('balance')).toContain('\td')
  expect(screen).toContain('A message to Ann:')
  expect(screen).toContain('c[2J')
  for (const sign of ['\u001b', '\u0007', '\u009b', '\r', '\u202e']) expect(screen).not.toContain(sign)
})

test('very long answers are cut, and it says so', async () => {
  start()
  await greeted()
  const shown = await type('list everything 1000')
  expect(shown).toContain('… and 800 more')
  expect(shown.match(/\n {2}成员 \d+ +\d+ PoS/g)?.length).toBe(199)
})

test('columns of a table stand under each other, wide characters included', async () => {
  start()
  await greeted()
  const shown = await type('list table 10')
  expect(shown).toContain('\n  Member   Reward\n  成员 1   1 PoS\n')
  expect(shown).toContain('\n  成员 10  10 PoS\n')
})

test('a bug and an outage are told and the chat goes on', async () => {
  start()
  await greeted()
  expect(await type('crash')).toContain('It was reported under BUG-1.')
  expect(await type('outage')).toContain('! Something outside us is not answering')
  app.prompts.take = () => Promise.reject(new Error('the store of questions is broken'))
  expect(await type('balance')).toContain('It was reported under BUG-2.')
})

test('a message reaches its persona, once, and a chat that cannot fetch any goes on', async () => {
  start()
  await greeted()
  const reply = { audience: 'private', tone: 'info', lines: [sharedTexts.say('plain', { text: 'Undone.' })] } as const
  waiting.set('lin', [{ reply, language: 'zh' }])
  expect(await type('balance')).not.toContain('Undone.')
  expect(await type('/as lin')).toContain('Undone.')
  expect(await type('balance')).not.toContain('Undone.')
  waiting.get = () => assert.fail('the store of messages is broken')
  const shown = await type('balance')
  expect(shown).toContain('余额')
  expect(shown).toContain('BUG-1')
})

test.each([
  ['the end of input', () => input.end()],
  ['/quit', () => input.write('/quit\n')],
])('%s ends politely, once', async (_how, end) => {
  start()
  await greeted()
  expect(bot.isConnected()).toBe(true)
  end()
  await expect.poll(() => ended).toBe(1)
  expect(screen).toContain('Goodbye.')
  expect(bot.isConnected()).toBe(false)
})

test('stop waits for the running command and does not call it the end', async () => {
  start()
  await greeted()
  input.write('wait\n')
  await app.waiting
  const stopped = bot.stop()
  app.openGate()
  await stopped
  expect(app.data.waits).toBe(1)
  expect(ended).toBe(0)
})

test('on a terminal there are colours, Ctrl-C ends, and Tab completes', async () => {
  start(true)
  await expect.poll(() => screen.includes('ann> ')).toBe(true)
  input.write('event cr\t')
  await expect.poll(() => screen.includes('eate')).toBe(true)
  input.write(' Walk\r')
  await expect.poll(() => screen.includes('\u001b[32m✓ Event EVT-1: Walk\u001b[0m')).toBe(true)
  input.write('\u0003')
  await expect.poll(() => ended).toBe(1)
  expect(screen).toContain('Goodbye.')
})
