import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { ALL, newKey, readPage, REVIEWERS, startDeskWorld, type DeskWorld } from '../support/desk-world.ts'
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
const act = (who: Visitor, subject: string, what: string, fields: Readonly<Record<string, string>>, key?: string) =>
  desk.act(who, subject, what, fields, key)
const verdicts = (subject: string) => desk.verdicts(subject)

describe('who may see the desk', () => {
  test('nobody without a session: pages lead to the sign-in and back, forms do nothing', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const stranger = world.browser()
    for (const path of ['/desk', '/desk/history', '/desk/quality', `/desk/${subject}`]) {
      const response = await stranger.get(path)
      expect([response.status, response.headers.get('location')]).toEqual([303, `/signin?to=${encodeURIComponent(path)}`])
    }
    const response = await stranger.post(`/desk/${subject}/approve`, new URLSearchParams({ csrf: 'x', key: newKey(), amount: '50' }))
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^\/signin/)
    expect(await verdicts(subject)).toEqual([])
  })

  test('a member without a role gets a page that says who does, and no link to it', async () => {
    const olu = await as('olu')
    const subject = await stage.sendIn(cora, ALL)
    for (const path of ['/desk', '/desk?show=open', '/desk/history', '/desk/quality', `/desk/${subject}`]) {
      const response = await olu.get(path)
      expect(response.status).toBe(403)
      const text = await response.text()
      expect(text).toContain('Only reviewers and chairs see the review desk.')
      expect(text).not.toContain('href="/desk"')
      expect(text).not.toContain('I wrote a guide')
    }
    expect((await act(olu, subject, 'reject', { reason: 'no', revision: '1' })).status).toBe(403)
    expect(
      (await olu.post('/desk/bulk', new URLSearchParams({ csrf: await olu.csrf('/account'), key: newKey(), item: `${subject}.1` }))).status,
    ).toBe(403)
    expect(await verdicts(subject)).toEqual([])
    expect(await readPage(await as('ann'), '/')).toContain('href="/desk"')
    expect(await readPage(await as('hui'), '/')).toContain('href="/desk"')
  })

  test('a role that is lost is lost at the next request', async () => {
    const who = await as('bob')
    expect((await who.get('/desk')).status).toBe(200)
    const { prisma } = stage.database
    const memberId = await desk.memberOf('bob')
    await prisma.roleGrant.deleteMany({ where: { memberId } })
    expect((await who.get('/desk')).status).toBe(403)
    await prisma.roleGrant.create({ data: { memberId, role: 'reviewer', grantedAt: new Date(WEB_GENESIS) } })
  })

  test('a reviewer without a seat reads and cannot decide; a chair sees all that is open, a reviewer what is theirs', async () => {
    const subject = await stage.sendIn(cora, { panel: 1, needed: 1 })
    const [seated = ''] = await stage.panel(subject)
    const other = await as(REVIEWERS.find((name) => name !== seated)!)
    const text = await readPage(other, `/desk/${subject}`)
    expect(text).toContain('You were not asked about this one')
    expect(text).not.toContain(`action="/desk/${subject}/`)
    const response = await act(other, subject, 'approve', { amount: '50', revision: '1' })
    expect(response.status).toBe(422)
    expect(await response.text()).toContain(`${subject} was not given to you.`)
    expect(await verdicts(subject)).toEqual([])
    expect(await readPage(other, '/desk?show=open')).not.toContain(`href="/desk/${subject}"`)
    expect(await readPage(await as('hui'), '/desk?show=open')).toContain(`href="/desk/${subject}"`)
  })

  test('its contributor does not read along, a reviewer or not', async () => {
    const memberId = await desk.memberOf('ann')
    const subject = await stage.sendIn(memberId, ALL)
    const ann = await as('ann')
    const response = await ann.get(`/desk/${subject}`)
    expect(response.status).toBe(403)
    const said = await response.text()
    expect(said).toContain('is your own')
    // What a chat calls a command has a page here.
    expect(said).toContain('Send <a href="/desk">review next</a> for what waits for you.')
    expect((await act(ann, subject, 'approve', { amount: '500', revision: '1' })).status).toBe(403)
    expect(await verdicts(subject)).toEqual([])
  })

  test('a form without the session’s own token, or with another’s, does nothing', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const [ann, bob] = [await as('ann'), await as('bob')]
    for (const csrf of ['', 'x', await bob.csrf('/account')]) {
      for (const path of [`/desk/${subject}/approve`, '/desk/bulk']) {
        const response = await ann.post(
          path,
          new URLSearchParams({ csrf, key: newKey(), amount: '50', revision: '1', item: `${subject}.1` }),
        )
        expect(response.status).toBe(403)
      }
    }
    expect(await verdicts(subject)).toEqual([])
  })
})

describe('deciding', () => {
  test('an approval is told on the next page, once however often the form is sent', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const ann = await as('ann')
    const key = newKey()
    const first = await act(ann, subject, 'approve', { amount: '120', revision: '1' }, key)
    expect(first.status).toBe(303)
    const location = first.headers.get('location')!
    expect(location).toMatch(new RegExp(`^/desk(/SUB-\\d+)?\\?said=${key}$`))
    expect(await readPage(ann, location)).toContain(`You approved ${subject} for 120 PoS.`)
    const again = await act(ann, subject, 'approve', { amount: '300', revision: '1' }, key)
    expect(again.status).toBe(303)
    expect(await readPage(ann, again.headers.get('location')!)).toContain(`You approved ${subject} for 120 PoS.`)
    expect(await verdicts(subject)).toEqual([{ verdict: 'approve', amount: pos(120), reason: null, member: { name: 'ann' } }])
    // What was told is told to nobody else.
    expect(await readPage(await as('bob'), location.replace(/SUB-\d+/, subject))).not.toContain('for 120 PoS')
    // Sent a second time under a new key it is refused: a decision stands.
    const more = await act(ann, subject, 'approve', { amount: '300', revision: '1' })
    expect([more.status, (await more.text()).includes(`You have decided on ${subject} already.`)]).toEqual([422, true])
  })

  test('every verdict has its form, and the second of two approvals decides and pays', async () => {
    const subject = await stage.sendIn(cora, { ...ALL, spreadPercent: 100 })
    const [ann, bob] = [await as('ann'), await as('bob')]
    const before = await stage.balance(`member:${cora}`)
    await act(ann, subject, 'approve', { amount: '100', revision: '1' })
    const response = await act(bob, subject, 'approve', { amount: '200', revision: '1' })
    expect(await readPage(bob, response.headers.get('location')!)).toContain(`${subject} is approved for 150 PoS.`)
    expect((await stage.balance(`member:${cora}`)) - before).toBe(pos(150))
    const decided = await readPage(bob, `/desk/${subject}`)
    // Now it is told who sent it in and who said what.
    for (const text of ['Cora Contributor', 'ann', 'approved, 100 PoS', 'approved, 200 PoS', 'You have decided: approved.'])
      expect(decided).toContain(text)

    for (const [what, fields, verdict] of [
      ['return', { reason: 'Please say where.' }, 'return'],
      ['reject', { reason: 'This is an advertisement.' }, 'reject'],
      ['duplicate', { of: subject }, 'duplicate'],
    ] as const) {
      const next = await stage.sendIn(cora, ALL)
      expect((await act(ann, next, what, { revision: '1', ...fields })).status).toBe(303)
      expect(await verdicts(next)).toMatchObject([{ verdict }])
    }
    const given = await stage.sendIn(cora, { panel: 1, needed: 1 })
    const [seated = ''] = await stage.panel(given)
    expect((await act(await as(seated), given, 'decline', {})).status).toBe(303)
    expect(await stage.panel(given)).not.toContain(seated)
  })

  test('a refused form comes back filled in, with the reason, the next step and the focus on its field', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const ann = await as('ann')
    const outside = await act(ann, subject, 'approve', { amount: '9000', revision: '1' })
    expect(outside.status).toBe(422)
    const text = await outside.text()
    expect(text).toContain(`That amount is outside the range of ${subject}.`)
    expect(text).toContain('Type an amount from 20 PoS to 500 PoS.')
    expect(text).toMatch(/<input[^>]*name="amount"[^>]*value="9000"[^>]*aria-invalid="true"[^>]*autofocus/)
    // A fresh key: the mended form is another act.
    expect(/name="key" value="([^"]+)"/.exec(text)?.[1]).toBeDefined()

    const reason = `Too long <b>${'x'.repeat(1_100)}</b>`
    const long = await (await act(ann, subject, 'reject', { reason, revision: '1' })).text()
    expect(long).toContain(`Too long &lt;b&gt;${'x'.repeat(1_100)}&lt;/b&gt;</textarea`)
    expect(long).toMatch(/<details +open>\s*<summary>Reject/)
    expect(await verdicts(subject)).toEqual([])
  })

  test('what was typed is not lost when others were faster, or when the content has changed', async () => {
    const subject = await stage.sendIn(cora, ALL)
    const [ann, bob, lin] = [await as('ann'), await as('bob'), await as('lin')]
    await act(ann, subject, 'approve', { amount: '100', revision: '1' })
    await act(bob, subject, 'approve', { amount: '100', revision: '1' })
    const late = await act(lin, subject, 'reject', { reason: 'I found the original of this text.', revision: '1' })
    expect(late.status).toBe(422)
    const text = await late.text()
    expect(text).toContain(`${subject} is decided: approved.`)
    expect(text).toMatch(/<textarea[^>]*readonly[^>]*>\s*I found the original of this text\.<\/textarea/)

    const changed = await stage.sendIn(cora, ALL)
    const stale = await (await act(lin, changed, 'return', { reason: 'Say where.', revision: '7' })).text()
    expect(stale).toContain(`${changed} was changed after you opened it.`)
    expect(stale).toContain('Say where.</textarea')
    expect(await verdicts(changed)).toEqual([])
  })

  test('bulk: each its own command, a summary of what happened to each, one effect when it is sent twice', async () => {
    const foreign = await stage.sendIn(cora, { panel: 1, needed: 1 })
    const seated = await stage.panel(foreign)
    const [name, other] = REVIEWERS.filter((each) => !seated.includes(each))
    const ann = await as(name!)
    const range = await stage.sendIn(cora, { ...ALL, needed: 1 })
    const fixed = await stage.sendIn(cora, { ...ALL, needed: 1, lowest: pos(30), highest: pos(30) })
    const stale = await stage.sendIn(cora, ALL)
    const decided = await stage.sendIn(cora, { ...ALL, needed: 1 })
    await act(await as(other!), decided, 'approve', { amount: '20', revision: '1' })
    const before = await stage.balance(`member:${cora}`)
    const csrf = await ann.csrf('/account')
    const key = newKey()
    const body = new URLSearchParams([
      ['csrf', csrf],
      ['key', key],
      ...[`${range}.1`, `${fixed}.1`, `${range}.1`, `${stale}.2`, `${decided}.1`, 'SUB-999999.1', `${foreign}.1`].map(
        (item): [string, string] => ['item', item],
      ),
    ])
    for (const _ of [1, 2]) {
      const response = await ann.post('/desk/bulk', body)
      expect(response.status).toBe(200)
      const text = await response.text()
      expect(text).toContain('2 items were approved by you.')
      expect(text).toContain(`You approved ${range} for 20 PoS.`)
      expect(text).toContain(`You approved ${fixed} for 30 PoS.`)
      expect(text).toContain(`${stale} was changed after you opened it.`)
      expect(text).toContain(`${decided} is decided: approved.`)
      expect(text).toContain('There is no SUB-999999 in review.')
      expect(text).toContain(`${foreign} was not given to you.`)
      expect((await stage.balance(`member:${cora}`)) - before).toBe(pos(50))
    }
    expect(await verdicts(stale)).toEqual([])
    const send = async (items: string[]) => {
      const response = await ann.post(
        '/desk/bulk',
        new URLSearchParams([['csrf', csrf], ['key', newKey()], ...items.map((item): [string, string] => ['item', item])]),
      )
      return [response.status, await response.text()] as const
    }
    expect(await send([])).toEqual([422, expect.stringContaining('You have chosen nothing.')])
    const tooMany = Array.from({ length: 51 }, (_, index) => `SUB-${10_000 + index}.1`)
    expect(await send(tooMany)).toEqual([422, expect.stringContaining('You have chosen 51 items')])
  })
})
