import type { FastifyInstance } from 'fastify'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../../test/support/chromium.ts'
import type { SampleApp } from '../../test/support/sample-app.ts'
import { createSampleServer, type SampleWorld } from '../../test/support/sample-server.ts'
import { createServer } from '../app.ts'

let browser: Browser
let server: FastifyInstance
let base: string
let chat: SampleApp
let world: SampleWorld
let page: Page
let trouble: string[]

beforeAll(async () => {
  browser = await launchChromium()
}, 120_000)
afterAll(() => browser?.close())
beforeEach(async () => {
  const sample = createSampleServer()
  ;({ chat, world } = sample)
  server = await createServer(sample.app)
  base = await server.listen({ port: 0, host: '127.0.0.1' })
  trouble = []
})
afterEach(async () => {
  await page?.context().close()
  await server.close()
  // A page that breaks its own security policy says so here.
  if (trouble.length > 0) throw new Error(trouble.join('\n'))
})

async function open(path: string, options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Asia/Shanghai', ...options })
  page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()))
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.goto(base + path)
}
/** Types a line and waits for its answer. */
async function say(line: string): Promise<string> {
  const before = await page.locator('.turn').count()
  await page.getByRole('combobox').fill(line)
  await page.keyboard.press('Enter')
  return lastTurn(before + 1)
}
async function lastTurn(count: number): Promise<string> {
  await page
    .locator('.turn')
    .nth(count - 1)
    .waitFor()
  return page.locator('.turn').last().innerText()
}
async function press(label: string): Promise<string> {
  const before = await page.locator('.turn').count()
  await page.getByRole('button', { name: label, exact: true }).last().click()
  return lastTurn(before + 1)
}

describe('the sandbox', () => {
  test('is a chat: a command, a button, a question, and each person’s own view of it', async () => {
    await open('/sandbox?as=hui')
    expect(await say('/event create Open evening')).toContain('Event EVT-1: Open evening')
    expect(await say('/note drop')).toContain('Your next message is the answer')
    expect(await say('7')).toContain('There is no note 7.')

    await page.getByRole('link', { name: '林晓' }).click()
    await page.getByRole('heading', { name: 'Chat as 林晓' }).waitFor()
    // What was public is here too, with its buttons; what was private is not.
    expect(await page.locator('.turn').count()).toBe(1)
    expect(await page.locator('.turn').innerText()).toContain('Hui')
    const joined = await press('Join')
    expect(joined).toContain('您已参加 EVT-1。')
    expect(await page.locator('.turn').last().locator('.answer').getAttribute('lang')).toBe('zh-CN')
    expect(await press('Cancel the event')).toContain('button.other_member')
    expect(chat.data.events[0]).toMatchObject({ cancelled: false, joined: ['member of console:lin'] })

    await page.getByRole('link', { name: 'Hui' }).click()
    await page.getByRole('heading', { name: 'Chat as Hui' }).waitFor()
    expect(await page.locator('.turn').count()).toBe(3)
    await page.getByRole('button', { name: 'Clear this chat' }).click()
    expect(await page.locator('.turn').count()).toBe(0)
    await page.reload()
    expect(await page.locator('.turn').count()).toBe(0)
  })

  test('shows what was said and answered as text, never as markup', async () => {
    await open('/sandbox?as=bob')
    const nasty = '<img src=x onerror=alert(1)> "a" &lt;'
    expect(await say(`/greet ${nasty}`)).toContain(`Hello ${nasty}!`)
    expect(await page.locator('.log img').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Bob <b>"x"' }).count()).toBe(1)
  })

  test('shows a long answer from its beginning, and a short one whole', async () => {
    await open('/sandbox?as=ann')
    await say('/list lines 200')
    const isInView = (place: string) =>
      page.evaluate((selector) => {
        const log = document.querySelector('.log')!.getBoundingClientRect()
        const found = document.querySelector(`.turn:last-child ${selector}`)!.getBoundingClientRect()
        return found.top >= log.top - 1 && found.bottom <= log.bottom + 1
      }, place)
    expect(await isInView('.said')).toBe(true)
    await say('/balance')
    expect(await isInView('.said')).toBe(true)
    expect(await isInView('.answer')).toBe(true)
  })

  test('takes a pasted file, and gives files to keep', async () => {
    await open('/sandbox?as=ann')
    await say('/import')
    const attachment = page.getByRole('textbox', { name: 'Its content' })
    expect(await attachment.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.getByLabel('Text file').setInputFiles({ name: 'names.csv', mimeType: 'text/csv', buffer: Buffer.from('Ann\n林晓\n') })
    await expect.poll(() => attachment.inputValue()).toBe('Ann\n林晓\n')
    await page.getByRole('button', { name: 'Send' }).click()
    await lastTurn(2)
    expect(chat.data.imports).toEqual(['Ann\n林晓\n'])

    await say('/sign')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download message.csv' }).click()])
    expect(download.suggestedFilename()).toBe('message.csv')
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk))
    expect(Buffer.concat(chunks).toString('utf8')).toBe('code,amount\nEVT-1,12.5\n')
  })

  test('tries a sample as the person it names', async () => {
    await open('/sandbox?as=ann')
    await page.getByRole('button', { name: 'See how the jobs are doing' }).click()
    await page.getByRole('heading', { name: 'Chat as Olu' }).waitFor()
    expect(await page.locator('.turn').innerText()).toContain('All is well.')
  })

  test('skips time, and shows instants in the visitor’s zone and language', async () => {
    await open('/sandbox', { locale: 'zh-CN' })
    const now = page.locator('[data-now] time')
    expect(await now.innerText()).toBe('2027年2月3日 02:00')
    expect(await now.getAttribute('title')).toBe('2027年2月2日 18:00 UTC')
    await page.getByRole('button', { name: '第二天' }).click()
    await page.getByText('现在是 2027年2月4日 02:00。').waitFor()
    expect(await now.innerText()).toBe('2027年2月4日 02:00')
    expect(world.skips).toEqual(['day'])
  })

  test('after an answer that was lost, sending again has one effect', async () => {
    await open('/sandbox?as=ann')
    let isLost = false
    await page.route('**/sandbox', async (route) => {
      if (route.request().method() !== 'POST' || isLost) return route.continue()
      isLost = true
      // It arrives, and its answer does not come back.
      await route.fetch()
      return route.abort()
    })
    await page.getByRole('combobox').fill('note add once')
    await page.keyboard.press('Enter')
    await page.getByText('The server did not answer.').waitFor()
    expect(await page.getByRole('combobox').inputValue()).toBe('note add once')
    await page.keyboard.press('Enter')
    expect(await lastTurn(1)).toContain('Note 1 is kept: once')
    expect(chat.data.notes.length).toBe(1)
    trouble = trouble.filter((text) => !text.includes('ERR_FAILED'))
  })

  test('works from the keyboard alone', async () => {
    await open('/sandbox')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await tabTo('Ann member')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Chat as Ann' }).waitFor()
    // Who chose a person goes on typing.
    expect(await page.getByRole('combobox').evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.type('note add from the keyboard')
    await page.keyboard.press('Enter')
    await lastTurn(1)
    await page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('Undo')
    await page.keyboard.press('Enter')
    expect(await lastTurn(2)).toContain('Note 1 is dropped.')
  })

  test('works without a script', async () => {
    await open('/sandbox?as=ann', { javaScriptEnabled: false })
    await page.getByRole('combobox').fill('note add plain')
    await page.keyboard.press('Enter')
    await page.getByText('Note 1 is kept: plain').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Note 1 is dropped.').waitFor()
    expect(chat.data.notes).toMatchObject([{ text: 'plain', dropped: true }])
  })
})

const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim().replace(/\s+/g, ' ') ?? '')
async function tabTo(start: string): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab')
    if ((await focused()).includes(start)) return
  }
  throw new Error(`nothing with “${start}” can be reached by Tab`)
}

const PAGES = ['/', '/periods', '/periods/1', '/periods/3', '/leaderboard', '/deposit', '/problems', '/sandbox?as=hui']
describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each(PAGES)('%s fits a phone, can be read, and its pictures load', async (path) => {
    for (const locale of ['en-GB', 'zh-CN']) {
      await page?.context().close()
      await open(path, { locale, colorScheme, viewport: { width: 360, height: 740 } })
      if (path.startsWith('/sandbox')) await say('/list everything 3')
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
        for (const image of document.images) image.loading = 'eager'
      })
      await expect.poll(() => page.evaluate(() => [...document.images].every((image) => image.complete)), { timeout: 15_000 }).toBe(true)
      expect(await page.evaluate(() => [...document.images].filter((image) => image.naturalWidth === 0).length)).toBe(0)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
      expect(await page.evaluate(faintTexts)).toEqual([])
    }
  })
})

/** Runs in the page: texts whose contrast with what is behind them is below 4.5 to 1, or 3 to 1 when large (WCAG 2.2, 1.4.3). */
function faintTexts(): string[] {
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: number[]) => {
    const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((channel) => {
      const share = channel / 255
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element: Element | null): number[] => {
    if (element === null) return [255, 255, 255]
    const color = channels(getComputedStyle(element).backgroundColor)
    return color.length > 0 && (color[3] ?? 1) > 0 ? color : behind(element.parentElement)
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const faint: string[] = []
  while (walker.nextNode() !== null) {
    const element = walker.currentNode.parentElement!
    const text = walker.currentNode.textContent?.trim() ?? ''
    if (text === '' || !element.checkVisibility()) continue
    const style = getComputedStyle(element)
    const [one, two] = [luminance(channels(style.color)), luminance(behind(element))]
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)
    const size = Number.parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`)
  }
  return faint
}
