import { ButtonStyle, ComponentType, Routes } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANN, BOB, GUILD, LIN, openHouse, type House } from '../../test/support/discord/house.ts'
import { discordTexts } from './discord.texts.ts'
import { startDiscordBot } from './start-discord-bot.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

const pos = (...words: string[]): string[] => ['pos', ...words]
const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there')
  return value
}
/** What becomes of it is seen elsewhere; nobody waits for the answer that does not come. */
const unanswered = (talk: Promise<unknown>): void => void talk.catch(() => undefined)
/** A request to Discord with the bot's token, past the bot. */
const rest = (method: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${house.fake.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${house.fake.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('a command', () => {
  test('is deferred before it runs, ephemeral when it is private', async () => {
    const { fake, channel } = house
    const talk = await fake.slash({ user: BOB, path: pos('balance') })
    expect([talk.deferred, talk.ephemeralFlag, talk.ephemeral]).toEqual([true, true, true])
    expect(talk.text).toContain('Hello Bob the \\*Builder\\*!')
    expect(house.app.met).toEqual([
      {
        account: { platform: 'discord', userId: BOB, name: 'Bob the *Builder*', handle: 'bob', locale: 'en-US' },
        place: { kind: 'group', communityId: GUILD, chatId: channel },
      },
    ])
    const status = await fake.slash({ user: LIN, path: pos('status') })
    expect([status.deferred, status.ephemeralFlag]).toEqual([true, false])
    expect(fake.messages(channel).length).toBe(1)
  })

  test('hands every kind of option to core as a member would type it', async () => {
    const { fake } = house
    const options = {
      title: 'Call',
      amount: '1.5',
      'starts-at': '+30m',
      minutes: '６０',
      open: true,
      kind: 'code',
      member: LIN,
      event: 'evt 7',
    }
    const { text } = await fake.slash({ user: ANN, path: pos('every'), options })
    expect(JSON.parse(present(/\{[^]*\}/.exec(text)?.[0]))).toEqual({
      title: 'Call',
      amount: '1500000000 nano',
      startsAt: { form: 'relative', fromNow: 1_800_000 },
      minutes: 60,
      open: true,
      kind: 'code',
      member: `<@${LIN}>`,
      event: 7,
    })
    expect((await fake.slash({ user: ANN, path: pos('every'), options: { title: 'x', open: false } })).text).toContain('"open":false')
  })

  test('works in a direct message, where nothing needs to be ephemeral', async () => {
    const { fake, app } = house
    const talk = await fake.slash({ user: BOB, dm: true, path: pos('note', 'add'), options: { text: 'here' } })
    expect(talk.text).toContain('Note 1 is kept: here')
    expect(talk.ephemeralFlag).toBe(false)
    const message = present(fake.messages(fake.directChannel(BOB))[0])
    const pressed = await fake.click({ user: BOB, message, label: 'Undo' })
    await pressed.until('the answer', ({ text }) => text.includes('Note 1 is dropped.'))
    expect(app.data.notes).toMatchObject([{ dropped: true }])
    const refused = await fake.slash({ user: BOB, dm: true, path: pos('event', 'create'), options: { title: 'x' } })
    expect(refused.text).toContain('command.forbidden')
  })

  test('in a thread is a place of its own; its card is remembered there and can be edited', async () => {
    const { fake, app, bot, channel } = house
    const start = await rest('POST', `/channels/${channel}/threads`, { name: 'Talk', type: 11 })
    const thread = ((await start.json()) as { id: string }).id
    const card = await fake.slash({ user: ANN, channel: thread, path: pos('event', 'create'), options: { title: 'Call' } })
    const message = present(card.messages[0])
    await app.until(() => app.cards.has('EVT-1'))
    expect(app.met.at(-1)?.place).toEqual({ kind: 'group', communityId: GUILD, chatId: channel, threadId: thread })
    expect(app.cards.get('EVT-1')).toEqual([{ platform: 'discord', chatId: thread, messageId: message.id }])
    const reply = { audience: 'public', tone: 'info', lines: [discordTexts.say('yes')] } as const
    expect(await bot.messenger.edit(present(app.cards.get('EVT-1')?.[0]), reply, 'zh')).toBe('edited')
    expect([card.text, card.buttons]).toEqual(['是', []])
    expect(await bot.messenger.edit({ platform: 'discord', chatId: thread, messageId: '1' }, reply, 'en')).toBe('gone')
    expect(await bot.messenger.edit({ platform: 'discord', chatId: '1', messageId: message.id }, reply, 'en')).toBe('gone')
  })

  test('that is no longer there is refused by core', async () => {
    const { fake } = house
    await rest('PUT', Routes.applicationCommands(fake.applicationId), [
      { name: 'pos', description: 'old', options: [{ type: 1, name: 'ancient', description: 'old' }] },
    ])
    expect((await fake.slash({ user: BOB, path: pos('ancient') })).text).toContain('command.unknown')
  })

  test('of another bot is ignored', async () => {
    const { fake, app } = house
    fake.addMember({ userId: '300000000000000009', name: 'robot', bot: true })
    unanswered(fake.slash({ user: '300000000000000009', path: pos('note', 'add'), options: { text: 'x' } }))
    await fake.heard()
    await house.bot.stop()
    expect(fake.requests.filter(({ path }) => path.endsWith('/callback'))).toEqual([])
    expect(app.data.notes).toEqual([])
  })

  test('that Discord gave up on has no effect', async () => {
    const { fake, app } = house
    const late = fake.waitForRequest({ path: /\/callback$/, code: 10062 })
    unanswered(fake.slash({ user: BOB, path: pos('note', 'add'), options: { text: 'late' } }))
    fake.advance(3_500)
    await late
    await house.bot.stop()
    expect(app.data.notes).toEqual([])
    expect(app.logged.at(-1)?.message).toBe('an interaction was already answered or came too late')
  })

  test('whose answer Discord refuses says so, with the number of the report', async () => {
    const { fake, app } = house
    const dispatch = app.dispatch
    const twice = { label: discordTexts.say('yes'), command: 'x', input: {}, allowed: 'owner', token: 'same' } as const
    const broken = Object.assign(
      async (request: Parameters<typeof dispatch>[0]) => {
        const answer = await dispatch(request)
        return { ...answer, reply: { ...answer.reply, buttons: [twice, twice] } }
      },
      { press: (press: Parameters<typeof dispatch.press>[0]) => dispatch.press(press) },
    )
    await house.bot.stop()
    const bot = await startDiscordBot({ app: { ...app, dispatch: broken }, token: fake.token, apiUrl: fake.apiUrl })
    const talk = await fake.slash({ user: BOB, path: pos('balance') })
    expect(talk.text).toContain('The command ran, but its answer could not be shown here.')
    expect(talk.text).toContain('BUG-1')
    expect(fake.violations.splice(0).map(({ problems }) => problems[0]?.code)).toEqual(['COMPONENT_CUSTOM_ID_DUPLICATED'])
    await bot.stop()
  })

  test('is acknowledged before any work when many are given at once: none of it can use up the three seconds of another', async () => {
    // How long that takes is measured by `bench/acknowledge.ts`; here the platform's clock stands still.
    const { fake, app } = house
    const talks = Array.from({ length: 150 }, () => fake.slash({ user: BOB, path: pos('wait') }))
    const isAcknowledgement = ({ path, status }: { path: string; status: number }) => path.endsWith('/callback') && status < 300
    await fake.until('an acknowledgement of each', () => fake.requests.filter(isAcknowledgement).length === talks.length)
    expect(app.data.waits).toBe(0)
    app.openGate()
    expect((await Promise.all(talks)).filter(({ text }) => text.includes('Waited.'))).toHaveLength(talks.length)
    expect(app.data.waits).toBe(talks.length)
  })

  test('beyond what runs at the same time is told to come back', async () => {
    const { fake, app } = house
    await house.restart(app, { maxRunning: 1 })
    const first = fake.slash({ user: BOB, path: pos('wait') })
    await app.waiting
    const busy = await fake.slash({ user: LIN, path: pos('status') })
    expect([busy.text.includes('此刻的请求非常多。'), busy.text.includes('fault.overload'), busy.ephemeral]).toEqual([true, true, true])
    app.openGate()
    expect((await first).text).toContain('Waited.')
    expect((await fake.slash({ user: LIN, path: pos('status') })).text).toContain('All is well.')
  })

  test('waits when Discord asks to wait', async () => {
    const { fake } = house
    fake.rateLimitNext(2, 0.05)
    const talk = await fake.slash({ user: BOB, path: pos('balance') })
    expect(talk.text).toContain('Balance')
    expect(fake.requests.filter((request) => request.status === 429).length).toBe(2)
  })
})

describe('a file', () => {
  const send = (id: string) => house.fake.slash({ user: BOB, path: pos('import'), options: { data: id } })

  test('is read as UTF-8, without its byte order mark', async () => {
    const { fake, app } = house
    expect((await send(fake.upload({ name: 'a.csv', content: '\ufeff成员,数量\r\n' }))).text).toContain('Read 7 characters.')
    await send(fake.upload({ name: 'b.csv', content: new Uint8Array([0x61, 0xff, 0x62]) }))
    expect(app.data.imports).toEqual(['成员,数量\r\n', 'a\ufffdb'])
  })

  test('that is too large is refused, also when it pretends to be small', async () => {
    const { fake, app } = house
    const content = 'x'.repeat(1024 * 1024 + 1)
    expect((await send(fake.upload({ name: 'large.csv', content }))).text).toContain('input.file_too_large')
    const lying = await send(fake.upload({ name: '*.csv', content, claimedSize: 10 }))
    expect(lying.text).toContain('The file “\\*.csv” is larger than 1 MB.')
    expect(app.data.imports).toEqual([])
  })

  test('that cannot be read is refused in the language of the member', async () => {
    const { fake } = house
    // Discord's addresses expire.
    const data = fake.upload({ name: 'gone.csv', content: 'x', gone: true })
    const refused = await fake.slash({ user: LIN, path: pos('import'), options: { data } })
    expect(refused.text).toContain('input.file_unreachable')
    expect(refused.text).toContain('请重新附上文件')
  })
})

describe('a button', () => {
  test('still works after a restart', async () => {
    const { fake, app } = house
    const card = await fake.slash({ user: ANN, path: pos('event', 'create'), options: { title: 'Call' } })
    await house.restart()
    const pressed = await fake.click({ user: BOB, message: present(card.messages[0]), label: 'Join' })
    await pressed.until('the answer', ({ text }) => text.includes('You joined EVT-1.'))
    expect(app.data.events[0]?.joined.length).toBe(1)
  })

  test('that nobody gave out is no longer in use', async () => {
    const { fake, channel } = house
    const components = [
      {
        type: ComponentType.ActionRow,
        components: [{ type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Old', custom_id: 'v0' }],
      },
    ]
    await rest('POST', `/channels/${channel}/messages`, { content: 'from long ago', components, allowed_mentions: { parse: [] } })
    const talk = await fake.click({ user: BOB, message: present(fake.messages(channel)[0]), label: 'Old' })
    await talk.until('the answer', ({ text }) => text.includes('button.gone'))
    expect(fake.messages(channel).map((message) => message.content)).toEqual(['from long ago'])
  })
})

describe('a question', () => {
  /** Asks for the wrong value of a field of `every`, opens the form, and gives it. */
  async function ask(field: string, wrong: string, value: string | readonly string[], user = ANN) {
    const { fake } = house
    const talk = await fake.slash({ user, path: pos('every'), options: { title: 'Kept', [field]: wrong } })
    const modal = present((await fake.click({ user, message: present(talk.messages[0]), label: user === LIN ? '填写' : 'Answer' })).modal)
    const answered = await fake.submitModal({ user, modal, fields: { value } })
    return { modal, answered }
  }

  test.each<[field: string, value: string[], found: string]>([
    ['open', ['no'], '"open":false'],
    ['kind', ['essay'], '"kind":"essay"'],
    ['member', [LIN], `"member":"<@${LIN}>"`],
  ])('about %s offers what there is to choose', async (field, value, found) => {
    const { fake } = house
    const talk = await asking('every', field, { title: 'Kept' })
    const modal = present((await fake.click({ user: ANN, message: present(talk.messages[0]), label: 'Answer' })).modal)
    const answered = await fake.submitModal({ user: ANN, modal, fields: { value } })
    expect(answered.text).toContain('"title":"Kept"')
    expect(answered.text).toContain(found)
  })

  test('about a file takes one, and asks again when it is too large', async () => {
    const { fake, app } = house
    const talk = await asking('import', 'data', {})
    const submit = async (content: string) => {
      const modal = present((await fake.click({ user: ANN, message: present(talk.messages[0]), label: 'Answer' })).modal)
      return fake.submitModal({ user: ANN, modal, fields: { value: [fake.upload({ name: 'a.csv', content })] } })
    }
    expect((await submit('x'.repeat(1024 * 1024 + 1))).text).toContain('input.file_too_large')
    expect((await submit('a,b')).text).toContain('Read 3 characters.')
    expect(app.data.imports).toEqual(['a,b'])
  })

  /** Restarts with a product that asks for one field of a command before it runs it. */
  async function asking(command: string, field: string, input: Record<string, string>) {
    const { fake, app } = house
    const { dispatch } = app
    const asks = async (request: Parameters<typeof dispatch>[0]) =>
      request.command === 'balance'
        ? dispatch({ ...request, command: 'outage' }).then((answer) => ({
            ...answer,
            reply: { ...answer.reply, ask: { command, field, input } },
          }))
        : dispatch(request)
    await house.restart({
      ...app,
      dispatch: Object.assign(asks, { press: (press: Parameters<typeof dispatch.press>[0]) => dispatch.press(press) }),
    })
    return fake.slash({ user: ANN, path: pos('balance') })
  }

  test('opens a form in the language of the member, and keeps the rest', async () => {
    const { modal, answered } = await ask('amount', '1e3', '12.5', LIN)
    expect([modal.title, modal.fields.map(({ label }) => label)]).toEqual(['包含每一种字段', ['奖励']])
    expect(answered.text).toContain('"title":"Kept","amount":"12500000000 nano"')
    expect(answered.buttons).toEqual([])
    expect(house.fake.messages(house.channel)).toEqual([])
  })

  test('survives a restart', async () => {
    const { fake } = house
    const talk = await fake.slash({ user: ANN, path: pos('every'), options: { title: 'Kept', minutes: '0' } })
    await house.restart()
    const modal = present((await fake.click({ user: ANN, message: present(talk.messages[0]), label: 'Answer' })).modal)
    await house.restart()
    expect((await fake.submitModal({ user: ANN, modal, fields: { value: '5' } })).text).toContain('"title":"Kept","minutes":5')
  })

  test('that is over is refused, and one that was asked since still waits', async () => {
    const { fake, app } = house
    const first = await fake.slash({ user: ANN, path: pos('every'), options: { title: 'First', minutes: '0' } })
    const second = await fake.slash({ user: ANN, path: pos('event', 'create'), options: { title: 'Second', minutes: '0' } })
    await second.until('the refusal', ({ messages }) => messages.length > 0)
    const open = async (talk: typeof first) =>
      present((await fake.click({ user: ANN, message: present(talk.messages[0]), label: 'Answer' })).modal)
    const [old, fresh] = [await open(first), await open(second)]
    expect((await fake.submitModal({ user: ANN, modal: old, fields: { value: '5' } })).text).toContain('button.gone')
    const card = await fake.submitModal({ user: ANN, modal: fresh, fields: { value: '5' } })
    await card.until('the card', ({ text }) => text.includes('Event EVT-1: Second'))
    app.advance(16 * 60_000)
    expect((await fake.submitModal({ user: ANN, modal: old, fields: { value: '5' } })).text).toContain('button.gone')
  })

  test('whose message is gone meanwhile is answered all the same, by a message of its own', async () => {
    const { fake } = house
    const talk = await fake.slash({ user: ANN, path: pos('event', 'create'), options: { title: 'Gone', minutes: '0' } })
    await talk.until('the refusal', ({ messages }) => messages.length > 0)
    const open = async () => present((await fake.click({ user: ANN, message: present(talk.messages[0]), label: 'Answer' })).modal)
    const [first, second] = [await open(), await open()]
    const card = await fake.submitModal({ user: ANN, modal: first, fields: { value: '5' } })
    await card.until('the card in place of the question', ({ messages }) => messages.length === 1)
    const late = await fake.submitModal({ user: ANN, modal: second, fields: { value: '5' } })
    await late.until('the answer', ({ text }) => text.includes('button.gone'))
    expect([late.ephemeral, house.app.logged.filter(({ level }) => level !== 'info')]).toEqual([true, []])
  })

  test('in a direct message is answered there', async () => {
    const { fake } = house
    const talk = await fake.slash({ user: BOB, dm: true, path: pos('note', 'drop'), options: { number: 'x' } })
    const modal = present((await fake.click({ user: BOB, message: present(talk.messages[0]), label: 'Answer' })).modal)
    const answered = await fake.submitModal({ user: BOB, modal, fields: { value: '3' } })
    expect(answered.text).toContain('note.unknown')
    expect(fake.messages(fake.directChannel(BOB)).length).toBe(1)
  })
})
