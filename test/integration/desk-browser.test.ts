import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { launchChromium } from '../support/chromium.ts'
import { openBrowser, type DeskBrowser } from '../support/desk-browser.ts'
import { ALL, startDeskWorld, type DeskWorld } from '../support/desk-world.ts'

let browser: Browser
let desk: DeskWorld
let opened: DeskBrowser[]

beforeAll(async () => {
  ;[browser, desk] = await Promise.all([launchChromium(), startDeskWorld()])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await desk?.world.stop()
})
beforeEach(async () => {
  opened = []
  desk.world.clock.now += 1_000
  await desk.stage.database.prisma.reviewAssignment.updateMany({ where: { state: 'asked' }, data: { state: 'lapsed' } })
})
afterEach(async () => {
  const trouble = opened.flatMap((each) => each.trouble)
  for (const { context } of opened) await context.close()
  if (trouble.length > 0) throw new Error(trouble.join('\n'))
})

async function open(path: string, as?: string, options?: BrowserContextOptions): Promise<Page> {
  const found = await openBrowser(browser, desk, as, options)
  opened.push(found)
  await found.open(path)
  return found.page
}
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim().replace(/\s+/g, ' ') ?? '')
async function tabTo(page: Page, start: string): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab')
    if ((await focused(page)).startsWith(start)) return
  }
  throw new Error(`nothing that begins with “${start}” can be reached by Tab`)
}
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
/** What has the focus is seen to have it. */
const isFocusSeen = (page: Page) =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  })

describe('by keyboard alone', () => {
  test('from the sign-in to a decided item and on to the next', async () => {
    const [first, second] = [await desk.stage.sendIn(desk.cora, ALL), await desk.stage.sendIn(desk.cora, ALL)]
    const page = await open('/desk')
    await heading(page, 'Sign in')
    await tabTo(page, 'Ann')
    await page.keyboard.press('Enter')
    await heading(page, 'Review desk')

    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys of the review desk' }).waitFor()
    // While the list is open the keys wait.
    await page.keyboard.press('j')
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    expect(await focused(page)).toBe(`${first} Contribution report`)
    expect(await isFocusSeen(page)).toBe(true)
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toBe(`${second} Contribution report`)
    await page.keyboard.press('j')
    expect(await focused(page)).toBe(`${second} Contribution report`)
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await heading(page, `${first} · Contribution report`)

    await page.keyboard.press('a')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('amount')
    expect(await isFocusSeen(page)).toBe(true)
    // Refused first: the focus is back in the field, with what was typed.
    await page.keyboard.type('9000')
    await page.keyboard.press('Enter')
    await page.getByText(`That amount is outside the range of ${first}.`).waitFor()
    expect(await page.evaluate(() => [document.activeElement?.id, (document.activeElement as HTMLInputElement).value])).toEqual([
      'amount',
      '9000',
    ])
    await page.keyboard.press('Control+A')
    await page.keyboard.type('120')
    await page.keyboard.press('Enter')
    // The next one is open, and the focus begins at what happened.
    await heading(page, `${second} · Contribution report`)
    expect(await focused(page)).toContain(`You approved ${first} for 120 PoS.`)
    expect(await desk.verdicts(first)).toMatchObject([{ verdict: 'approve', amount: pos(120) }])

    await page.keyboard.press('x')
    // Letters that are typed are letters.
    await page.keyboard.type('just a jar of keys: rxadu?')
    expect(await page.locator('#reject-reason').inputValue()).toBe('just a jar of keys: rxadu?')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Reject')
    await page.keyboard.press('Enter')
    await heading(page, 'Review desk')
    await page.getByText('Nothing waits for you.').waitFor()
    expect(await desk.verdicts(second)).toMatchObject([{ verdict: 'reject', reason: 'just a jar of keys: rxadu?' }])
  })

  test('between items and back: j, k, r, d, u; and the keys can be turned off', async () => {
    const [first, second] = [
      await desk.stage.sendIn(desk.cora, ALL),
      await desk.stage.sendIn(desk.cora, { ...ALL, lowest: pos(5), highest: pos(5) }),
    ]
    const page = await open(`/desk/${first}`, 'ann')
    await page.keyboard.press('j')
    await heading(page, `${second} · Contribution report`)
    await page.keyboard.press('a')
    // A key decides nothing by itself: it brings the focus to what would.
    expect(await focused(page)).toBe('Approve for 5 PoS')
    await page.keyboard.press('d')
    expect(await focused(page)).toBe('Decline')
    await page.keyboard.press('k')
    await heading(page, `${first} · Contribution report`)
    await page.keyboard.press('r')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('return-reason')
    await page.keyboard.press('Tab')
    await page.keyboard.press('u')
    await heading(page, 'Review desk')
    // The walk goes on where it was left.
    await page.keyboard.press('j')
    expect(await focused(page)).toBe(`${second} Contribution report`)
    expect(await desk.verdicts(second)).toEqual([])

    await page.getByRole('button', { name: 'Keys' }).press('Enter')
    await page.getByRole('button', { name: 'Turn the keys off' }).press('Enter')
    await page.getByRole('button', { name: 'Close' }).press('Enter')
    await page.reload()
    await page.keyboard.press('j')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
    await page.getByRole('button', { name: 'Keys' }).press('Enter')
    await page.getByRole('button', { name: 'Turn the keys on' }).waitFor()
  })
})

test('without a script everything works: filter, bulk, a verdict, a refusal', async () => {
  const [first, second] = [await desk.stage.sendIn(desk.cora, ALL), await desk.stage.sendIn(desk.cora, ALL)]
  const page = await open('/desk', 'bob', { javaScriptEnabled: false })
  await page.getByLabel('Code or title').fill(first)
  await page.getByRole('button', { name: 'Show' }).click()
  expect(await page.getByRole('listitem').count()).toBe(1)
  await page.getByRole('checkbox', { name: `Choose ${first}` }).check()
  await page.getByRole('button', { name: 'Approve the chosen ones' }).click()
  await page.getByText(`You approved ${first} for 20 PoS.`).waitFor()
  await page.getByRole('link', { name: 'Back to the queue' }).click()
  await page.getByRole('link', { name: `${second} Contribution report` }).click()
  await page.getByText('Return for changes').first().click()
  await page.getByLabel('What should be changed?').fill('Say where it was.')
  await page.getByRole('button', { name: 'Return for changes' }).click()
  await page.getByText(`You returned ${second} for changes.`).waitFor()
  expect(await desk.verdicts(second)).toMatchObject([{ verdict: 'return', reason: 'Say where it was.' }])
})

test('two who decide at once, and one who presses in two windows: each has one effect, and it is paid once', async () => {
  const subject = await desk.stage.sendIn(desk.cora, { ...ALL, spreadPercent: 100 })
  const before = await desk.stage.balance(`member:${desk.cora}`)
  const pages = await Promise.all(['ann', 'ann', 'bob', 'lin', 'hui'].map((name) => open(`/desk/${subject}`, name)))
  for (const [index, page] of pages.entries()) await page.getByLabel('Amount in PoS').fill(String(100 + index))
  await Promise.all(pages.map((page) => page.getByRole('button', { name: /^Approve$|^通过$/ }).click()))
  await Promise.all(pages.map((page) => page.locator('#said').waitFor()))
  const said = await Promise.all(pages.map((page) => page.locator('#said').innerText()))
  const verdicts = await desk.verdicts(subject)
  expect(verdicts).toHaveLength(2)
  expect(new Set(verdicts.map(({ member }) => member.name)).size).toBe(2)
  expect(said.filter((text) => text.includes(`You approved ${subject}`))).toHaveLength(2)
  // The others read why not, and what they can do; nobody is left without an answer.
  expect(said.filter((text) => /is decided: approved|You have decided on/.test(text))).toHaveLength(3)
  const [low, high] = verdicts.map(({ amount }) => amount!)
  expect((await desk.stage.balance(`member:${desk.cora}`)) - before).toBe((low! + high!) / 2n)
})

describe.each([
  ['en-GB', 'light'],
  ['zh-CN', 'dark'],
] as const)('at 375 px, %s in %s colours', (locale, colorScheme) => {
  test('nothing scrolls sideways, and what is touched is 44 px', async () => {
    const long = `https://example.org/${'a'.repeat(300)} ${'W'.repeat(400)} ${'长'.repeat(300)}`
    await desk.stage.sendIn(desk.cora, ALL, { text: long })
    const subject = await desk.stage.sendIn(desk.cora, ALL, { text: `${long} x` })
    const decided = await desk.stage.sendIn(desk.cora, { ...ALL, needed: 1 }, { text: long })
    await desk.act(await desk.as('bob'), decided, 'approve', { amount: '20', revision: '1' })
    const page = await open('/desk', 'hui', { locale, colorScheme, viewport: { width: 375, height: 740 } })
    for (const path of [
      '/desk',
      '/desk?show=open',
      '/desk?show=decided',
      '/desk/history',
      '/desk/quality',
      `/desk/${subject}`,
      `/desk/${decided}`,
    ]) {
      await page.goto(desk.world.base + path)
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(375)
      const targets = await page.evaluate(touchTargets)
      expect(targets.length, path).toBeGreaterThanOrEqual(4)
      expect(
        targets.filter(({ width, height }) => width < 44 || height < 44),
        path,
      ).toEqual([])
    }
    await page.goto(desk.world.base + '/desk')
    await page.getByRole('checkbox').first().check()
    await page.locator('.bulk button').click()
    await page.locator('#said').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
    await page.goto(desk.world.base + '/desk')
    await page.locator('[data-keys-open]').click()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
  })
})

/** Runs in the page: what is pressed, and how large it is. Links inside a text are none of it. */
function touchTargets(): { name: string; width: number; height: number }[] {
  const found = document.querySelectorAll(
    '.desk button, .desk summary, .desk select, .desk input, .desk textarea, .desk nav a, .desk .row > a, .desk .button',
  )
  return [...found].flatMap((element) => {
    const target = element.matches('[type=checkbox]') ? element.closest('label')! : element
    if (!target.checkVisibility() || element.matches('[type=hidden]')) return []
    const { width, height } = target.getBoundingClientRect()
    return [{ name: `${element.tagName} ${element.textContent?.trim().slice(0, 30)}`, width, height }]
  })
}
