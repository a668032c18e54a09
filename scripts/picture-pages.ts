// `npm run pages`: pictures of pages with something on them, in both languages and two widths, to be looked at. Writes data/pages.
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { z } from 'zod'
import { launchChromium } from '../test/support/chromium.ts'
import { startProduct, type Product } from '../test/support/product.ts'

const WIDTHS = [1_200, 375] as const
const LANGUAGES = ['en', 'zh'] as const

interface Shot {
  readonly file: string
  readonly path: string
  /** Whose page it is: a persona of the sandbox, by the name on the button that signs in; nobody's for what everybody sees. */
  readonly as?: string
}

const SHOTS: readonly Shot[] = [
  { file: 'desk', path: '/desk', as: 'Rita' },
  { file: 'desk-item', path: '/desk/SUB-1', as: 'Rita' },
  { file: 'form', path: '/forms/2', as: 'Bob' },
  { file: 'form-editor', path: '/forms/2/edit', as: '李伟' },
  { file: 'submission', path: '/submissions/1', as: 'Ann' },
  { file: 'campaign', path: '/campaigns/1' },
  { file: 'account', path: '/account', as: 'Ann' },
  { file: 'sign-in', path: '/signin' },
]

const REPORT = {
  kind: 'translation',
  node: 'Lakeside',
  day: '2026-11-01',
  what: 'Translated the handbook of the Lakeside node into Chinese, with its pictures and the page about fees.',
  link: 'https://lakeside.example/handbook/zh',
  hours: '12.5',
}
/** What members do before the pictures are taken. */
const STORY: readonly (readonly [persona: string, command: string, input: Readonly<Record<string, string>>])[] = [
  ['ann', 'form fill', { form: 'FRM-2' }],
  ['ann', 'form page', { form: 'FRM-2', answers: JSON.stringify(REPORT) }],
  ['bob', 'form fill', { form: 'FRM-2' }],
  ['bob', 'form page', { form: 'FRM-2', answers: JSON.stringify({ ...REPORT, link: 'lakeside' }) }],
  [
    'bob',
    'campaign propose',
    {
      title: 'Posters',
      budget: '500',
      reward: '20',
      most: '40',
      end: '+20d',
      summary: 'Posters in every café and school on the way to the lake.',
    },
  ],
]

const root = resolve(import.meta.dirname, '..')
const folder = join(root, 'data', 'pages')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const Answer = z.object({
  tone: z.string(),
  buttons: z.array(z.object({ label: z.string(), token: z.string() })),
  lines: z.array(z.string()),
})
let keys = 0

async function turn(product: Product, body: object): Promise<z.output<typeof Answer>> {
  keys += 1
  const headers = { 'content-type': 'application/json', 'idempotency-key': `pictures-${keys}` }
  const response = await fetch(`${product.origin}/api/v1/sandbox/commands`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${JSON.stringify(body)}: ${response.status} ${await response.text()}`)
  const answer = Answer.parse(await response.json())
  if (answer.tone === 'refused') throw new Error(`${JSON.stringify(body)}: ${answer.lines.join(' ')}`)
  return answer
}

async function play(product: Product): Promise<void> {
  for (const [persona, command, input] of STORY) {
    const answer = await turn(product, { persona, command, input })
    const send = answer.buttons.find(({ label }) => label === 'Send in')
    if (send !== undefined) await turn(product, { persona, button: send.token })
  }
}

async function shoot(browser: Browser, { origin }: Product, { file, path, as }: Shot): Promise<void> {
  for (const width of WIDTHS) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, deviceScaleFactor: 2 })
    const page = await context.newPage()
    if (as !== undefined) {
      await page.goto(`${origin}/signin?lang=en`)
      await page.getByRole('button', { name: as }).click()
      await page.waitForURL((url) => url.pathname !== '/signin')
    }
    for (const language of LANGUAGES) {
      await page.goto(`${origin}${path}?lang=${language}`)
      const picture = join(folder, `${file}-${language}-${width}.png`)
      await page.screenshot({ path: picture, fullPage: true })
      process.stdout.write(`${picture}\n`)
    }
    await context.close()
  }
}

/** The page behind the link that `wallet link` gives; a link opens once, so each picture takes a new one. */
async function shootWallet(browser: Browser, product: Product): Promise<void> {
  for (const width of WIDTHS)
    for (const language of LANGUAGES) {
      const { lines } = await turn(product, { persona: 'ann', command: 'wallet link', input: {} })
      const address = /https?:\/\/\S+/.exec(lines.join('\n'))?.[0]
      if (address === undefined) throw new Error('wallet link gave no address')
      const context = await browser.newContext({ viewport: { width, height: 900 }, deviceScaleFactor: 2 })
      const page = await context.newPage()
      await page.goto(address.replace('#', `?lang=${language}#`))
      const picture = join(folder, `wallet-${language}-${width}.png`)
      await page.screenshot({ path: picture, fullPage: true })
      process.stdout.write(`${picture}\n`)
      await context.close()
    }
}

const [browser, product] = await Promise.all([launchChromium(), startProduct({ SANDBOX: 'on' })])
try {
  await play(product)
  for (const each of SHOTS) await shoot(browser, product, each)
  await shootWallet(browser, product)
} finally {
  await browser.close()
  await product.remove()
}
