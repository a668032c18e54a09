import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digest, formerCode, MISTAKES, type Codes } from './bad-input.ts'
import { PEOPLE, type ChatStage, type Person } from './chat-story.ts'
import { DISCORD_ID, startDiscordStage, type DiscordStage } from './discord-stage.ts'
import { GROUP, startTelegramStage, TELEGRAM_ID, type TelegramStage } from './telegram-stage.ts'

const CODE = /\b\d+-[0-9A-Z]{4}-[0-9A-Z]{4}\b/
const CODES = /\b\d+-[0-9A-Z]{4}-[0-9A-Z]{4}\b/g
/** Mentions, links and markup of both platforms, signs that turn the text around, and one that a database refuses. */
const TITLE = '@everyone <@300000000000000001> **Eve** <b>x</b> [a](https://evil.example) \u202egnp.exe @hana_host'
const NASTY = `${TITLE}\0`
const hidesSomething = (text: string): boolean => text.includes('\0') || /[\u202a-\u202e\u2066-\u2069]/.test(text)

let stage: ChatStage

async function shownCode(event: string): Promise<string> {
  const { text } = await stage.give('Hana', 'event codes', { event })
  return CODE.exec(text)?.[0] ?? `no code of ${event} was shown`
}

/** Three events of Hana's, one for each kind of evidence; Ann and 陈晨 are at the first, Ann at the second too. */
async function settle(): Promise<Codes> {
  for (const who of PEOPLE) await stage.give(who, 'start')
  await stage.give('Olga', 'role grant', { member: 'Hana', role: 'host' })
  await stage.give('Hana', 'event create', { title: TITLE, start: 'now', minutes: '300' })
  await stage.give('Hana', 'event create', { title: 'Workshop', start: 'now', minutes: '300', evidence: 'codes' })
  await stage.give('Hana', 'event create', { title: 'Walk', start: 'now', minutes: '300', evidence: 'roster' })
  const { files } = await stage.give('Hana', 'event codes', { event: 'EVT-2', count: '3' })
  const [used = '', ...fresh] = files[0]?.match(CODES) ?? []
  const lower = (await shownCode('EVT-1')).toLowerCase().replaceAll('-', ' ')
  expect((await stage.give('Ann', 'checkin', { code: ` ${lower} ` })).text).toContain('You earned 10 PoS')
  const wide = Array.from(await shownCode('EVT-1'))
    .map((sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0))
    .join('')
  expect((await stage.give('陈晨', 'checkin', { code: wide })).text).toContain('10 PoS')
  expect((await stage.give('Ann', 'checkin', { code: used })).text).toContain('You earned 10 PoS')
  const old = await formerCode(stage, 1)
  return { good: await shownCode('EVT-1'), old, used, fresh: [fresh[0] ?? '', fresh[1] ?? ''] }
}

/** Whatever is done changes nothing that anybody owns, attended or may. */
async function withoutEffect<Result>(run: () => Promise<Result>): Promise<Result> {
  const before = await digest(stage)
  const result = await run()
  expect(await digest(stage)).toBe(before)
  return result
}

function everyMistake(start: () => Promise<ChatStage>): void {
  let codes: Codes
  beforeAll(async () => {
    stage = await start()
    codes = await settle()
  }, 240_000)
  afterAll(() => stage?.close())

  test.each(MISTAKES)('$family: $name', async ({ code, make }) => {
    const shown = await withoutEffect(() => make(stage, codes))
    expect(shown.text).toContain(code)
    expect([shown.isPublic, shown.live]).toEqual([false, []])
    const sentences = shown.text.split('\n').filter((line) => line.trim().length > 5 && !line.includes(code))
    expect(sentences.length).toBeGreaterThanOrEqual(2)
  })

  test('list of members: bad lines are reported, good ones are kept for the confirmation, which works once', async () => {
    const [bob, chen] = [stage.handle('Bob'), stage.handle('陈晨')]
    const list = new TextEncoder().encode(`\ufeffmember;note\r\n${bob};x\r\nnobody\r\n"${bob}"\r\n\r\n${chen}\r\n`)
    const report = await withoutEffect(() => stage.giveFile('Hana', 'event roster', { event: 'EVT-3' }, 'list', list))
    for (const words of ['2 members will be checked in', 'Line 3: nobody', `Line 4: ${bob} – same member as in line 2`])
      expect(report.text).toContain(words)
    expect((await stage.press('Hana', 'Check in 2')).text).toContain('2 members checked in to EVT-3')
    expect((await stage.give('Bob', 'balance')).text).toMatch(/10 PoS/)
  })

  test('names and titles with mentions, markup, turned text and NUL alert nobody and lead nowhere', async () => {
    const shown = [
      await stage.checkInAs(NASTY, await shownCode('EVT-1')),
      await stage.give('Bob', 'leaderboard', {}, 'open'),
      await stage.give('Bob', 'event show', { event: 'EVT-1' }, 'open'),
    ]
    expect(shown[0]?.text).toContain('You earned 10 PoS')
    for (const { text, live } of shown) expect([live, hidesSomething(text)]).toEqual([[], false])
    expect(shown[1]?.text).toContain('**Eve**')
    expect(stage.problems()).toEqual([])
  })
}

describe('mistakes on Discord', () => {
  let discord: DiscordStage
  everyMistake(async () => {
    // Commands of all servers, so that a strange one can give them too: the first one heard from is served.
    discord = await startDiscordStage({ DISCORD_GUILD_ID: '' })
    return discord
  })

  test("another member's button is not even shown", async () => {
    await stage.give('Hana', 'event codes', { event: 'EVT-1' })
    const [message] = discord.last('Hana').messages
    const click = () => discord.fake.click({ user: DISCORD_ID.Bob, message: message ?? { id: '' }, label: 'Next code' })
    await expect(click()).rejects.toThrow('does not see the ephemeral message')
  })

  test('a command from a strange server is refused', async () => {
    const guild = discord.fake.addGuild({ id: '200000000000000009', name: 'Strangers' })
    const channel = discord.fake.addChannel({ guild, name: 'general' })
    const user = discord.fake.addMember({ guild, userId: '500000000000000001', name: 'Mallory' })
    const talk = await withoutEffect(() => discord.fake.slash({ user, guild, channel, path: ['pos', 'balance'] }))
    expect([talk.text.includes('community.stranger'), talk.ephemeral]).toEqual([true, true])
  })
})

describe('mistakes on Telegram', () => {
  let telegram: TelegramStage
  everyMistake(async () => {
    telegram = await startTelegramStage()
    return telegram
  })
  const idOf = (who: Person): number => TELEGRAM_ID[who]

  test("another member's button, forged, is refused", async () => {
    await stage.give('Hana', 'event codes', { event: 'EVT-1' })
    const data = telegram.fake.messages(idOf('Hana')).at(-1)?.buttons[0]?.data ?? ''
    await stage.give('Bob', 'start')
    const message = telegram.fake.messages(idOf('Bob')).at(-1)
    if (message === undefined) throw new Error('Bob sees nothing')
    const pressed = await withoutEffect(() => telegram.fake.press({ user: idOf('Bob'), message, data, forged: true }))
    expect(`${pressed.text}${pressed.callbackAnswer?.text ?? ''}`).toContain('button.other_member')
  })

  test('a command from a strange group is refused', async () => {
    const { fake } = telegram
    fake.addGroup({ id: -1_001_000_000_009, title: 'Strangers' })
    fake.addUser({ id: 901, firstName: 'Mallory', started: true })
    const name = String(fake.bot.username)
    const answer = await withoutEffect(() => fake.send({ user: 901, chat: -1_001_000_000_009, text: `/balance@${name}` }))
    expect(answer.text).toContain('community.stranger')
  })

  test('edited, forwarded and posted messages and those of bots run nothing', async () => {
    const { fake } = telegram
    const [ann, text] = [idOf('Ann'), `/checkin ${await shownCode('EVT-1')}`]
    await withoutEffect(async () => {
      const said = await fake.send({ user: ann, text: '/help' })
      const own = fake.history(ann).findLast(({ fromId }) => fromId === ann)
      if (own === undefined || said.last === undefined) throw new Error('nothing was said')
      expect((await fake.edit({ user: ann, message: own, text })).text).toContain('Editing a message changes nothing')
      // The bot does not ask for this kind of update, so the platform never sends it.
      fake.addChannel({ id: -1_001_000_000_008, title: 'News' })
      await expect(fake.channelPost({ chat: -1_001_000_000_008, text })).rejects.toThrow('does not listen to channel_post')
      const name = String(fake.bot.username)
      expect(
        (await fake.fromBot({ chat: GROUP, text: text.replace(' ', `@${name} `), bot: { id: 902, first_name: 'Robot' } })).messages,
      ).toEqual([])
      const origin = { type: 'hidden_user', sender_user_name: 'Somebody', date: 1 }
      const forwarded = await fake.send({ user: idOf('Olga'), text: '/role_grant @bob_pos host', fields: { forward_origin: origin } })
      expect(forwarded.text).toContain('A forwarded message is not run')
    })
  })
})
