import type { FastifyInstance } from 'fastify'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { createServer } from '../../server/app.ts'
import { launchChromium } from '../support/chromium.ts'
import { LATER, startPermitWorld, STRANGER, type PermitWorld } from '../support/permit-world.ts'
import { createSampleServer } from '../support/sample-server.ts'
import type { TestMember } from '../support/settlement-world.ts'
import { addStrictWallet, type StrictWallet } from '../support/strict-wallet.ts'

let browser: Browser
let world: PermitWorld
let server: FastifyInstance
let base: string
let ann: TestMember
let page: Page
let wallet: StrictWallet
let trouble: string[]

beforeAll(async () => {
  browser = await launchChromium()
}, 120_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  world = await startPermitWorld()
  ann = await world.holder(pos(100))
  const { app } = createSampleServer({ deployment: world.deployment, deposits: world.program(), now: () => LATER })
  server = await createServer(app)
  base = await server.listen({ port: 0, host: '127.0.0.1' })
  trouble = []
})
afterEach(async () => {
  await page?.context().close()
  await server.close()
  await world.stop()
  // A page that breaks its own security policy says so here.
  if (trouble.length > 0) throw new Error(trouble.join('\n'))
})

async function open(
  options: BrowserContextOptions & { account?: TestMember['wallet']; announces?: boolean; withWallet?: boolean } = {},
): Promise<void> {
  const { account = ann.wallet, announces = true, withWallet = true, ...contextOptions } = options
  const context = await browser.newContext({ locale: 'en-GB', ...contextOptions })
  if (withWallet) wallet = await addStrictWallet(context, { account, chainId: world.deployment.chainId, announces })
  page = await context.newPage()
  // A refused request is written to the console by the browser itself; it is no mistake of the page.
  page.on(
    'console',
    (message) => message.type() === 'error' && !/status of 4\d\d|ERR_FAILED/.test(message.text()) && trouble.push(message.text()),
  )
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.goto(`${base}/deposit`)
}
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const says = (sentence: string | RegExp) => page.getByRole('status').filter({ hasText: sentence }).waitFor()
const WALLET = 'Strict <b>Wallet'
async function connect(): Promise<void> {
  await press(WALLET)
  await page.getByLabel('Amount in PoS').waitFor()
}
async function deposit(amount: string): Promise<void> {
  await page.getByLabel('Amount in PoS').fill(amount)
  await press('Sign and deposit')
}

describe('a deposit on the page', () => {
  test('goes from the wallet into the balance, by one signature and no transaction of the wallet', async () => {
    await open()
    await connect()
    expect(await page.locator('[data-account]').innerText()).toBe(ann.wallet.address.toLowerCase())
    expect(await page.locator('[data-balance]').innerText()).toBe('100')
    await deposit('30.5')
    await says('It is in the vault. After 3 blocks it is in your balance.')
    expect(wallet.shown).toEqual([
      {
        owner: ann.wallet.address.toLowerCase(),
        spender: world.deployment.vault,
        value: '30500000000',
        nonce: '0',
        deadline: String(LATER / 1_000 + 1_800),
      },
    ])
    expect(new Set(wallet.asked)).toEqual(new Set(['eth_requestAccounts', 'eth_chainId', 'eth_accounts', 'eth_signTypedData_v4']))

    // Closed and opened again, the address leads to it.
    await page.reload()
    await says('It is in the vault.')
    await world.mine(2)
    await world.settlement.watchChain(LATER)
    await says('Done: it is in your balance.')
    expect(await page.locator('.stages .reached').allInnerTexts()).toEqual(['Sent', 'In a block', 'In your balance'])
    expect(await world.balance(`member:${ann.id}`)).toBe(pos(30) + 500_000_000n)
    await press('Make another deposit')
    await page.getByRole('button', { name: WALLET }).waitFor()
  })

  test('of all that the wallet holds, in Chinese, with a wallet that does not announce itself', async () => {
    await open({ locale: 'zh-CN', announces: false })
    await press('此浏览器的钱包')
    await press('全部')
    expect(await page.getByLabel('数量（PoS）').inputValue()).toBe('100')
    await press('签名并存入')
    await says('已进入金库，满 3 个区块后到账。')
    expect(await world.onChain(ann.wallet.address)).toBe(0n)
  })

  test('whose answer was lost is given again, and is one deposit', async () => {
    await open()
    await connect()
    let isLost = false
    await page.route('**/api/v1/deposits/permit', async (route) => {
      if (isLost) return route.continue()
      isLost = true
      // It arrives, and its answer does not come back.
      await route.fetch()
      return route.abort()
    })
    await deposit('10')
    await says('The server did not answer. Send it again; nothing is deposited twice.')
    await press('Send it again')
    await says('It is in the vault.')
    expect([await world.relayed(), await world.rows(), wallet.shown.length]).toEqual([1, 1, 1])
  })
})

describe('the page says clearly', () => {
  test('that the person declined, at the account and at the signature, and goes on from there', async () => {
    await open()
    wallet.declines.add('eth_requestAccounts')
    await press(WALLET)
    await says('You declined in your wallet. Nothing was signed and nothing has moved.')
    wallet.isBusy.add('eth_requestAccounts')
    await press(WALLET)
    await says('Your wallet has a question open.')
    await connect()
    wallet.declines.add('eth_signTypedData_v4')
    await deposit('10')
    await says('You declined in your wallet.')
    expect(await world.rows()).toBe(0)
    await press('Sign and deposit')
    await says('It is in the vault.')
  })

  test('which chain is wanted: it switches to it, and tells when the wallet does not know it', async () => {
    await open()
    wallet.chains.add(1)
    wallet.active = 1
    await connect()
    expect(wallet.active).toBe(31_337)
    wallet.active = 1
    wallet.chains.delete(31_337)
    await deposit('10')
    await says('Your wallet does not know chain 31337. Add that chain to your wallet, then try again.')
    wallet.chains.add(31_337)
    await press('Sign and deposit')
    await says('It is in the vault.')
  })

  test('that the wallet has changed to another account', async () => {
    await open()
    await connect()
    await wallet.changeAccount(page, STRANGER)
    await says('Your wallet has changed to another account. Choose the wallet again.')
    expect(await page.getByLabel('Amount in PoS').isVisible()).toBe(false)
  })

  test('what is wrong with an amount, before anything is signed', async () => {
    await open()
    await connect()
    for (const [amount, sentence] of [
      ['ten', 'That is not an amount. Type digits with a point, such as 12.5'],
      ['1e3', 'Exponents such as 1e3 are not read as amounts'],
      ['0.5', 'The least that is deposited without gas is 1 PoS.'],
      ['100.000000001', 'Your wallet holds 100 PoS.'],
      ['1.0000000001', 'PoS has at most 9 decimals.'],
    ] as const) {
      await deposit(amount)
      await says(sentence)
    }
    expect(wallet.shown).toEqual([])
  })

  test('how to link a wallet that nobody has linked', async () => {
    const ben = await world.holder(pos(10), { wallet: false })
    await open({ account: ben.wallet })
    await connect()
    await deposit('10')
    await says('This wallet is not linked to any member. Send the bot wallet link and your address')
    expect([await world.relayed(), await world.rows()]).toEqual([0, 0])
  })

  test('that there is no wallet', async () => {
    await open({ withWallet: false })
    await says('No wallet was found in this browser.')
    expect(await page.locator('.wallets button').count()).toBe(0)
  })

  test('how to deposit without a script, or where there is no relayer, and that nobody asks for a seed phrase', async () => {
    await open({ javaScriptEnabled: false, withWallet: false })
    const text = await page.locator('main').innerText()
    expect(text).toContain('We never ask for a seed phrase')
    expect(text).toContain('This part needs a script')
    expect(text).toContain(world.deployment.vault)
    expect(await page.locator('[data-deposit]').isVisible()).toBe(false)

    await server.close()
    const { app } = createSampleServer({ deployment: world.deployment, deposits: world.program({ relayer: undefined }), now: () => LATER })
    server = await createServer(app)
    await page.goto(`${await server.listen({ port: 0, host: '127.0.0.1' })}/deposit`)
    expect(await page.locator('main').innerText()).toContain('Deposits without gas are not offered here.')
    expect(await page.locator('main').innerText()).toContain(world.deployment.vault)
    expect(await page.locator('[data-deposit]').count()).toBe(0)
  })
})
