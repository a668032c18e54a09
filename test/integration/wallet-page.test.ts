import type { Browser, BrowserContext, Page } from 'playwright-core'
import { generatePrivateKey, privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, MINUTE } from '../../core/shared/instant.ts'
import { launchChromium } from '../support/chromium.ts'
import { addStrictWallet, type StrictWallet } from '../support/strict-wallet.ts'
import { signInitData, signLogin } from '../support/telegram-login.ts'
import { signInAs, startWebWorld, TELEGRAM_TOKEN, unixSecond, type Visitor, type WebWorld } from '../support/web-world.ts'

let world: WebWorld
let browser: Browser
let context: BrowserContext
let page: Page
let wallet: StrictWallet
let key: PrivateKeyAccount
let trouble: string[] = []
let number = 0
let name: string

beforeAll(async () => {
  browser = await launchChromium()
  world = await startWebWorld()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await world.stop()
})
beforeEach(() => {
  trouble = []
  key = privateKeyToAccount(generatePrivateKey())
  number += 1
  name = `member${number}`
})
afterEach(async () => {
  await context?.close()
  // A page that breaks its own security policy says so here.
  if (trouble.length > 0) throw new Error(trouble.join('\n'))
})

async function open(path: string, options: { locale?: string; width?: number } = {}): Promise<void> {
  context = await browser.newContext({
    locale: options.locale ?? 'en-GB',
    viewport: { width: options.width ?? 1_200, height: 900 },
    extraHTTPHeaders: { 'x-forwarded-for': `203.0.113.${number}` },
  })
  wallet = await addStrictWallet(context, { account: key, chainId: 31_337 })
  page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && trouble.push(message.text()))
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.goto(path.startsWith('http') ? path : world.base + path)
}
const press = (label: string | RegExp) => page.getByRole('button', { name: label }).click()
const says = (sentence: string | RegExp) => page.getByRole('status').filter({ hasText: sentence }).waitFor()
const WALLET = 'Strict <b>Wallet'
const tokenCookie = async () => (await context.cookies()).find((cookie) => cookie.name === 'session')?.value
async function linkAddress(who = name): Promise<string> {
  const { text } = await world.community.say(who, 'wallet link')
  return /http:\S+/.exec(text)?.[0] ?? text
}
async function signByWallet(): Promise<void> {
  await press(WALLET)
}

describe('in a browser', () => {
  test('one signs in as somebody of the sandbox, sees the account, and signs out', async () => {
    await open('/account')
    expect(new URL(page.url()).pathname).toBe('/signin')
    expect(await page.locator('main').innerText()).toContain('We never ask for a seed phrase')
    await press(/^Ann/)
    await page.getByText('You are signed in as Ann.').waitFor()
    expect((await context.cookies()).map((cookie) => [cookie.name, cookie.httpOnly, cookie.sameSite])).toEqual([['session', true, 'Lax']])
    await press('Sign out')
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
    await page.goto(`${world.base}/account`)
    expect(new URL(page.url()).pathname).toBe('/signin')
  })

  test('one links a wallet from the chat, and later signs in with it', async () => {
    const address = await linkAddress()
    await open(address)
    await page.getByText(`The wallet will belong to ${name} (sandbox).`).waitFor()
    const toSignIn = page.locator('main').getByRole('link', { name: 'Sign in', exact: true })
    expect(await toSignIn.count()).toBe(0)
    // What opened the page stays in no history.
    expect(page.url()).toBe(`${world.base}/wallet/link`)
    await signByWallet()
    await says(`Wallet linked: ${key.address}`)
    expect(wallet.texts).toHaveLength(1)
    expect(wallet.texts[0]).toContain('Link this wallet to my account.')
    expect(new Set(wallet.asked)).toEqual(new Set(['eth_requestAccounts', 'personal_sign']))
    await page.goto('about:blank')
    await page.goto(address)
    await says('This page does not know for whom to link')
    expect(await toSignIn.count()).toBe(1)

    await page.goto(`${world.base}/signin?to=/wallet/link`)
    await signByWallet()
    await page.waitForURL(`${world.base}/wallet/link`)
    await page.goto(`${world.base}/account`)
    expect(await page.locator('main').innerText()).toContain(key.address)
    expect(wallet.texts[1]).toContain('Sign in. This moves nothing')
  })

  test('one links as who is signed in: the session has a new id, the old one is worth nothing', async () => {
    await open('/signin?to=/wallet/link')
    await press(/^Bob/)
    await page.getByText('The wallet will belong to Bob').waitFor()
    const before = await tokenCookie()
    await signByWallet()
    await says('Wallet linked')
    const after = await tokenCookie()
    expect([after === before, after?.length]).toEqual([false, 22])
    const old = await fetch(`${world.base}/account`, { headers: { cookie: `session=${before}`, accept: 'text/html' }, redirect: 'manual' })
    expect(old.status).toBe(303)
    await page.goto(`${world.base}/account`)
    await press('Take this wallet off')
    await page.getByText(`Wallet taken off: ${key.address}`).waitFor()
  })

  test('the page says in Chinese and on a phone what a wallet declines, and goes on', async () => {
    await open(await linkAddress(), { locale: 'zh-CN', width: 375 })
    await page.getByText(`钱包将属于 ${name}`).waitFor()
    wallet.declines.add('personal_sign')
    await signByWallet()
    await says('您在钱包中拒绝了。没有签署任何内容。')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
    await signByWallet()
    await says('Wallet linked')
  })

  test('Telegram’s answer in the address signs in who began, and a Mini App asks first', async () => {
    await open('/signin')
    const login = (id: number) =>
      Buffer.from(signLogin(TELEGRAM_TOKEN, { id, first_name: 'Tom', auth_date: unixSecond(world.clock.now) })).toString('base64url')
    await page.goto('about:blank')
    await page.goto(`${world.base}/signin#tgAuthResult=${login(515)}`)
    await says('This sign-in was begun elsewhere')
    // Telegram's part: it sends the browser back to where we said, with its answer in the fragment; of who declines the answer is one word.
    let result = 'false'
    await page.route('**/signin/telegram?*', async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 })
      const there = new URL(answer.headers()['location'] ?? '')
      expect(there.origin).toBe('https://oauth.telegram.org')
      const location = `${there.searchParams.get('return_to')}#tgAuthResult=${result}`
      await route.fulfill({ status: 303, headers: { location } })
    })
    await page.goto(`${world.base}/signin?to=/wallet/link`)
    await page.getByRole('link', { name: 'Sign in with Telegram' }).click()
    await says('Telegram did not confirm who you are')
    result = login(516)
    await page.goto(`${world.base}/signin?to=/wallet/link`)
    await page.getByRole('link', { name: 'Sign in with Telegram' }).click()
    await page.waitForURL(`${world.base}/wallet/link`)
    await page.getByText('The wallet will belong to Tom (Telegram)').waitFor()

    await context.clearCookies()
    const user = JSON.stringify({ id: 517, first_name: '$& <b>Mia' })
    const initData = signInitData(TELEGRAM_TOKEN, { user, auth_date: unixSecond(world.clock.now) })
    await page.goto('about:blank')
    await page.goto(`${world.base}/signin#tgWebAppData=${encodeURIComponent(initData)}&tgWebAppVersion=8.0`)
    expect(page.url()).toBe(`${world.base}/signin`)
    await press('Continue as $& <b>Mia')
    await page.getByText('You are signed in as $& <b>Mia.').waitFor()
  })
})

describe('a text to link by', () => {
  let who: Visitor
  beforeEach(() => {
    who = world.browser()
  })
  const token = async (chat = name) => (await linkAddress(chat)).split('#')[1] ?? ''
  const text = async (fields: Record<string, string>, headers = {}) =>
    (await (await who.post('/wallet/link/text', { address: key.address, ...fields }, headers)).json()) as {
      message: string
      nonce: string
      code?: string
    }
  const prove = async (fields: Record<string, string>, headers = {}, by = who) =>
    (await (await by.post('/wallet/link/prove', fields, headers)).json()) as { code?: string; done?: string }

  test('is good once, for its page, and for its purpose', async () => {
    const [own, others] = [await token(), await token('mallory')]
    const { message, nonce } = await text({ token: own })
    const signature = await key.signMessage({ message })
    expect((await prove({ token: others, nonce, signature })).code).toBe('wallet.text_expired')
    // Mallory's try used it up.
    expect((await prove({ token: own, nonce, signature })).code).toBe('wallet.text_expired')
    const csrf = await who.csrf('/signin')
    const signIn = (await (
      await who.post('/signin/wallet/text', { address: key.address }, { 'x-csrf-token': csrf })
    ).json()) as typeof text extends (...args: never[]) => Promise<infer Answer> ? Answer : never
    const forSignIn = await key.signMessage({ message: signIn.message })
    expect((await prove({ token: own, nonce: signIn.nonce, signature: forSignIn })).code).toBe('wallet.text_expired')
    const again = await text({ token: own })
    expect((await prove({ token: own, nonce: again.nonce, signature: await key.signMessage({ message: again.message }) })).done).toContain(
      'Wallet linked',
    )
    expect((await prove({ token: own, nonce: again.nonce, signature })).code).toBe('wallet.page_expired')
  })

  test('is refused in the words of the command', async () => {
    const other = privateKeyToAccount(generatePrivateKey())
    const own = await token()
    expect((await text({ token: own, address: '0x0000000000000000000000000000000000000000' })).code).toBe('wallet.zero_address')
    const { nonce, message } = await text({ token: own })
    expect((await prove({ token: own, nonce, signature: await other.signMessage({ message }) })).code).toBe('wallet.bad_signature')
    const foreign = await text({ token: own })
    const changed = foreign.message.replace(/^\S+/, 'evil.example')
    expect((await prove({ token: own, nonce: foreign.nonce, signature: await key.signMessage({ message: changed }) })).code).toBe(
      'wallet.bad_signature',
    )
  })

  test('and its page end after ten minutes, and a newer page ends the earlier', async () => {
    const first = await token()
    const second = await token()
    expect((await text({ token: first })).code).toBe('wallet.page_expired')
    const { nonce, message } = await text({ token: second })
    world.clock.now += 10 * MINUTE
    expect((await prove({ token: second, nonce, signature: await key.signMessage({ message }) })).code).toBe('wallet.page_expired')
    expect((await text({ token: '0'.repeat(32) })).code).toBe('wallet.page_expired')
  })

  test('of a session needs the token of its forms, and is of that session alone', async () => {
    const csrf = await signInAs(who, 'lin')
    expect((await text({})).code).toBe('session.csrf')
    const { message, nonce } = await text({}, { 'x-csrf-token': csrf })
    const elsewhere = world.browser()
    const others = await signInAs(elsewhere, 'lin')
    const signature = await key.signMessage({ message })
    expect((await prove({ nonce, signature }, { 'x-csrf-token': others }, elsewhere)).code).toBe('wallet.text_expired')
  })

  test('for a second wallet: payouts to it wait a day, and the member is told', async () => {
    const link = async () => {
      const own = await token()
      const { message, nonce } = await text({ token: own })
      return (await prove({ token: own, nonce, signature: await key.signMessage({ message }) })).done
    }
    expect(await link()).toContain('You can withdraw to it at once.')
    await world.community.say(name, 'wallet unlink')
    key = privateKeyToAccount(generatePrivateKey())
    expect(await link()).toContain('It replaces an earlier wallet, so payouts to it start')
    const row = await world.community.database.prisma.wallet.findFirstOrThrow({ where: { address: key.address } })
    expect(row.payoutFrom.getTime() - row.linkedAt.getTime()).toBe(DAY)
    expect((await world.community.say(name, 'inbox')).text).toContain(`A wallet was linked to your account: ${key.address}`)
  })
})

test('no token of a page or session was logged', async () => {
  const token = (await linkAddress('last')).split('#')[1] ?? ''
  const who = world.browser()
  await signInAs(who, 'ann')
  await who.get(`/wallet/link?token=${token}`)
  expect(token).toHaveLength(32)
  expect(world.logged()).not.toContain(token)
  expect(world.logged()).not.toContain(who.cookies.get('session'))
})
