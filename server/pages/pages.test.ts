import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSampleServer, ROOT, SAMPLE_TODAY, type SampleWorld } from '../../test/support/sample-server.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { createServer } from '../app.ts'
import { SERVER_CATALOGUES } from '../catalogues.ts'

let server: FastifyInstance
let world: SampleWorld
beforeEach(async () => {
  const sample = createSampleServer()
  world = sample.world
  server = await createServer(sample.app)
})
afterEach(() => server.close())

const PAGES = [
  '/',
  '/periods',
  '/periods/1',
  '/periods/3',
  '/periods/4',
  '/periods/13',
  '/leaderboard',
  '/deposit',
  '/sandbox',
  '/problems',
  '/nowhere',
]
const page = async (url: string, headers: Record<string, string> = {}) =>
  (await server.inject({ url, headers: { accept: 'text/html', ...headers } })).body
const KEYS = SERVER_CATALOGUES.flatMap(({ slice, en }) => Object.keys(en).map((key) => `${slice}.${key}`))
const textOf = (markup: string) => markup.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('every page', () => {
  test.each(PAGES)('%s has a title, one h1, landmarks, a way past the navigation, and no style or script of its own', async (url) => {
    for (const language of ['en', 'zh']) {
      const body = await page(url, { 'accept-language': language })
      expect(body).toMatch(/^<!doctype html>/)
      expect(body).toContain(`<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`)
      expect(body).toMatch(/<title>[^<]+ · WePoS<\/title>/)
      expect(body.match(/<h1[\s>]/g)?.length).toBe(1)
      for (const landmark of ['<header', '<nav ', '<main id="content"', '<footer']) expect(body).toContain(landmark)
      expect(body).toContain('href="#content"')
      expect(body).not.toMatch(/ style=|<style| on\w+="|<script>|javascript:/)
      for (const [, name, content] of body.matchAll(
        /<meta\s+(?:name|property)="(description|og:title|og:description|og:url)"\s+content="([^"]*)"/g,
      )) {
        expect(content, name).not.toBe('')
      }
      // A key that no catalogue has is said as itself.
      expect(KEYS.filter((key) => textOf(body).includes(` ${key} `))).toEqual([])
      expect(body).not.toMatch(/\{\{|undefined|\[object|NaN/)
    }
  })

  test.each(PAGES)('%s has no control without a name, no picture without words, and ids only once', async (url) => {
    const body = await page(url)
    for (const [control] of body.matchAll(/<(?:input|textarea|select)\b[^>]*>/g)) {
      const id = /\bid="([^"]+)"/.exec(control)?.[1]
      const isNamed = /type="hidden"/.test(control) || (id !== undefined && body.includes(`for="${id}"`)) || /data-file/.test(control)
      expect(isNamed, control).toBe(true)
    }
    for (const [image] of body.matchAll(/<img\b[^>]*>/g)) expect(image).toMatch(/ alt="[^"]{10,}"/)
    for (const [drawing] of body.matchAll(/<svg\b[^>]*>/g)) expect(drawing).toContain('aria-hidden="true"')
    for (const [, inside] of body.matchAll(/<button\b[^>]*>([^]*?)<\/button>/g)) expect(textOf(inside!).trim()).not.toBe('')
    const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    const levels = [...body.matchAll(/<h([1-6])[\s>]/g)].map((match) => Number(match[1]))
    levels.forEach((level, index) => expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1))
  })
})

describe('the language', () => {
  test('is the one asked for by address, then the one chosen before, then the browser’s, then the community’s', async () => {
    const chosen = await server.inject({ url: '/?lang=zh', headers: { 'accept-language': 'en' } })
    expect(chosen.body).toContain('一亿 PoS 都在哪里')
    const cookie = String(chosen.headers['set-cookie'])
    expect(cookie).toMatch(/^lang=zh; .*HttpOnly; SameSite=Lax/)
    // On members' pages too, also where one is led to the sign-in first; not for programs.
    for (const [url, isKept] of [
      ['/signin?lang=zh', true],
      ['/desk?lang=zh', true],
      ['/api/v1/supply?lang=zh', false],
    ] as const) {
      const { headers } = await server.inject({ url, headers: { accept: 'text/html' } })
      expect(String(headers['set-cookie']).includes('lang=zh'), url).toBe(isKept)
    }
    expect(await page('/', { cookie: cookie.split(';')[0]!, 'accept-language': 'en' })).toContain('一亿')
    expect(await page('/?lang=en', { cookie: 'lang=zh' })).toContain('Where all 100 million')
    expect(await page('/?lang=fr', { 'accept-language': 'zh-CN' })).toContain('一亿')
    expect(await page('/', { 'accept-language': 'fr' })).toContain('Where all 100 million')
  })

  test('can be switched on the same page', async () => {
    expect(await page('/periods/3?lang=zh&x=1')).toContain('href="/periods/3?x=1&amp;lang=en"')
    expect((await server.inject('/')).headers.vary).toContain('accept-language')
  })

  test('a wrong address is a page in it too', async () => {
    const response = await server.inject({ url: '/nowhere', headers: { accept: 'text/html', 'accept-language': 'zh' } })
    expect(response.statusCode).toBe(404)
    expect(response.body).toContain('这个地址没有内容')
    expect(await page('/periods/99')).toContain('There is no such period')
    expect(await page('/periods/x')).toContain('There is no such period')
  })

  test('no sentence is left in English in the Chinese catalogues', () => {
    const same = SERVER_CATALOGUES.flatMap(({ en, zh, slice }) =>
      Object.keys(en)
        .filter((key) => en[key] === zh[key])
        .map((key) => `${slice}.${key}`),
    )
    expect(same).toEqual(['page.times'])
  })
})

describe('supply', () => {
  test('shows parts that sum to 100 million', async () => {
    const figures = [...(await page('/')).matchAll(/<dd class="figure">([\d,.]+)<\/dd>/g)].map((match) =>
      BigInt(match[1]!.replaceAll(',', '')),
    )
    expect(figures).toEqual([4_711_065n, 1_985_250n, 303_685n, 9_000_000n, 84_000_000n])
    expect(figures.reduce((sum, figure) => sum + figure, 0n)).toBe(100_000_000n)
  })

  test('has each chart in each language, for light and dark, wide and narrow, and as a table', async () => {
    const body = await page('/')
    const addresses = [...body.matchAll(/(?:srcset|src)="(\/charts\/[^"]+)"/g)].map((match) => match[1]!)
    expect(addresses.length).toBe(8)
    for (const address of addresses.flatMap((one) => [one, one.replace('-en-', '-zh-')])) {
      const chart = await server.inject(address)
      expect(chart.statusCode).toBe(200)
      expect(chart.headers['content-type']).toContain('image/svg+xml')
      expect(chart.body).toContain(address.includes('-zh-') ? (address.includes('periods') ? '已发放' : '累计发放') : 'ranted')
      expect(chart.body).not.toMatch(/<script|<foreignObject|NaN|undefined/)
      const again = await server.inject({ url: address, headers: { 'if-none-match': String(chart.headers.etag) } })
      expect(again.statusCode).toBe(304)
    }
    const tag = async () => (await server.inject('/charts/totals-en-light-wide.svg')).headers.etag
    const before = await tag()
    world.now += 30 * DAY
    expect(await tag()).not.toBe(before)
    expect(textOf(body)).toContain('2 2,000,000 1,733,905 266,095')
  })

  test.each(['/charts/periods-en-light.svg', '/charts/periods-en-light-wide', '/charts/other-en-light-wide.svg', '/charts/..%2fapp.ts'])(
    'there is no chart %s',
    async (url) => {
      expect((await server.inject(url)).statusCode).toBe(404)
    },
  )

  test('a shortfall of the vault is the first thing on the page', async () => {
    expect(await page('/')).not.toContain('class="banner"')
    world.reserve = { ...world.reserve!, ok: false, vaultBalance: pos(1) }
    const body = await page('/')
    expect(body).toMatch(/<p class="banner" role="alert">\s*The vault holds less than it owes/)
    expect(body.indexOf('class="banner"')).toBeLessThan(body.indexOf('<h1'))
    world.reserve = null
    expect(await page('/')).toContain('The vault has not been compared')
  })

  test('says when the schedule has not begun and when it is over', async () => {
    world.now = SAMPLE_TODAY - 400 * DAY
    expect(await page('/')).toContain('Nothing has been released yet')
    world.now = SAMPLE_TODAY + 800 * DAY
    expect(await page('/')).toContain('All 13 periods are over')
  })
})

describe('a period', () => {
  test('that is closed has its statement, its root, how to check it, and its transactions', async () => {
    const body = await page('/periods/1')
    expect(body).toMatch(/href="\/api\/v1\/periods\/1\/statement"\s+download/)
    expect(body).toContain(ROOT)
    expect(body).toContain('npm run verify -- wepos-statement-01.json</code>')
    expect(body).toContain(`0x${'ef'.repeat(32)}`)
    expect(body).toContain('rel="next"')
    expect(body).not.toContain('rel="prev"')
  })

  test('shows what its statement took back, where it did', async () => {
    expect(textOf(await page('/periods/2'))).toMatch(/Taken back by corrections, and burned\s+40/)
    expect(textOf(await page('/periods/2?lang=zh'))).toMatch(/经更正收回并销毁\s+40/)
    expect(textOf(await page('/periods/1'))).not.toContain('Taken back by corrections')
  })

  test('that is a draft says until when lines may be disputed; one that runs has no statement', async () => {
    expect(textOf(await page('/periods/3'))).toContain('dispute their lines until 4 Feb 2027, 00:00 UTC')
    expect(await page('/periods/4')).not.toContain('/statement"')
    expect(await page('/periods/13')).not.toContain('rel="next"')
  })
})

describe('names that members chose', () => {
  test('show as they are and do nothing', async () => {
    const body = await page('/leaderboard')
    expect(body).toContain('<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>')
    expect(body).toContain('Ann &quot;quoted&quot; &amp;')
    expect(body).not.toContain('<script>alert')
  })

  test('an empty leaderboard invites to the sandbox', async () => {
    world.rows = []
    expect(await page('/leaderboard')).toContain('Nobody has earned anything yet')
  })
})
