import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { BrowserContext } from 'playwright-core'
import type { Role } from '../../core/shared/actor.ts'
import { cookieName } from '../../server/authenticate.ts'
import { signedInAs } from './signed-in.ts'
import { startWebWorld, type Visitor, type WebWorld } from './web-world.ts'

/** The web with members: Ann, Bob, 林晓, the chair Hui; chats and pages of one community. */
export interface FormsWorld {
  readonly world: WebWorld
  /** A browser's requests as this member. */
  as(name: string): Promise<Visitor>
  /** Sends a form; the session's own token and a new key are filled in. */
  post(
    who: Visitor,
    path: string,
    fields?: Readonly<Record<string, string>> | URLSearchParams,
  ): Promise<{ status: number; text: string; to: string | null }>
  /** Brings a form in and opens it; gives its number. */
  offer(definition: object): Promise<number>
  memberOf(name: string): Promise<string>
  /** A page of a real browser as this member, and what it complained of. */
  open(browser: Browser, name: string, options?: BrowserContextOptions): Promise<{ context: BrowserContext; page: Page; trouble: string[] }>
}

const ROLES: Readonly<Record<string, Role | undefined>> = { ann: undefined, bob: undefined, lin: undefined, hui: 'chair' }
let keys = 0
export const newKey = (): string => `forms-${String((keys += 1)).padStart(10, '0')}`
export const words = (text: string) => ({ en: text, zh: `${text}。` })

export async function startFormsWorld(): Promise<FormsWorld> {
  const world = await startWebWorld()
  const { community, clock } = world
  const { prisma } = community.database
  const account = (name: string) => ({ platform: 'console' as const, userId: name, name, handle: name })
  const memberOf = async (name: string) => (await prisma.chatAccount.findFirstOrThrow({ where: { userId: name } })).memberId
  for (const [name, role] of Object.entries(ROLES)) {
    await community.say(name, 'start')
    if (role !== undefined)
      await prisma.roleGrant.create({ data: { memberId: await memberOf(name), role, grantedAt: new Date(clock.now) } })
  }
  return {
    world,
    memberOf,
    async as(name) {
      const who = world.browser()
      const { cookie } = await signedInAs(world.app, account(name))
      who.cookies.set(cookieName(world.app, 'session'), cookie.split('=')[1]!)
      return who
    },
    async post(who, path, fields = {}) {
      const body = new URLSearchParams(fields)
      if (!body.has('csrf')) body.set('csrf', await who.csrf('/account'))
      if (!body.has('key')) body.set('key', newKey())
      const response = await who.post(path, body)
      return { status: response.status, text: await response.text(), to: response.headers.get('location') }
    },
    async offer(definition) {
      const made = await community.say('hui', `form import ${JSON.stringify(definition)}`)
      const form = /FRM-(\d+)/.exec(made.text)?.[1]
      if (form === undefined) throw new Error(made.text)
      await community.say('hui', `form open FRM-${form}`)
      return Number(form)
    },
    async open(browser, name, options = {}) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Asia/Shanghai', ...options })
      const { cookie } = await signedInAs(world.app, account(name))
      await context.addCookies([{ name: cookieName(world.app, 'session'), value: cookie.split('=')[1]!, url: world.base }])
      const page = await context.newPage()
      const trouble: string[] = []
      // A form that was refused is answered with 422, which the browser notes as well.
      page.on('console', (message) => message.type() === 'error' && !message.text().includes('422') && trouble.push(message.text()))
      page.on('pageerror', (error) => trouble.push(error.message))
      return { context, page, trouble }
    },
  }
}

export const readPage = async (who: Visitor, path: string): Promise<string> => (await who.get(path)).text()

/** Three questions; the last is asked only of those who say yes. */
export const TRIP = {
  title: words('Trip report'),
  intro: words('Tell us of it.'),
  fields: [
    { kind: 'short-text', id: 'place', label: words('Where'), minLength: 3 },
    { kind: 'yes-no', id: 'again', label: words('Again?') },
    { kind: 'number', id: 'days', label: words('How many days'), min: 1, max: 30, showIf: { field: 'again', is: ['yes'] } },
  ],
  reward: { kind: 'none' },
  review: { rule: 'none' },
  recurrence: { every: 'day', times: 3 },
}
