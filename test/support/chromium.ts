import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const DEBIAN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable']
/** Without these a browser in a closed network keeps asking for its maker's hosts, and some pages wait for the refusals. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
  '--no-first-run',
  '--no-default-browser-check',
]

/**
 * A headless Chromium for the tests of pages: the system's if there is one, else the one from npm, which is unpacked into the temporary folder at the first use (seconds).
 * The profile is new and empty. Close it in `afterAll`.
 */
export async function launchChromium(): Promise<Browser> {
  const system = DEBIAN.find((path) => existsSync(path))
  // Chromium refuses its own sandbox as root; containers and CI run as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  if (system !== undefined) return chromium.launch({ executablePath: system, headless: true, args: [...QUIET, ...asRoot] })
  const { default: packaged } = await import('@sparticuz/chromium')
  return chromium.launch({ executablePath: await packaged.executablePath(), headless: true, args: [...packaged.args, ...QUIET, ...asRoot] })
}
