import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MINUTE } from '../../core/shared/instant.ts'
import { hashOf } from '../../server/authenticate.ts'
import { signInAs, startWebWorld, type Visitor, type WebWorld } from '../support/web-world.ts'

let world: WebWorld
let ann: Visitor

beforeAll(async () => {
  world = await startWebWorld()
}, 60_000)
afterAll(() => world.stop())
beforeEach(async () => {
  ann = world.browser()
})

const isIn = async (who: Visitor) => (await who.get('/account')).status === 200
const token = (who: Visitor) => who.cookies.get('session') ?? ''
const out = (csrf: string) => new URLSearchParams({ csrf, key: 'key-0123456789' })

describe('a session', () => {
  test('is kept under the hash of its token only, and is new at every sign-in', async () => {
    await signInAs(ann, 'ann')
    const first = token(ann)
    expect(first).toMatch(/^[\w-]{22}$/)
    const rows = await world.community.database.prisma.session.findMany()
    expect(rows.map(({ id }) => Buffer.from(id).toString('hex'))).toContain(hashOf(first))
    expect(JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? '' : value))).not.toContain(first)
    // Who is signed in is led on; who signs out and in again has another.
    expect((await ann.get('/signin')).status).toBe(303)
    await ann.post('/account/sign-out', out(await ann.csrf('/account')))
    await signInAs(ann, 'ann')
    expect(token(ann)).not.toBe(first)
  })

  test('that somebody planted is worth nothing after the sign-in', async () => {
    const thief = world.browser()
    await signInAs(thief, 'bob')
    const [planted, before] = [token(thief), 'AAAAAAAAAAAAAAAAAAAAAA']
    // Both cookies that an attacker could set: a session of their own, and one of before.
    ann.cookies.set('session', planted)
    ann.cookies.set('before', before)
    await ann.post('/account/sign-out', out(await ann.csrf('/account')))
    await signInAs(ann, 'ann')
    expect([planted, before]).not.toContain(token(ann))
    expect(ann.cookies.has('before')).toBe(false)
    expect(await isIn(thief)).toBe(false)
  })

  test('ends after thirty minutes without use and not before, and after twelve hours in any case', async () => {
    await signInAs(ann, 'ann')
    for (let minutes = 0; minutes < 11 * 60; minutes += 29) {
      world.clock.now += 29 * MINUTE
      expect(await isIn(ann)).toBe(true)
    }
    world.clock.now += 26 * MINUTE
    expect(await isIn(ann)).toBe(true)
    // Twelve hours to the minute: in use all the time, and over.
    world.clock.now += 27 * MINUTE
    expect(await isIn(ann)).toBe(false)
    expect(ann.cookies.has('session')).toBe(false)

    await signInAs(ann, 'ann')
    world.clock.now += 30 * MINUTE
    expect(await isIn(ann)).toBe(false)
  })

  test('can be ended from another one, one by one and all others at once, and by nobody else', async () => {
    const [phone, tablet, bob] = [world.browser(), world.browser(), world.browser()]
    const csrf = await signInAs(ann, 'ann')
    await signInAs(phone, 'ann')
    await signInAs(tablet, 'ann')
    const bobs = await signInAs(bob, 'bob')
    const end = (who: Visitor, secret: string, session: string) =>
      who.post('/account/sessions/end', new URLSearchParams({ csrf: secret, key: 'key-0123456789', session }))
    expect((await end(bob, bobs, hashOf(token(phone)))).status).toBe(303)
    expect(await isIn(phone)).toBe(true)
    await end(ann, csrf, hashOf(token(phone)))
    expect([await isIn(ann), await isIn(phone), await isIn(tablet)]).toEqual([true, false, true])
    await ann.post('/account/sessions/end-others', out(csrf))
    expect([await isIn(ann), await isIn(tablet), await isIn(bob)]).toEqual([true, false, true])
  })

  test('follows its chat account: a role that is lost is lost at the next request, a merge holds at once', async () => {
    const { prisma } = world.community.database
    await signInAs(ann, 'ann')
    await signInAs(world.browser(), 'bob')
    const memberOf = async (userId: string) =>
      (await prisma.chatAccount.findUniqueOrThrow({ where: { platform_userId: { platform: 'console', userId } } })).memberId
    const memberId = await memberOf('ann')
    const grant = { memberId, role: 'reviewer', grantedAt: new Date(world.clock.now) }
    await prisma.roleGrant.create({ data: grant })
    expect(await (await ann.get('/account')).text()).toContain('reviewer')
    await prisma.roleGrant.delete({ where: { memberId_role: { memberId, role: 'reviewer' } } })
    expect(await (await ann.get('/account')).text()).not.toContain('reviewer')

    const telegram = { platform: 'telegram', userId: '777', memberId, name: 'Ann on Telegram', linkedAt: new Date(world.clock.now) }
    await prisma.chatAccount.create({ data: telegram })
    expect(await (await ann.get('/account')).text()).toContain('Ann on Telegram')
  })

  test('ends with its chat account', async () => {
    const { prisma } = world.community.database
    await signInAs(ann, 'olu')
    await prisma.chatAccount.delete({ where: { platform_userId: { platform: 'console', userId: 'olu' } } })
    expect(await isIn(ann)).toBe(false)
  })
})

describe('a form', () => {
  test('without the session’s own token, or with that of another session, does nothing', async () => {
    const csrf = await signInAs(ann, 'ann')
    const bob = world.browser()
    const bobs = await signInAs(bob, 'bob')
    const again = world.browser()
    const agains = await signInAs(again, 'ann')
    for (const wrong of ['', bobs, agains, csrf.slice(1)]) {
      const refused = await ann.post('/account/sign-out', out(wrong), { accept: 'application/json' })
      expect([refused.status, (await refused.json()).code]).toEqual([403, 'session.csrf'])
    }
    const foreign = await ann.post('/account/sign-out', out(csrf), { 'sec-fetch-site': 'cross-site' })
    expect(foreign.status).toBe(403)
    expect(await isIn(ann)).toBe(true)
    expect((await ann.post('/account/sign-out', out(csrf))).status).toBe(303)
    expect(await isIn(ann)).toBe(false)
  })

  test('of who is not signed in leads to the sign-in, and back to where they were; programs get a problem', async () => {
    const led = await ann.get('/account')
    expect([led.status, led.headers.get('location')]).toEqual([303, '/signin?to=%2Faccount'])
    const program = await ann.post('/account/sign-out', out('x'), { accept: 'application/json' })
    expect([program.status, (await program.json()).code]).toEqual([401, 'session.none'])
    const csrf = await ann.csrf('/signin?to=/wallet/link')
    const inside = await ann.post('/signin/persona', new URLSearchParams({ csrf, persona: 'ann', to: '//evil.example' }))
    expect(inside.headers.get('location')).toBe('/account')
  })

  test('signs nobody in with a token of another browser', async () => {
    const csrf = await world.browser().csrf('/signin')
    await ann.get('/signin')
    const refused = await ann.post('/signin/persona', new URLSearchParams({ csrf, persona: 'ann' }))
    expect(refused.status).toBe(403)
    expect(ann.cookies.has('session')).toBe(false)
  })
})
