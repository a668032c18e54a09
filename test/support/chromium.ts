import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'
import { z } from 'zod'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable']
/** Without these a browser in a closed network keeps asking for its maker's hosts, and some pages wait for the refusals. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
  '--no-first-run',
  '--no-default-browser-check',
  '--font-render-hinting=none',
]

/**
 * A headless Chromium for the tests of pages: the system's if there is one, else the one from npm, which is unpacked into the temporary folder at the first use (seconds).
 * The profile is new and empty. Close it in `afterAll`.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = SYSTEM.find((path) => existsSync(path)) ?? (await unpackedChromium())
  // Chromium refuses its own sandbox as root; containers and CI run as root. The packaged one brings no sandbox program at all.
  const isBare = process.getuid?.() === 0 || !SYSTEM.includes(executablePath)
  // Not the package's own flags: they turn off the same-origin policy, and pages would pass here that a member's browser refuses.
  return chromium.launch({ executablePath, headless: true, args: [...QUIET, ...(isBare ? ['--no-sandbox', '--no-zygote'] : [])] })
}

/** The package unpacks straight into the temporary folder, for one account and not if killed half-way: give it a folder, and rename that when it is whole. */
async function unpackedChromium(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(resolve(dirname(entry), '../package.json'), 'utf8')))
  const home = join(tmpdir(), `wepos-chromium-${version}-${process.getuid?.() ?? 0}`)
  const executable = join(home, 'chromium')
  if (existsSync(executable)) return executable
  const draft = mkdtempSync(`${home}-`)
  const before = process.env.TMPDIR
  try {
    const { default: packaged } = await import('@sparticuz/chromium')
    process.env.TMPDIR = draft
    await packaged.executablePath()
    renameSync(draft, home)
  } catch (error) {
    // Another run may have been first.
    if (!existsSync(executable)) throw error
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(draft, { recursive: true, force: true })
  }
  return executable
}
