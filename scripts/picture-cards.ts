// `npm run cards`: pictures of ten messages as members see them, to be looked at. Writes data/messages/cards; makes the page of all messages first.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launchChromium } from '../test/support/chromium.ts'

interface Card {
  readonly file: string
  /** What was typed, as the page says it; the first that fits, or the one of this place. */
  readonly heading: string
  readonly place?: number
  readonly platform: 'discord' | 'telegram'
  readonly language: 'en' | 'zh'
}

const CARDS: readonly Card[] = [
  { file: 'event', heading: 'hana: event show EVT-1', platform: 'discord', language: 'en' },
  { file: 'balance', heading: 'ann: balance', place: 1, platform: 'telegram', language: 'zh' },
  { file: 'leaderboard', heading: 'ann: leaderboard', place: 1, platform: 'telegram', language: 'en' },
  { file: 'statement', heading: 'everybody: (a statement is final)', platform: 'discord', language: 'en' },
  { file: 'statement', heading: 'everybody: (a statement is final)', platform: 'telegram', language: 'zh' },
  { file: 'setup', heading: 'olga: setup', platform: 'discord', language: 'zh' },
  { file: 'refusal', heading: 'bob: withdraw 1.0000000001', platform: 'discord', language: 'en' },
  { file: 'help', heading: 'ann: help', platform: 'telegram', language: 'en' },
  { file: 'wallet', heading: 'ann: wallet link 0x', place: 3, platform: 'discord', language: 'zh' },
  { file: 'announcement', heading: 'olga: announce send We meet', platform: 'telegram', language: 'en' },
]

const root = resolve(import.meta.dirname, '..')
const page = join(root, 'data', 'messages', 'index.html')
const folder = join(root, 'data', 'messages', 'cards')

const made = spawnSync(process.execPath, [join(root, 'scripts', 'test.ts'), '--part', 'vitest', 'test/messages'], {
  cwd: root,
  stdio: 'inherit',
})
if (made.status !== 0) process.exit(made.status ?? 1)
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const browser = await launchChromium()
try {
  const view = await browser.newPage({ viewport: { width: 1_300, height: 900 }, deviceScaleFactor: 2 })
  await view.goto(pathToFileURL(page).href)
  await view.evaluate(() => document.fonts.ready)
  for (const { file, heading, place = 0, platform, language } of CARDS) {
    const path = join(folder, `${file}-${platform}-${language}.png`)
    const card = view.locator(`article[data-heading^="${heading}"] .pair[lang=${language}] .${platform}`).nth(place)
    await card.screenshot({ path })
    process.stdout.write(`${path}\n`)
  }
} finally {
  await browser.close()
}
