import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { runVerify } from '../../scripts/verify.ts'
import { launchChromium } from '../support/chromium.ts'
import { startProduct, type Product } from '../support/product.ts'
import { addStrictWallet } from '../support/strict-wallet.ts'
import { tokenBalance, untilPaid } from './chat-story.ts'

const PERSONA = { Hana: 'hana', Ann: 'ann', Bob: 'bob', 陈晨: 'chen' } as const
/** Whole PoS of period 1. */
const RELEASE = 1_000_000
const account = privateKeyToAccount(generatePrivateKey())
/** Named by a person who wants to look at the pages afterwards; else they go with the test. */
const kept = process.env.SCREENSHOTS
const folder = kept ?? mkdtempSync(join(tmpdir(), 'wepos-pages-'))

let product: Product
let browser: Browser
let page: Page
/** What a browser complained about: errors of scripts, and what the policy of the page refused. */
const complaints: string[] = []

beforeAll(async () => {
  ;[product, browser] = await Promise.all([startProduct(), launchChromium()])
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await product?.remove()
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
})

async function become(who: keyof typeof PERSONA): Promise<void> {
  await page.goto(`${product.origin}/sandbox?as=${PERSONA[who]}`)
}

/** Types a line as a visitor would; gives the answer that appears. */
async function say(line: string): Promise<Locator> {
  const before = await page.locator('.turn').count()
  await page.locator('#line').fill(line)
  await page.locator('#line').press('Enter')
  const turn = page.locator('.turn').nth(before)
  await turn.waitFor()
  return turn.locator('article')
}

/** Presses a button that sets the time forward, and waits for the line that says so. */
async function skipTo(target: string): Promise<void> {
  const before = await page.locator('.log .notice:not(.pending)').count()
  await page.locator(`#skip button[value=${target}]`).click()
  await page.locator('.log .notice:not(.pending)').nth(before).waitFor({ timeout: 60_000 })
}

const shoot = (name: string, of = page) => of.screenshot({ path: join(folder, `${name}.png`), fullPage: true })

describe('a visitor of the sandbox page', () => {
  let code = ''

  test('as the host creates an event and shows its code', async () => {
    await become('Hana')
    const created = await say('/event create Open evening start:now minutes:120')
    expect(await created.textContent()).toContain('EVT-1 created: Open evening')
    const before = await page.locator('.turn').count()
    await created.getByRole('button').first().click()
    const shown = page.locator('.turn').nth(before)
    await shown.waitFor()
    code = (await shown.locator('.verbatim').textContent())?.trim() ?? ''
    expect(code).toMatch(/^1-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    await shoot('host')
  })

  test('as three members, checks in by the code, once each', async () => {
    for (const [who, words] of [
      ['Ann', 'You earned 10 PoS'],
      ['Bob', 'You earned 10 PoS'],
      ['陈晨', '获得 10 PoS'],
    ] as const) {
      await become(who)
      expect(await (await say(`/checkin ${code}`)).textContent()).toContain(words)
    }
    await become('Ann')
    const again = await say(`/checkin ${code}`)
    expect(await again.textContent()).toContain('You are already checked in to EVT-1')
    expect(await again.getAttribute('class')).toContain('refused')
    expect(await page.locator('.turn').count()).toBe(2)
  })

  test('links a wallet by signing the text on the page', async () => {
    const asked = await say(`/wallet link ${account.address}`)
    const message = (await asked.locator('.verbatim').textContent()) ?? ''
    expect(message).toContain(`${new URL(product.origin).host} wants you to sign in`)
    const linked = await say(await account.signMessage({ message }))
    expect(await linked.textContent()).toContain(`Wallet linked: ${account.address}`)
  })

  test('withdraws when the reward is older than 48 hours, and finds it on the chain', async () => {
    expect(await (await say('/withdraw 4')).textContent()).toContain('withdraw.too_much')
    for (let day = 0; day < 3; day += 1) await skipTo('day')
    expect(await (await say('/withdraw 4')).textContent()).toContain('4 PoS are on their way')
    await untilPaid(product, account.address, pos(4))
    expect(await (await say('/balance')).textContent()).toContain('6 PoS')
    await shoot('member')
  })

  test('sees the period closed: what was granted and what was burned make the release', async () => {
    await skipTo('period-close')
    await page.goto(`${product.origin}/periods/1`)
    const figure = async (label: string): Promise<number> => {
      const shown = await page
        .locator('dl > div', { has: page.getByText(label, { exact: true }) })
        .locator('dd')
        .first()
        .textContent()
      return Number((shown ?? '').replaceAll(',', '').trim())
    }
    expect([await figure('Granted'), await figure('Burned')]).toEqual([30, RELEASE - 30])
    expect(await page.locator('main').textContent()).toContain(`${RELEASE.toLocaleString('en')} PoS are released`)
    await shoot('period')
  })

  test('downloads the statement, and the verifier accepts it', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href$="/statement"]').first().click()])
    const file = join(folder, 'statement.txt')
    await download.saveAs(file)
    const lines: string[] = []
    const verdict = await runVerify([file, '--rpc', product.chainUrl()], (line) => lines.push(line))
    expect([verdict, lines]).toEqual([0, expect.arrayContaining([expect.stringContaining('30')])])
    const changed = join(folder, 'changed.txt')
    writeFileSync(changed, readFileSync(file, 'utf8').replace('"amount":"10"', '"amount":"11"'))
    expect(await runVerify([changed], () => {})).toBe(1)
    expect(await tokenBalance(product, account.address)).toBe(pos(4))
  })

  test('deposits some of it back by one signature, without a coin for gas, and finds it in the balance', { timeout: 120_000 }, async () => {
    const context = await browser.newContext({ locale: 'en-GB' })
    const wallet = await addStrictWallet(context, { account, chainId: 31_337 })
    const own = await context.newPage()
    own.on('pageerror', (error) => complaints.push(error.message))
    await own.goto(product.origin)
    await own.getByRole('link', { name: 'Deposit PoS from your wallet' }).click()
    await own.getByRole('button', { name: 'Strict <b>Wallet' }).click()
    await own.getByLabel('Amount in PoS').fill('3')
    await own.getByRole('button', { name: 'Sign and deposit' }).click()
    await own.getByText('Done: it is in your balance.').waitFor({ timeout: 90_000 })
    expect(wallet.asked.filter((method) => method.startsWith('eth_sign'))).toHaveLength(1)
    await context.close()
    expect(await tokenBalance(product, account.address)).toBe(pos(1))
    await become('Ann')
    expect(await (await say('/balance')).textContent()).toContain('9 PoS')
  })

  test('finds every page in order: English and Chinese, wide and narrow, light and dark', { timeout: 120_000 }, async () => {
    const looks = [
      { name: 'desktop-en', locale: 'en-GB', width: 1280, dark: false },
      { name: 'phone-zh', locale: 'zh-CN', width: 375, dark: false },
      { name: 'dark-en', locale: 'en-GB', width: 1280, dark: true },
    ] as const
    for (const { name, locale, width, dark } of looks) {
      const context = await browser.newContext({
        viewport: { width, height: 812 },
        locale,
        colorScheme: dark ? 'dark' : 'light',
        isMobile: width < 500,
        hasTouch: width < 500,
      })
      const reader = await context.newPage()
      reader.on('pageerror', (error) => complaints.push(error.message))
      for (const path of ['/', '/periods', '/periods/1', '/leaderboard', '/deposit', '/sandbox?as=chen']) {
        const response = await reader.goto(`${product.origin}${path}`)
        expect([path, response?.status()]).toEqual([path, 200])
        expect([path, await reader.locator('html').getAttribute('lang')]).toEqual([path, locale === 'zh-CN' ? 'zh-CN' : 'en'])
        if (path.startsWith('/sandbox')) await sayAs(reader, ['/balance', '/help', '/leaderboard'])
        expect([name, path, await beyond(reader)]).toEqual([name, path, { wide: 0, long: 0 }])
        await shoot(`${name}-${path.replaceAll(/\W+/g, '-')}`, reader)
      }
      await context.close()
    }
    expect(complaints).toEqual([])
  })
})

/** How far the page can be scrolled past what it shows, in pixels. */
function beyond(reader: Page): Promise<{ wide: number; long: number }> {
  return reader.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement
    const end = (document.querySelector('footer')?.getBoundingClientRect().bottom ?? 0) + scrollY
    // The browser gives whole pixels and the footer ends between two: less than one is no length.
    return { wide: scrollWidth - clientWidth, long: Math.floor(Math.max(0, scrollHeight - Math.max(clientHeight, end))) }
  })
}

async function sayAs(reader: Page, lines: readonly string[]): Promise<void> {
  for (const [index, line] of lines.entries()) {
    await reader.locator('#line').fill(line)
    await reader.locator('#line').press('Enter')
    await reader.locator('.turn').nth(index).waitFor()
  }
}
