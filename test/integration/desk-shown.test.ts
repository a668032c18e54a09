import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCheckLink } from '../../adapters/links/check-link.ts'
import { openReview } from '../../adapters/postgres/review-open.ts'
import { pos } from '../../core/shared/amount.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { composeLinks } from '../../main/links.ts'
import { ALL, readPage, startDeskWorld, type DeskWorld } from '../support/desk-world.ts'
import { LINK_CERTIFICATE, LINK_HOST, LINK_KEY } from '../support/link-certificate.ts'
import { WEB_GENESIS, type Visitor, type WebWorld } from '../support/web-world.ts'
import type { ReviewStage } from '../support/review-stage.ts'

let desk: DeskWorld
let world: WebWorld
let stage: ReviewStage
let cora: string

beforeAll(async () => {
  desk = await startDeskWorld()
  ;({ world, stage, cora } = desk)
}, 60_000)
afterAll(() => world.stop())
beforeEach(() => {
  world.clock.now += 1_000
})

const as = (name: string) => desk.as(name)
const act = (who: Visitor, subject: string, what: string, fields: Readonly<Record<string, string>>) => desk.act(who, subject, what, fields)

describe('what is shown', () => {
  test('hostile content is text: no markup, no picture, links that tell where they lead', async () => {
    const nasty = [
      '<script>alert(1)</script><img src=http://evil.example/p.png onerror=alert(1)>',
      '=HYPERLINK("http://evil.example/x?a=1&b=2","click")',
      '\u202Egnp.exe',
      'javascript:alert(1) data:text/html,x //evil.example',
      'https://wepos.example.evil.example/\u202Emoc.elpmaxe. (see https://a.example/b).',
      'W'.repeat(3_000),
    ].join('\n')
    const subject = await stage.sendIn(cora, ALL, { text: nasty })
    const text = await readPage(await as('ann'), `/desk/${subject}`)
    expect(text).not.toMatch(/<script(?! src="\/assets\/)/)
    expect(text).not.toContain('<img')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    const links = [...text.matchAll(/<a class="external" href="([^"]*)" target="_blank" rel="noopener noreferrer nofollow ugc"/g)].map(
      ([, href]) => href,
    )
    expect(links).toEqual([
      'http://evil.example/p.png',
      'http://evil.example/x?a=1&amp;b=2',
      'https://wepos.example.evil.example/%E2%80%AEmoc.elpmaxe',
      'https://a.example/b',
    ])
    expect(text).toContain('(wepos.example.evil.example ↗')
    // What turns text round stays inside its own element, and is not in the words of a link.
    expect(text).toContain('<bdi class="typed">')
    expect(text).not.toMatch(/<a class="external"[^>]*>\s*<bdi>[^<]*\u202E/)
    const response = await (await as('ann')).get(`/desk/${subject}`)
    expect(response.headers.get('content-security-policy')).toContain("img-src 'self' data:")
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('a blind item hides who sent it in: in the answers, in what is like it, in a search', async () => {
    const text =
      'I am Cora Contributor and I translated the whole handbook into Chinese, chapter by chapter, with a list of all the words that I chose.'
    const first = await stage.sendIn(cora, ALL, { text })
    const second = await stage.sendIn(cora, ALL, { text: `${text} Again.` })
    const ann = await as('ann')
    const shown = await readPage(ann, `/desk/${second}`)
    expect(shown).not.toContain('Cora')
    expect(shown).toContain('Hidden until it is decided')
    expect(shown).toContain('translated the whole handbook')
    expect(shown).toMatch(new RegExp(`${first} · \\d+% alike · in review`))
    expect(await readPage(ann, '/desk?q=Cora')).toContain('Nothing fits what you asked for.')
    // What is like it keeps the secret after it was decided itself.
    for (const name of ['ann', 'bob']) await act(await as(name), first, 'approve', { amount: '50', revision: '1' })
    expect(await readPage(ann, `/desk/${first}`)).toContain('Cora Contributor')
    expect(await readPage(ann, `/desk/${second}`)).not.toContain('Cora')
  })

  test('an earlier version and its decision are beside the new one; who said what only when it is decided', async () => {
    const subject = await stage.sendIn(cora, { ...ALL, panel: 3, needed: 3 }, { text: 'The first version of my report.' })
    const [seated = ''] = await stage.panel(subject)
    await act(await as(seated), subject, 'return', { reason: 'Please name the event.', revision: '1' })
    const { prisma } = stage.database
    const number = Number(subject.slice(4))
    const { form, version } = await prisma.submissionRevision.findFirstOrThrow({ where: { submission: number } })
    await prisma.submissionRevision.create({
      data: {
        submission: number,
        revision: 2,
        form,
        version,
        answers: { what: 'The second version.' },
        submittedAt: new Date(world.clock.now),
      },
    })
    await prisma.submission.update({ where: { number }, data: { revision: 2, status: 'in-review' } })
    const old = await prisma.reviewItem.findFirstOrThrow({ where: { subject } })
    expect(old.outcome).toBe('returned')
    const { contributor, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent } = old
    const terms = { contributor, form, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent }
    await stage.database.transaction(async (tx) => ({
      keep: true,
      value: await openReview(tx, { kind: 'submission', subject, ...terms, revision: 2 }, world.clock.now),
    }))
    const open = await readPage(await as('hui'), `/desk/${subject}`)
    for (const text of ['The second version.', 'Version 1, sent in', 'The first version of my report.', 'Please name the event.'])
      expect(open).toContain(text)
    expect(open).not.toContain(`<bdi>${seated}</bdi>`)
  })

  test('a campaign is decided on the same page: no amount where nothing is paid, no original to name', async () => {
    const number = await stage.campaign(cora, pos(5_000))
    // Its form comes with the first that is sent in.
    await stage.submission(cora, { campaign: number })
    await stage.database.prisma.campaign.update({ where: { number }, data: { status: 'proposed' } })
    const subject = `CMP-${number}`
    const terms = { contributor: cora, campaign: number, needed: 2, panel: 4, spreadPercent: 0, blind: false, lowest: 0n, highest: 0n }
    const item = { kind: 'campaign', subject, ...terms, duplicatePercent: 0, revision: 1 } as const
    await stage.database.transaction(async (tx) => ({ keep: true, value: await openReview(tx, item, world.clock.now) }))
    const ann = await as('ann')
    expect(await readPage(ann, '/desk')).toContain(`<a href="/desk/${subject}" data-item>`)
    const shown = await readPage(ann, `/desk/${subject}`)
    for (const text of ['Translation sprint', 'Cora Contributor', 'Nothing is paid for it.']) expect(shown).toContain(text)
    expect(shown).not.toMatch(/name="amount"|name="of"/)
    expect((await act(ann, subject, 'approve', { revision: '1' })).status).toBe(303)
    const response = await act(await as('bob'), subject, 'approve', { revision: '1' })
    expect(response.status).toBe(303)
    expect(await readPage(ann, `/desk/${subject}`)).toContain('You have decided: approved.')
    expect((await stage.database.prisma.campaign.findUniqueOrThrow({ where: { number } })).status).toBe('approved')
  })

  test('the queue: soonest due first, filters, pages without gaps, counts, budget', async () => {
    const { prisma } = stage.database
    await prisma.reviewAssignment.updateMany({ where: { state: 'asked' }, data: { state: 'lapsed' } })
    const sent: string[] = []
    for (let index = 0; index < 55; index += 1) {
      // Several are due at the very same moment, also across the edge of a page.
      if (index % 10 === 0) world.clock.now += HOUR / 4
      sent.push(await stage.sendIn(cora, ALL))
    }
    const appeal = await stage.sendIn(cora, { ...ALL, kind: 'appeal' })
    const lin = await as('lin')
    const items = (text: string) => [...text.matchAll(/<a href="\/desk\/((?:SUB|CMP)-\d+)" data-item>/g)].map(([, subject]) => subject)
    for (const [who, show, more] of [
      [lin, 'mine', 0],
      [await as('hui'), 'open', await prisma.reviewItem.count({ where: { state: 'open', assignments: { none: { state: 'asked' } } } })],
    ] as const) {
      let path = `/desk?show=${show}`
      const seen: (string | undefined)[] = []
      for (let count = 0; count < 10; count += 1) {
        const text = await readPage(who, path)
        const found = items(text)
        expect(found.length).toBeLessThanOrEqual(50)
        seen.push(...found)
        const next = /<a href="([^"]+)" rel="next">/.exec(text)?.[1]
        if (next === undefined) break
        path = next.replaceAll('&amp;', '&')
      }
      expect(seen.slice(0, 56)).toEqual([...sent, appeal])
      expect(seen.length).toBe(56 + more)
      expect(new Set(seen).size).toBe(seen.length)
    }
    const text = await readPage(lin, '/desk')
    expect(text).toContain('Waiting for me (56)')
    expect(text).toContain('0 of 4 answered; 2 approvals decide')
    expect(text).toContain('20 PoS to 500 PoS')
    expect(text).toContain('This month’s budget')
    expect(items(await readPage(lin, '/desk?kind=appeal'))).toEqual([appeal])
    expect(items(await readPage(lin, `/desk?q=${sent[3]!.toLowerCase()}`))).toContain(sent[3])
    expect(items(await readPage(lin, '/desk?q=contribution'))).toHaveLength(50)
    expect(items(await readPage(lin, '/desk?q=100%25'))).toEqual([])
    expect(items(await readPage(lin, '/desk?form=9999'))).toEqual([])
    // What is out of form in an address is as if it were not there.
    expect(items(await readPage(lin, '/desk?show=everything&kind=x&form=-1&after=1;DROP&said=%00'))).toHaveLength(50)
    expect((await lin.get('/desk/SUB-0')).status).toBe(400)
    expect((await lin.get('/desk/SUB-999999')).status).toBe(404)
  })

  test('history and quality: one’s own, and everybody’s for a chair once it is decided', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const [ann, bob, hui] = [await as('ann'), await as('bob'), await as('hui')]
    await act(ann, subject, 'reject', { reason: 'Nothing to see.', revision: '1' })
    expect(await readPage(ann, '/desk/history')).toContain(`href="/desk/${subject}"`)
    expect(await readPage(bob, '/desk/history')).not.toContain(`href="/desk/${subject}"`)
    // The chair sits on this panel too and shall not be led.
    expect(await readPage(hui, '/desk/history')).not.toContain(`href="/desk/${subject}"`)
    for (const name of ['bob', 'lin']) await act(await as(name), subject, 'reject', { reason: 'Nothing here.', revision: '1' })
    const all = await readPage(hui, '/desk/history')
    expect(all).toContain(`href="/desk/${subject}"`)
    expect(all).toContain('Nothing to see.')
    expect(await readPage(bob, '/desk/history')).not.toContain('Nothing to see.')
    expect(await readPage(ann, '/desk?show=decided')).toContain(`href="/desk/${subject}"`)
    const quality = await readPage(hui, '/desk/quality')
    for (const name of ['ann', 'bob', 'lin']) expect(quality).toContain(`<td>${name}</td>`)
    expect(await readPage(bob, '/desk/quality')).not.toContain('<td>ann</td>')
  })

  test('in Chinese', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const ann = await as('ann')
    const queue = await readPage(ann, '/desk?lang=zh')
    for (const text of ['审核台', '等我审核', '本月预算', '贡献报告']) expect(queue).toContain(text)
    const item = await readPage(ann, `/desk/${subject}?lang=zh`)
    for (const text of ['您的决定', '退回修改', '您做了什么', '决定之前不显示']) expect(item).toContain(text)
  })
})

describe('what a link leads to', () => {
  let pages: Server
  let answer: RequestListener
  let asked = 0
  beforeAll(async () => {
    pages = createServer({ key: LINK_KEY, cert: LINK_CERTIFICATE }, (request, response) => {
      asked += 1
      answer(request, response)
    })
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    pages.closeAllConnections()
    pages.close()
  })

  test('is beside it once somebody has looked: names covered, looked at once, again after a week and while it is reviewed', async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
    const { port } = pages.address() as AddressInfo
    const check = createCheckLink({
      resolve: (host) =>
        host === LINK_HOST ? Promise.resolve([{ address: '127.0.0.1', family: 4 }]) : Promise.reject(new Error('ENOTFOUND')),
      isPublic: (address) => address === '127.0.0.1',
      connection: { port, ca: LINK_CERTIFICATE },
    })
    const job = composeLinks(stage.database, check)
    const look = async () => [await job.isDue(world.clock.now), await job.look(world.clock.now), await job.isDue(world.clock.now)]
    const words = (text: string) => ({ en: text, zh: `${text}。` })
    const definition = {
      title: words('Guides'),
      intro: words('What did you write?'),
      fields: [
        { kind: 'link', id: 'page', label: words('Guide') },
        { kind: 'file', id: 'file', label: words('File') },
      ],
      reward: { kind: 'none' },
      review: { rule: 'panel', needed: 2, panel: 4, spreadPercent: 0, blind: true, duplicatePercent: 0 },
    }
    const form = /FRM-\d+/.exec((await stage.say('hui', `form import ${JSON.stringify(definition)}`)).text)![0]
    await stage.say('hui', `form open ${form}`)
    for (const line of [
      `form fill ${form}`,
      `form answer ${form} https://${LINK_HOST}/olu`,
      `form answer ${form} https://gone.example.org/a.pdf`,
    ])
      await stage.say('olu', line)
    const sent = await stage.press('olu', await stage.say('olu', `form send ${form}`), 'Send in')
    const subject = /SUB-\d+/.exec(sent.text)![0]
    const ann = await as('ann')
    expect(asked).toBe(0)
    expect(await readPage(ann, `/desk/${subject}`)).not.toContain('Its page')

    answer = (_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<title>A guide by OLU &lt;script&gt;</title>')
    }
    expect(await look()).toEqual([true, 2, false])
    expect([await job.look(world.clock.now), asked]).toEqual([0, 1])
    const shown = await readPage(ann, `/desk/${subject}`)
    expect(shown).toContain('answers: “A guide by ▇▇▇ &lt;script&gt;” (looked at ')
    expect(shown).toMatch(/did not answer on <time[^>]*>[^<]*<\/time>: its name was not found/)
    expect(shown).not.toMatch(/by olu|\/olu/i)
    expect((await stage.say('ann', `review show ${subject}`)).text).toContain(
      'Its page: answers: “A guide by ▇▇▇ <script>” (looked at 2027-',
    )
    await stage.say('lin', 'language zh')
    expect((await stage.say('lin', `review show ${subject}`)).text).toContain('链接的页面: 可以打开：“A guide by ▇▇▇ <script>”')

    answer = (_request, response) => response.writeHead(302, { location: 'https://elsewhere.example.org/' }).end()
    world.clock.now += 7 * DAY
    expect(await look()).toEqual([true, 2, false])
    expect((await stage.say('ann', `review show ${subject}`)).text).toContain('leads elsewhere, which was not followed')
    await stage.say('olu', `submission withdraw ${subject}`)
    world.clock.now += 7 * DAY
    expect(await look()).toEqual([true, 0, false])
    expect(asked).toBe(2)
  })
})

test('a dispute is read and decided at the desk: its line, the reason, no name, and no original', async () => {
  await stage.say('op', 'role grant @op host')
  const created = await stage.say('op', 'event create Meeting start:now')
  const event = /EVT-\d+/.exec(created.text)![0]
  const code = (await stage.say('op', `event codes ${event}`)).reply.verbatim ?? ''
  for (const name of ['olu', 'pia']) await stage.say(name, `checkin ${code}`)
  world.clock.now = periodEnd(WEB_GENESIS, 1) + HOUR
  const line = /LINE-\d+/.exec((await stage.say('olu', 'dispute')).text)![0]
  const subject = /DSP-\d+/.exec((await stage.say('olu', `dispute ${line} Olu came to both parts.`)).text)![0]
  const [first = '', second = ''] = await stage.panel(subject)
  const reader = await as(first)
  expect(await readPage(reader, '/desk?kind=dispute')).toContain(`href="/desk/${subject}"`)
  const shown = await readPage(reader, `/desk/${subject}`)
  for (const text of ['It says', '10 PoS', `${event} Meeting`, 'Why it is wrong', '▇▇▇ came to both parts.']) expect(shown).toContain(text)
  expect(shown).not.toMatch(/\bolu\b/i)
  expect(shown).not.toContain('name="of"')
  for (const who of [first, second])
    expect((await act(await as(who), subject, 'approve', { amount: '18', revision: '1' })).status).toBe(303)
  expect(await readPage(reader, `/desk/${subject}`)).toContain('You have decided: approved.')
  expect((await stage.say('olu', 'balance')).text).toContain('18 PoS')
  // A line may be worth nothing, in the chat as at the desk.
  const other = /LINE-\d+/.exec((await stage.say('pia', 'dispute')).text)![0]
  const wrong = /DSP-\d+/.exec((await stage.say('pia', `dispute ${other} I was not there at all.`)).text)![0]
  const [one = '', two = ''] = await stage.panel(wrong)
  expect((await stage.say(one, `review approve ${wrong} 0`)).reply.tone).toBe('done')
  expect((await act(await as(two), wrong, 'approve', { amount: '0', revision: '1' })).status).toBe(303)
  expect((await stage.say('pia', 'inbox')).text).toContain(other)
  expect((await stage.say('pia', 'balance')).text).not.toContain('10 PoS')
})
