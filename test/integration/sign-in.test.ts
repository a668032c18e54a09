import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { MINUTE, SECOND } from '../../core/shared/instant.ts'
import { startTestNode, type TestNode } from '../support/chain.ts'
import { startDiscordOauth, type DiscordOauth } from '../support/discord-oauth.ts'
import { signInitData, signLogin } from '../support/telegram-login.ts'
import { CLIENT_ID, CLIENT_SECRET, startWebWorld, TELEGRAM_TOKEN, type Visitor, type WebWorld } from '../support/web-world.ts'

let world: WebWorld
let node: TestNode
let discord: DiscordOauth
let who: Visitor
const secrets = new Set<string>()
const DANA = { id: '223344556677889900', username: 'dana', global_name: 'Dana', locale: 'zh-CN' }

beforeAll(async () => {
  node = await startTestNode()
  discord = await startDiscordOauth({
    id: CLIENT_ID,
    secret: CLIENT_SECRET,
    redirectUris: () => [`${world.base}/signin/discord/callback`],
  })
  world = await startWebWorld({ discordUrl: discord.url, nodeUrl: node.url })
}, 60_000)
afterAll(async () => {
  await world.stop()
  await discord.stop()
  await node.stop()
})
beforeEach(() => {
  who = world.browser()
  discord.trouble.clear()
})

const account = async (visitor: Visitor) => (await visitor.get('/account')).text()
const isIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200
async function codeOf(response: Response): Promise<string> {
  const page = await response.text()
  return /"code":"([\w.]+)"/.exec(page)?.[1] ?? /([\w]+\.[\w]+) · /.exec(page)?.[1] ?? page.slice(0, 200)
}
const begin = async (visitor: Visitor, way: string, to = '/account') =>
  (await visitor.get(`/signin/${way}?to=${encodeURIComponent(to)}`)).headers.get('location') ?? ''

describe('with Discord', () => {
  test('one is who Discord says, a member from then on, led back, and nothing of Discord’s is left', async () => {
    const back = discord.authorize(await begin(who, 'discord', '/wallet/link'), DANA)
    const response = await who.get(back)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/wallet/link'])
    expect(await account(who)).toMatch(/Discord: Dana\s+<code>@dana<\/code>/)
    expect(discord.live.size).toBe(0)
    const member = await world.community.database.prisma.chatAccount.findUniqueOrThrow({
      where: { platform_userId: { platform: 'discord', userId: DANA.id } },
      include: { member: true },
    })
    expect(member.member).toMatchObject({ name: 'Dana', language: 'zh' })
  })

  test('a code or a state works once, and in the browser that began', async () => {
    const back = discord.authorize(await begin(who, 'discord'), DANA)
    const victim = world.browser()
    await victim.get('/signin')
    const stolen = await victim.get(back)
    expect([stolen.status, await codeOf(stolen)]).toEqual([410, 'signin.expired'])
    expect(await isIn(victim)).toBe(false)
    // The try of the other browser used it up.
    expect((await who.get(back)).status).toBe(410)
    const again = discord.authorize(await begin(who, 'discord'), DANA)
    expect((await who.get(again)).status).toBe(303)
    expect((await who.get(again)).status).toBe(410)
    expect((await who.get('/signin/discord/callback?code=x&state=AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(410)
    expect((await who.get('/signin/discord/callback')).status).toBe(410)
  })

  test('a code that was used, or begun by another verifier, signs nobody in', async () => {
    const own = discord.authorize(await begin(who, 'discord'), DANA)
    const other = world.browser()
    const others = discord.authorize(await begin(other, 'discord'), { ...DANA, id: '323344556677889900' })
    const mixed = new URL(own)
    mixed.searchParams.set('code', new URL(others).searchParams.get('code') ?? '')
    const refused = await who.get(mixed.toString())
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'signin.discord_refused'])
    const spent = await other.get(others)
    expect([spent.status, await isIn(other), await isIn(who)]).toEqual([403, false, false])
  })

  test('a begun sign-in ends after ten minutes', async () => {
    const back = discord.authorize(await begin(who, 'discord'), DANA)
    world.clock.now += 10 * MINUTE
    expect((await who.get(back)).status).toBe(410)
  })

  test('who says no there is told so', async () => {
    const refused = await who.get(discord.decline(await begin(who, 'discord')))
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'signin.denied'])
  })

  test.each([
    ['/oauth2/token', 503, 503],
    ['/oauth2/token', 'garbage', 403],
    ['/oauth2/token', 'endless', 503],
    ['/v10/users/@me', 503, 503],
    ['/v10/users/@me', 'garbage', 403],
    ['/v10/users/@me', 'endless', 503],
  ] as const)('when %s answers %s the page says %i, and no token stays', async (path, wrong, status) => {
    const back = discord.authorize(await begin(who, 'discord'), DANA)
    discord.trouble.set(path, wrong)
    const before = new Set(discord.live)
    expect((await who.get(back)).status).toBe(status)
    expect(await isIn(who)).toBe(false)
    // What Discord gave out is revoked, unless its very answer was lost.
    const after = [...discord.live].filter((token) => !before.has(token)).length
    expect(after).toBe(path === '/oauth2/token' && wrong !== 'endless' ? 1 : 0)
  })
})

describe('with Telegram', () => {
  const login = (change: Record<string, string | number> = {}, token = TELEGRAM_TOKEN) =>
    signLogin(token, { id: 4242, first_name: 'Tess', username: 'tess', auth_date: Math.floor(world.clock.now / SECOND), ...change })
  const give = async (visitor: Visitor, fields: Record<string, string>) =>
    visitor.post('/signin/telegram', fields, { 'x-csrf-token': await visitor.csrf('/signin') })

  test('one is led to its login page, and who it says afterwards', async () => {
    const there = new URL(await begin(who, 'telegram', '/wallet/link'))
    expect([there.origin, there.searchParams.get('bot_id'), there.searchParams.get('return_to')]).toEqual([
      'https://oauth.telegram.org',
      '123456',
      `${world.base}/signin`,
    ])
    expect(there.toString()).not.toContain(TELEGRAM_TOKEN.split(':')[1])
    const response = await give(who, { login: login() })
    expect(await response.json()).toEqual({ to: '/wallet/link' })
    expect(await account(who)).toMatch(/Telegram: Tess\s+<code>@tess<\/code>/)
  })

  test('what it says is taken once, by the browser that began, and for five minutes', async () => {
    const data = login({ auth_date: Math.floor(world.clock.now / SECOND) + 1 })
    // Somebody sends their own answer to somebody else's browser.
    expect(await codeOf(await give(who, { login: data }))).toBe('signin.expired')
    await begin(who, 'telegram')
    expect((await give(who, { login: data })).status).toBe(200)
    const other = world.browser()
    await begin(other, 'telegram')
    expect(await codeOf(await give(other, { login: data }))).toBe('signin.telegram_old')
    const late = world.browser()
    await begin(late, 'telegram')
    const old = login({ auth_date: Math.floor((world.clock.now - 5 * MINUTE) / SECOND) })
    expect(await codeOf(await give(late, { login: old }))).toBe('signin.telegram_old')
  })

  test.each([
    ['signed by another bot', () => login({}, '123456:AAanother-bot-AAAAAAAAAAAAAAAAAA')],
    ['of somebody else', () => login().replace('4242', '4243')],
    ['with a field more', () => login().replace('{', '{"admin":"1",')],
    ['without a hash', () => '{"id":4242}'],
    ['with the hash in capitals', () => login().replace(/"hash":"(\w+)"/, (all) => all.toUpperCase().replace('HASH', 'hash'))],
    ['that is a Mini App’s', () => JSON.stringify(Object.fromEntries(new URLSearchParams(mini())))],
    ['that is nested', () => '{"id":{"a":1},"hash":"00"}'],
    ['that is no JSON', () => 'id=1'],
    ['that is a prototype', () => '{"__proto__":{"id":1}}'],
  ])('data %s signs nobody in', async (_name, make) => {
    await begin(who, 'telegram')
    expect(await codeOf(await give(who, { login: make() }))).toBe('signin.telegram_wrong')
    expect(await isIn(who)).toBe(false)
  })

  const mini = (change: Record<string, string> = {}) =>
    signInitData(TELEGRAM_TOKEN, {
      auth_date: String(Math.floor(world.clock.now / SECOND)),
      query_id: 'AAF',
      user: JSON.stringify({ id: 4343, first_name: 'Mia & Max%26', last_name: '李', language_code: 'zh-hans' }),
      signature: 'abc',
      ...change,
    })

  test('a Mini App’s data signs in, with names that hold any sign', async () => {
    expect((await give(who, { initData: mini() })).status).toBe(200)
    expect(await account(who)).toContain('Telegram: Mia &amp; Max%26 李')
  })

  test.each([
    ['used', async () => (await give(world.browser(), { initData: mini({ query_id: 'BBB' }) })).ok && mini({ query_id: 'BBB' })],
    ['that is too old', () => mini({ auth_date: String(Math.floor((world.clock.now - 5 * MINUTE) / SECOND)) })],
    ['from the future', () => mini({ auth_date: String(Math.floor((world.clock.now + 2 * MINUTE) / SECOND)) })],
    ['without a time', () => mini({ auth_date: '' })],
  ])('Mini App data %s is old', async (_name, make) => {
    expect(await codeOf(await give(who, { initData: String(await make()) }))).toBe('signin.telegram_old')
  })

  test.each([
    ['with a field twice', () => `${mini()}&user=%7B%22id%22%3A1%7D`],
    ['with two hashes', () => `${mini()}&hash=${'0'.repeat(64)}`],
    ['that was changed', () => mini().replace('4343', '4344')],
    ['of a login', () => new URLSearchParams(JSON.parse(login())).toString()],
    ['of nobody', () => mini({ user: '' })],
    ['of a bot', () => mini({ user: '{"id":1,"first_name":"x","is_bot":true}' })],
    ['that is empty', () => ''],
  ])('Mini App data %s signs nobody in', async (_name, make) => {
    expect(await codeOf(await give(who, { initData: make() }))).toBe('signin.telegram_wrong')
  })
})

describe('with a wallet', () => {
  const key = privateKeyToAccount(generatePrivateKey())
  const stranger = privateKeyToAccount(generatePrivateKey())
  beforeAll(() => linkInChat('walt', key))

  async function linkInChat(name: string, wallet: typeof key): Promise<void> {
    const asked = await world.community.say(name, `wallet link ${wallet.address}`)
    const done = await world.community.say(name, `wallet confirm ${await wallet.signMessage({ message: asked.reply.verbatim ?? '' })}`)
    expect(done.text).toContain('Wallet linked')
  }
  const text = async (visitor: Visitor, address: string) =>
    visitor.post('/signin/wallet/text', { address }, { 'x-csrf-token': await visitor.csrf('/signin') })
  async function asked(visitor: Visitor, address = key.address as string): Promise<{ message: string; nonce: string }> {
    const answer = (await (await text(visitor, address)).json()) as { message: string; nonce: string }
    secrets.add(answer.nonce)
    return answer
  }
  const prove = async (visitor: Visitor, nonce: string, signature: string) =>
    visitor.post('/signin/wallet/prove', { nonce, signature }, { 'x-csrf-token': await visitor.csrf('/signin') })

  test('one signs a text of ours, and is the member whose wallet it is', async () => {
    const { message, nonce } = await asked(who, key.address.toLowerCase())
    expect(message).toContain(`localhost:${new URL(world.base).port} wants you to sign in with your Ethereum account:\n${key.address}`)
    expect(message).toContain(`URI: ${world.base}\nVersion: 1\nChain ID: 31337\nNonce: ${nonce}`)
    const signature = await key.signMessage({ message })
    secrets.add(signature)
    expect(await (await prove(who, nonce, signature)).json()).toEqual({ to: '/account' })
    expect(await account(who)).toContain('sandbox: walt')
    // A second time, the same text is worth nothing.
    const other = world.browser()
    await other.get('/signin')
    expect(await codeOf(await prove(other, nonce, signature))).toBe('signin.expired')
  })

  test('a text of another browser, or one for linking, signs nobody in', async () => {
    const { message, nonce } = await asked(who)
    const other = world.browser()
    await other.get('/signin')
    const signature = await key.signMessage({ message })
    expect(await codeOf(await prove(other, nonce, signature))).toBe('signin.expired')
    expect(await codeOf(await prove(who, nonce, signature))).toBe('signin.expired')
    const link = (await world.community.say('lina', `wallet link ${stranger.address}`)).reply.verbatim ?? ''
    const linkNonce = /Nonce: (\w+)/.exec(link)?.[1] ?? ''
    expect(await codeOf(await prove(who, linkNonce, await stranger.signMessage({ message: link })))).toBe('signin.expired')
  })

  test.each([
    ['for another domain', (message: string) => message.replace(/^\S+ wants/, 'evil.example wants')],
    ['for another address of the site', (message: string) => message.replace(/URI: \S+/, 'URI: https://evil.example')],
    ['for another chain', (message: string) => message.replace('Chain ID: 31337', 'Chain ID: 1')],
    ['with another expiry', (message: string) => message.replace(/Expiration Time: \S+/, 'Expiration Time: 2099-01-01T00:00:00.000Z')],
  ])('a text %s signs nobody in, and is used up', async (_name, change) => {
    const { message, nonce } = await asked(who)
    expect(await codeOf(await prove(who, nonce, await key.signMessage({ message: change(message) })))).toBe('signin.bad_signature')
    expect(await codeOf(await prove(who, nonce, await key.signMessage({ message })))).toBe('signin.expired')
  })

  test('a text is good for ten minutes', async () => {
    const { message, nonce } = await asked(who)
    world.clock.now += 10 * MINUTE
    expect(await codeOf(await prove(who, nonce, await key.signMessage({ message })))).toBe('signin.expired')
  })

  test('who is asked for a wallet that nobody linked learns it after the proof, and how to go on', async () => {
    const { message, nonce } = await asked(who, stranger.address)
    expect(await codeOf(await prove(who, nonce, await stranger.signMessage({ message })))).toBe('signin.wallet_unknown')
    expect(await codeOf(await text(who, '0x123'))).toBe('signin.address')
  })

  test('a contract wallet signs by ERC-1271, and one that says no is refused', async () => {
    const answering = (word: string) => `0x63${word}60e01b60005260206000f3`
    const [agrees, denies] = ['0x00000000000000000000000000000000000AaA01', '0x00000000000000000000000000000000000aaa02']
    await nodeRequest(node.url, 'anvil_setCode', [agrees, answering('1626ba7e')])
    await nodeRequest(node.url, 'anvil_setCode', [denies, answering('ffffffff')])
    const linking = await world.community.say('cora', `wallet link ${agrees.toLowerCase()}`)
    expect((await world.community.say('cora', `wallet confirm 0x${'ab'.repeat(65)}`)).text).toContain('Wallet linked')
    expect(linking.reply.verbatim).toBeDefined()
    const yes = await asked(who, agrees.toLowerCase())
    expect((await prove(who, yes.nonce, `0x${'ab'.repeat(200)}`)).status).toBe(200)
    expect(await account(who)).toContain('sandbox: cora')
    const other = world.browser()
    const no = await asked(other, denies.toLowerCase())
    expect(await codeOf(await prove(other, no.nonce, `0x${'ab'.repeat(65)}`))).toBe('signin.bad_signature')
  })

  test('a wallet that is taken off signs in nobody, and its sessions end', async () => {
    const wallet = privateKeyToAccount(generatePrivateKey())
    await linkInChat('wim', wallet)
    const { message, nonce } = await asked(who, wallet.address)
    await prove(who, nonce, await wallet.signMessage({ message }))
    expect(await isIn(who)).toBe(true)
    await world.community.say('wim', 'wallet unlink')
    expect(await isIn(who)).toBe(false)
    const again = await asked(who, wallet.address)
    expect(await codeOf(await prove(who, again.nonce, await wallet.signMessage({ message: again.message })))).toBe('signin.wallet_unknown')
  })
})

test('a page of before does not sign in without its own token', async () => {
  await who.get('/signin')
  for (const path of ['/signin/telegram', '/signin/wallet/text', '/signin/wallet/prove', '/signin/persona'])
    expect(await codeOf(await who.post(path, {}))).toBe('session.csrf')
})

test('nothing secret was logged or reported by any of this', () => {
  const logged = world.logged()
  expect(logged).toContain('answered')
  for (const secret of [TELEGRAM_TOKEN, TELEGRAM_TOKEN.split(':')[1]!, ...discord.secrets, ...secrets]) {
    expect(secret.length).toBeGreaterThan(7)
    expect(logged.includes(secret), secret).toBe(false)
  }
  for (const cookie of who.cookies.values()) expect(logged).not.toContain(cookie)
})
