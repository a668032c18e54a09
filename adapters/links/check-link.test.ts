import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readLink, titleIn } from '../../core/links/link.rules.ts'
import { cleanLine } from '../../core/shared/clean-line.ts'
import { LINK_CERTIFICATE, LINK_HOST, LINK_KEY } from '../../test/support/link-certificate.ts'
import { createCheckLink, type CheckLinkOptions } from './check-link.ts'
import { isPublicAddress } from './public-address.ts'

let server: Server
let port: number
let answer: RequestListener
let asked: { url: string | undefined; headers: object }[] = []
const open = new Set<() => void>()
beforeAll(async () => {
  server = createServer({ key: LINK_KEY, cert: LINK_CERTIFICATE }, (request, response) => {
    asked.push({ url: request.url, headers: request.headers })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  asked = []
  for (const close of open) close()
  open.clear()
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const here = [{ address: '127.0.0.1', family: 4 }]
/** As deployed, but that this machine counts as public, and its certificate as good. */
const check = (link: string, options: CheckLinkOptions = {}) =>
  createCheckLink({
    resolve: () => Promise.resolve(here),
    isPublic: (address) => address === '127.0.0.1' || isPublicAddress(address),
    connection: { port, ca: LINK_CERTIFICATE },
    ...options,
  })(link)
const LINK = `https://${LINK_HOST}/post?id=1`

describe('a page that answers', () => {
  test('is told with its title, and is told nothing of ours', async () => {
    answer = (_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end('<html><head><TITLE lang="en">\n A &amp; B &#x1F600; &#60;script&#62; \u202egnp</TITLE>')
    }
    expect(await check(LINK)).toEqual({ kind: 'answers', status: 200, title: 'A & B 😀 <script> gnp' })
    expect(asked).toEqual([
      {
        url: '/post?id=1',
        headers: {
          host: `${LINK_HOST}:${port}`,
          connection: 'close',
          'user-agent': 'WePoS link check',
          accept: 'text/html',
          'accept-encoding': 'identity',
        },
      },
    ])
  })

  test('with an error, or with something else than a page, says so', async () => {
    answer = (_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<title>Gone</title>')
    expect(await check(LINK)).toEqual({ kind: 'answers', status: 404, title: 'Gone' })
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('<title>no</title>')
    expect(await check(LINK)).toEqual({ kind: 'answers', status: 200, title: undefined })
  })

  test.each(['file:///etc/passwd', 'http://169.254.169.254/', 'https://127.0.0.1/', '/elsewhere'])(
    'and leads to %s is not followed',
    async (location) => {
      answer = (_request, response) => response.writeHead(302, { location }).end()
      expect(await check(LINK)).toEqual({ kind: 'moved', status: 302 })
      expect(asked).toHaveLength(1)
    },
  )

  test('without an end is read as far as is needed', async () => {
    let sent = 0
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.write('<title>Endless</title>')
      const more = () => {
        sent += 65_536
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more))
      }
      more()
    }
    expect(await check(LINK)).toEqual({ kind: 'answers', status: 200, title: 'Endless' })
    // What lies in the buffers of both ends, and no gigabyte.
    expect(sent).toBeLessThan(32 * 1_024 * 1_024)
  })
})

describe('a page that does not answer', () => {
  test('because it says nothing, or sends its head drop by drop, is given up', async () => {
    answer = () => undefined
    expect(await check(LINK, { timeoutMs: 300 })).toEqual({ kind: 'silent', why: 'time' })
    answer = ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
      drip(() => socket.write('x'))
    }
    expect(await check(LINK, { timeoutMs: 300 })).toEqual({ kind: 'silent', why: 'time' })
  })

  test('because it sends its body drop by drop is given up', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      drip(() => response.write('x'))
    }
    expect(await check(LINK, { timeoutMs: 300 })).toEqual({ kind: 'silent', why: 'time' })
  })

  test('because it hangs up, has too long a head, or a certificate of somebody else', async () => {
    answer = (request) => request.socket.destroy()
    expect(await check(LINK)).toEqual({ kind: 'silent', why: 'connection' })
    answer = (_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end()
    expect(await check(LINK)).toEqual({ kind: 'silent', why: 'connection' })
    answer = (_request, response) => response.end()
    expect(await check('https://other.wepos-links.org/')).toEqual({ kind: 'silent', why: 'connection' })
    expect(await check(LINK, { connection: { port } })).toEqual({ kind: 'silent', why: 'connection' })
  })

  test('because nobody knows its name, or who knows does not say', async () => {
    expect(await check(LINK, { resolve: () => Promise.reject(new Error('ENOTFOUND')) })).toEqual({ kind: 'silent', why: 'name' })
    expect(await check(LINK, { resolve: () => Promise.resolve([]) })).toEqual({ kind: 'silent', why: 'name' })
    expect(await check(LINK, { resolve: () => new Promise(() => undefined), timeoutMs: 50 })).toEqual({ kind: 'silent', why: 'time' })
  })
})

describe('no connection is made', () => {
  const never = () => Promise.reject(new Error('resolved'))
  test.each([
    ['http://page.wepos-links.org/', 'https'],
    ['file:///etc/passwd', 'https'],
    ['javascript:alert(1)', 'https'],
    ['gopher://page.wepos-links.org/', 'https'],
    ['//page.wepos-links.org', 'form'],
    ['', 'form'],
    [`https://page.wepos-links.org/${'a'.repeat(2_000)}`, 'form'],
    ['https://user@page.wepos-links.org/', 'credentials'],
    ['https://:pass@page.wepos-links.org/', 'credentials'],
    ['https://page.wepos-links.org:8443/', 'port'],
    ['https://page.wepos-links.org:22/', 'port'],
    ['https://localhost/', 'host'],
    ['https://localhost./', 'host'],
    ['https://a.localhost/', 'host'],
    ['https://printer.local/', 'host'],
    ['https://metadata.google.internal/', 'host'],
    ['https://db/', 'host'],
  ])('for %s: %s', async (link, problem) => {
    expect(await createCheckLink({ resolve: never })(link)).toEqual({ kind: 'refused', problem })
  })

  test.each([
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://①②⑦.⓪.⓪.①/',
    'https://0/',
    'https://[::]/',
    'https://[::1]/',
    'https://[fe80::1]/',
    'https://10.0.0.1./',
  ])('for the address %s', async (link) => {
    expect(await createCheckLink({ resolve: never })(link)).toEqual({ kind: 'refused', problem: 'private' })
  })

  test.each([
    [['10.1.2.3']],
    [['93.184.216.34', '127.0.0.1']],
    [['2606:4700::1111', '::1']],
    [['::ffff:10.0.0.1']],
    [['fd00::1']],
    [['fe80::1%eth0']],
    [['nonsense']],
  ])('for a name that stands for %j', async (addresses) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    expect(await createCheckLink({ resolve: () => Promise.resolve(found) })(LINK)).toEqual({ kind: 'refused', problem: 'private' })
  })
})

test('a name whose answer changes is asked once: the connection goes to what was looked at', async () => {
  answer = (_request, response) => response.end()
  let times = 0
  const resolve = () => {
    times += 1
    return Promise.resolve(times === 1 ? here : [{ address: '169.254.169.254', family: 4 }])
  }
  expect(await check(LINK, { resolve })).toMatchObject({ kind: 'answers' })
  expect([times, asked.length]).toEqual([1, 1])
})

test.each([
  ['1.1.1.1', true],
  ['93.184.216.34', true],
  ['172.15.255.255', true],
  ['172.16.0.0', false],
  ['172.32.0.0', true],
  ['100.63.255.255', true],
  ['100.127.255.255', false],
  ['198.19.255.255', false],
  ['223.255.255.255', true],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['2606:4700:4700::1111', true],
  ['2001:4860:4860::8888', true],
  ['2001:db8::1', false],
  ['2001:0:53aa:64c::1', false],
  ['2002:7f00:1::', false],
  ['::ffff:1.1.1.1', false],
  ['64:ff9b::101:101', false],
  ['ff02::1', false],
  ['fc00::', false],
  ['[::1]', false],
  ['', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected)
})

test('a title is one bounded line, and what is no title is none', () => {
  expect(titleIn(`<title>${'a'.repeat(1_000)}</title>`, cleanLine)).toHaveLength(200)
  expect(titleIn('<title>&#xD800;&#99999999;&amp;amp;&nosuch;</title>', cleanLine)).toBe('&#xD800;&#99999999;&amp;&nosuch;')
  for (const page of ['', '<title></title>', '<title>never closed', '<titles>x</titles>', '<title> \u200b </title>'])
    expect(titleIn(page, cleanLine)).toBeUndefined()
  expect(readLink(' https://page.wepos-links.org/x ')).toMatchObject({ ok: true })
})

/** A drop each 20 ms until the test is over. */
function drip(write: () => void): void {
  const timer = setInterval(write, 20)
  open.add(() => clearInterval(timer))
}
