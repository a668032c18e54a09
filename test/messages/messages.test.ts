import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consoleTexts } from '../../bots/console/console.texts.ts'
import { CATALOGUES } from '../../main/catalogues.ts'
import { SERVER_CATALOGUES } from '../../server/catalogues.ts'
import type { Chart, Picture } from '../../core/shared/chart.ts'
import type { Language } from '../../core/shared/text.ts'
import type { Community } from '../support/community.ts'
import { messagesPage, type Entry } from './page.ts'
import { remainingReplies } from './remaining.ts'
import { keysOf, renderMessage } from './render-message.ts'
import { parseTelegramHtml } from './telegram-parser.ts'
import { takeTour, type Said } from './tour.ts'

/** Git-ignored: made anew by each run, for people to read. */
const FOLDER = join(import.meta.dirname, '..', '..', 'data', 'messages')
/** Sentences of pages and of the terminal are read there (server/pages/*.test.ts, bots/console/terminal.test.ts). */
const IN_CHATS = CATALOGUES.filter((catalogue) => !SERVER_CATALOGUES.includes(catalogue) && catalogue !== consoleTexts.catalogue)

let said: readonly Said[]
let community: Community
let entries: readonly Entry[]

async function inTurn<Given, Made>(all: readonly Given[], make: (one: Given) => Promise<Made>): Promise<Made[]> {
  const made: Made[] = []
  for (const one of all) made.push(await make(one))
  return made
}

async function drawn(chart: Chart): Promise<Readonly<Record<Language, Picture>>> {
  const [en, zh] = [await community.draw(chart, 'en'), await community.draw(chart, 'zh')]
  if (en === undefined || zh === undefined) throw new Error('a chart was not drawn')
  return { en, zh }
}

beforeAll(async () => {
  ;({ said, community } = await takeTour())
  const { speak } = community.chat
  const met = new Set(said.flatMap(({ answer }) => [...keysOf(answer.reply)]))
  const heard = await inTurn(said, async ({ chapter, who, typed, answer: { reply } }) => ({
    chapter,
    heading: `${who}: ${typed.length > 160 ? `${typed.slice(0, 160)}…` : typed}`,
    tone: reply.tone,
    code: reply.code,
    renderings: renderMessage(reply, speak, reply.chart === undefined ? undefined : await drawn(reply.chart)),
  }))
  const others = remainingReplies(IN_CHATS, met).map(({ key, reply }) => ({
    chapter: 'Said elsewhere: notices, labels, rare refusals',
    heading: key,
    tone: reply.tone,
    code: undefined,
    renderings: renderMessage(reply, speak),
  }))
  entries = [...heard, ...others]
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'index.html'), messagesPage(entries))
}, 120_000)
afterAll(() => community.close())

test('every message keeps the limits of both platforms in both languages, and Telegram’s own parser reads it', () => {
  const problems = entries.flatMap(({ heading, renderings }) =>
    renderings.flatMap(({ language, problems: found }) => found.map((problem) => `${heading} (${language}): ${problem}`)),
  )
  expect(problems).toEqual([])
})

test('no sentence lacks a value', () => {
  const lacking = /\{\{|\bundefined\b|\[object |\bNaN\b/
  const found = entries.flatMap(({ heading, renderings }) =>
    renderings.flatMap(({ telegram }) => telegram.filter((html) => lacking.test(html)).map((html) => `${heading}: ${html}`)),
  )
  expect(found).toEqual([])
})

test('the tour runs every command, and each sentence of the chats is on the page', () => {
  const run = new Set(said.map(({ typed }) => typed))
  const never = community.chat.commands
    .map(({ name }) => name.join(' '))
    .filter((name) => ![...run].some((typed) => typed === name || typed.startsWith(`${name} `)))
  expect(never).toEqual([])
  const shown = new Set([...said.flatMap(({ answer }) => [...keysOf(answer.reply)]), ...entries.map(({ heading }) => heading)])
  const missing = IN_CHATS.flatMap(({ slice, en }) => Object.keys(en).map((key) => `${slice}.${key}`)).filter((key) => !shown.has(key))
  expect(missing).toEqual([])
})

test('no answer of the tour is a bug, and most of what members read is met in a story', () => {
  expect(said.filter(({ answer }) => /^(bug|fault)/.test(answer.reply.code ?? '')).map(({ typed }) => typed)).toEqual([])
  expect(said.length).toBeGreaterThan(150)
})

test('Telegram’s parser refuses what Telegram refuses', () => {
  expect(() => parseTelegramHtml('<b>open')).toThrow(/end tag/)
  expect(() => parseTelegramHtml('2 < 3')).toThrow(/start tag/)
  expect(parseTelegramHtml('<b>a</b> &lt;b&gt; @someone')).toEqual({
    text: 'a <b> @someone',
    markup: ['textEntityTypeBold'],
    found: ['@someone'],
  })
})
