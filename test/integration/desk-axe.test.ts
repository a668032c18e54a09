import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { launchChromium } from '../support/chromium.ts'
import { openBrowser } from '../support/desk-browser.ts'
import { ALL, startDeskWorld, type DeskWorld } from '../support/desk-world.ts'

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const Found = z.object({
  passes: z.array(z.object({ id: z.string() })),
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
})

let browser: Browser
let desk: DeskWorld

beforeAll(async () => {
  ;[browser, desk] = await Promise.all([launchChromium(), startDeskWorld()])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await desk?.world.stop()
})

/** It looks at eleven pages one by one, on a machine that may be busy. */
const PATIENCE_MS = 120_000

/** What axe finds in a page as it stands now, in words; nothing of any impact is accepted. */
async function faults(page: Page): Promise<string[]> {
  // From outside the page, as a person's tools do it: the page's own policy allows no script of others.
  await page.evaluate(AXE)
  const { passes, violations } = Found.parse(
    await page.evaluate('axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })'),
  )
  // An engine that looked at nothing has found nothing either.
  expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['aria-valid-attr', 'color-contrast']))
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${impact}): ${html.slice(0, 200)} ${failureSummary ?? ''}`),
  )
}

test.each([
  ['en-GB', 'light', 1280],
  ['zh-CN', 'dark', 375],
] as const)(
  'axe finds nothing on the desk: %s, %s, %i px',
  async (locale, colorScheme, width) => {
    const text =
      'I translated the whole handbook into Chinese, chapter by chapter, see https://docs.example.org/zh, with a list of all the words that I chose.'
    await desk.stage.sendIn(desk.cora, ALL, { text })
    const subject = await desk.stage.sendIn(desk.cora, ALL, { text: `${text} Again.` })
    const decided = await desk.stage.sendIn(desk.cora, { ...ALL, needed: 1 })
    await desk.act(await desk.as('bob'), decided, 'approve', { amount: '20', revision: '1' })
    await desk.act(await desk.as('bob'), subject, 'reject', { reason: 'An advertisement.', revision: '1' })
    const { context, page } = await openBrowser(browser, desk, 'hui', { locale, colorScheme, viewport: { width, height: 800 } })
    const look = async (what: string): Promise<void> => {
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      expect(await faults(page), what).toEqual([])
    }
    for (const path of [
      '/desk',
      '/desk?show=open',
      '/desk?show=decided&q=nothing',
      '/desk/history',
      '/desk/quality',
      `/desk/${decided}`,
      `/desk/${subject}`,
    ]) {
      await page.goto(desk.world.base + path)
      await look(path)
    }
    await page.locator('#amount').fill('9000')
    await page.locator('#amount').press('Enter')
    await page.getByRole('alert').waitFor()
    await look('a refused form')
    await page.locator('#amount').fill('25')
    await page.locator('#amount').press('Enter')
    await page.locator('#said[role=status]').waitFor()
    await look('after a verdict')
    await page.goto(`${desk.world.base}/desk`)
    await page.getByRole('checkbox').first().check()
    await page.locator('.bulk button').click()
    await page.locator('#said').waitFor()
    await look('a summary')
    await page.locator('[data-keys-open]').click()
    await look('the list of keys')
    await context.close()
  },
  PATIENCE_MS,
)
