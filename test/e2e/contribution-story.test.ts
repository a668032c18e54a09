import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import type { Conversation } from '../support/discord/conversation.ts'
import { startDiscordFake, type DiscordFake } from '../support/discord/discord-fake.ts'
import { pathTo } from '../support/discord/path-to.ts'
import { startProduct, type Product } from '../support/product.ts'
import type { SentMessage } from '../support/telegram/sent-message.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'

const GUILD = '200000000000000001'
const OLGA = '300000000000000001'
const ANN = '300000000000000002'
const BOB = '300000000000000003'
const RAE = '300000000000000004'
const ANN_ON_TELEGRAM = 102
/** Bound of any wait for a bot on a busy machine (ms). */
const PATIENCE = 60_000

let discord: DiscordFake
let telegram: TelegramFake
let product: Product
let browser: Browser
let channel: string

beforeAll(async () => {
  discord = await startDiscordFake({ token: 'token-of-the-stand-in-for-discord', timeoutMs: PATIENCE })
  discord.addGuild({ id: GUILD, name: 'House' })
  channel = discord.addChannel({ name: 'general' })
  for (const [userId, name] of Object.entries({ [OLGA]: 'Olga', [ANN]: 'Ann', [BOB]: 'Bob', [RAE]: 'Rae' }))
    discord.addMember({ userId, name, locale: 'en-US' })
  telegram = await startTelegramFake({ token: '123456:token-of-the-stand-in', timeoutMs: PATIENCE })
  telegram.addUser({ id: ANN_ON_TELEGRAM, firstName: 'Ann', username: 'ann_pos', languageCode: 'en', started: true })
  ;[browser, product] = await Promise.all([
    launchChromium(),
    startProduct({
      SANDBOX: 'on',
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_GUILD_ID: GUILD,
      TELEGRAM_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.apiRoot,
      OPERATORS: `discord:${OLGA}`,
    }),
  ])
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await product?.remove()
  await telegram?.close()
  await discord?.close()
})

const give = (user: string, command: string, options: Readonly<Record<string, string>> = {}): Promise<Conversation> =>
  discord.slash({ user, channel, path: pathTo(discord, command, GUILD), options })

/** Presses a button of the newest message of a talk, and waits for what comes of it. */
async function press(user: string, talk: Conversation, label: string): Promise<Conversation> {
  const message = talk.messages.at(-1)!
  const pressed = await discord.click({ user, message, label })
  if (pressed.modal === undefined) await pressed.until('an answer', ({ text }) => text !== '')
  return pressed
}

const shown = (messages: readonly SentMessage[]): SentMessage => {
  const last = messages.at(-1)
  if (last === undefined) throw new Error('Telegram shows nothing new')
  return last
}
const type = async (text: string): Promise<SentMessage> => shown((await telegram.send({ user: ANN_ON_TELEGRAM, text })).messages)
async function pressOnTelegram(message: SentMessage, label: string): Promise<SentMessage> {
  const data = message.buttons.find(({ text }) => text === label)?.data
  if (data === undefined) throw new Error(`no button “${label}” under: ${message.text}`)
  const answer = await telegram.press({ user: ANN_ON_TELEGRAM, message, data })
  return shown([...answer.messages, ...answer.edited])
}

/** A browser at the review desk, signed in as a persona of the committee. */
async function deskOf(name: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(`${product.origin}/signin?to=/desk`)
  await page.getByRole('button', { name }).click()
  await page.getByRole('heading', { level: 1, name: 'Review desk' }).waitFor()
  return page
}
async function approveOnDesk(page: Page, subject: string, amount?: string): Promise<void> {
  await page.goto(`${product.origin}/desk/${subject}`)
  if (amount !== undefined) await page.locator('#amount').fill(amount)
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .click()
  await page.getByRole('status').getByText(subject).first().waitFor()
}

test('a campaign, its form on two platforms, two reviewers, a dispute, and a statement that holds', { timeout: 360_000 }, async () => {
  // Ann is one member on both platforms.
  const code = /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b/.exec((await give(ANN, 'link')).text)?.[0]
  expect(code).toBeDefined()
  const asked = await type(`/link ${code}`)
  await pressOnTelegram(asked, asked.buttons[0]!.text)

  // A committee of three: Rae in Discord; Rita and 李伟 sit at the desk. And an event, whose line will be disputed.
  await give(RAE, 'start')
  await give(OLGA, 'role grant', { member: RAE, role: 'reviewer' })
  await give(OLGA, 'event create', { title: 'Town hall', start: 'now' })
  const checkIn = /\b1-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec((await give(OLGA, 'event codes', { event: 'EVT-1' })).text)![0]
  expect((await give(BOB, 'checkin', { code: checkIn })).text).toContain('10')

  // Bob's team proposes; one of the committee agrees in chat, one at the desk.
  const terms = { title: 'Posters', budget: '500', reward: '20', most: '40', end: '+20d', summary: 'Posters for the lake' }
  expect((await give(BOB, 'campaign propose', terms)).text).toContain('CMP-1')
  await give(RAE, 'review approve', { subject: 'CMP-1' })
  const rita = await deskOf('Rita')
  await approveOnDesk(rita, 'CMP-1')
  expect((await give(BOB, 'campaign show', { campaign: 'CMP-1' })).text).toContain('running')

  // Ann begins on Telegram and finishes on Discord.
  const form = /FRM-\d+/.exec((await give(ANN, 'campaign show', { campaign: 'CMP-1' })).text)![0]
  expect((await type(`/form_fill ${form}`)).text).toContain('What did you do?')
  expect((await type('Twenty posters on the way to the lake, in two schools.')).text).toContain('Question 2 of 2')
  const page = await give(ANN, 'form fill', { form })
  const opened = await press(ANN, page, 'Answer page 1 of 1')
  expect(opened.modal?.fields.map(({ value }) => value)).toContain('Twenty posters on the way to the lake, in two schools.')
  const summary = await discord.submitModal({ user: ANN, modal: opened.modal!, fields: { link: 'https://posters.example/lake' } })
  expect(summary.text).toContain('https')
  const sent = await press(ANN, summary, 'Send in')
  await sent.until('the number', ({ text }) => text.includes('SUB-1'))

  // Two reviewers decide: the median of their amounts is granted.
  expect((await give(RAE, 'review show', { subject: 'SUB-1' })).text).toContain('Twenty posters')
  await give(RAE, 'review approve', { subject: 'SUB-1', amount: '30' })
  await approveOnDesk(rita, 'SUB-1', '40')
  expect((await type('/balance')).text).toContain('35')
  expect((await give(ANN, 'submission show', { submission: 'SUB-1' })).text).toContain('approved')

  // The month ends. Bob says that his line is too low; two of the committee agree.
  await product.skip('period-end')
  const lines = await give(BOB, 'dispute')
  const line = /LINE-\d+/.exec(lines.text)![0]
  expect((await give(BOB, 'dispute', { line, reason: 'I was a host too and stayed for two hours.' })).text).toContain('DSP-1')
  await give(RAE, 'review approve', { subject: 'DSP-1', amount: '20' })
  await approveOnDesk(rita, 'DSP-1', '20')
  expect((await give(BOB, 'balance')).text).toContain('20')

  // The close: everything is funded, the rest is burned, and the statement says what happened and holds.
  await product.skip('period-close')
  const answer = await fetch(`${product.origin}/api/v1/periods/1/statement`)
  expect(answer.status).toBe(200)
  const statement = await answer.text()
  const amounts = [...statement.matchAll(/"kind":"([a-z-]+)","amount":"([\d.]+)","reference":"([^"]+)"/g)].map(([, ...found]) => found)
  expect(amounts).toContainEqual(['campaign', '35', 'SUB-1'])
  expect(amounts).toContainEqual(['attendance', '10', 'EVT-1'])
  expect(amounts).toContainEqual(['correction', '10', 'DSP-1'])
  const file = join(product.dataFolder, 'statement.json')
  writeFileSync(file, statement)
  const verified = await promisify(execFile)(process.execPath, ['scripts/verify.ts', file, '--rpc', product.chainUrl()])
  expect(verified.stdout).toContain('The statement holds, and the chain confirms it.')
  expect([...discord.violations, ...telegram.violations]).toEqual([])
})
