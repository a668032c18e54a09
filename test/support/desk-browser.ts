import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { cookieName, hashOf, newToken } from '../../server/authenticate.ts'
import type { DeskWorld } from './desk-world.ts'

/** A browser with the desk before it, and what its pages complained of. */
export interface DeskBrowser {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors of scripts and breaches of the page's own security policy. */
  readonly trouble: string[]
  open(path: string): Promise<void>
}

/** A new browser; signed in when it is somebody's. */
export async function openBrowser(
  browser: Browser,
  { world }: DeskWorld,
  as?: string,
  options: BrowserContextOptions = {},
): Promise<DeskBrowser> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Asia/Shanghai', ...options })
  if (as !== undefined) {
    const token = newToken()
    const account = { platform: 'console', userId: as, name: as } as const
    await world.app.web.sessions.open({ id: hashOf(token), account, way: 'persona' }, world.app.web.now())
    await context.addCookies([{ name: cookieName(world.app, 'session'), value: token, url: world.base }])
  }
  const page = await context.newPage()
  const trouble: string[] = []
  // A form that was refused is answered with 422, which the browser notes as well.
  page.on('console', (message) => message.type() === 'error' && !message.text().includes('422') && trouble.push(message.text()))
  page.on('pageerror', (error) => trouble.push(error.message))
  return {
    context,
    page,
    trouble,
    async open(path) {
      await page.goto(world.base + path)
    },
  }
}
