import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANN, BOB, EVE, GROUP, LIN, startTelegramStage, TOPIC, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage({ chatId: String(GROUP) })
})
afterEach(() => stage.close())

const payloadOf = (url: string | undefined): string => new URL(url ?? '').searchParams.get('start') ?? ''
const groupTexts = (): string[] => stage.fake.messages(GROUP).map((message) => message.text)

describe('answers in a group', () => {
  it('shows public answers under the command, in its topic', async () => {
    const answer = await stage.fake.send({ user: LIN, chat: GROUP, topicId: TOPIC, text: '/status' })
    expect(answer.text).toBe('All is well.')
    expect(answer.last).toMatchObject({ chatId: GROUP, topicId: TOPIC, replyTo: stage.fake.history(GROUP)[0]?.messageId })
  })

  it('tells dispatch which group and topic it was', async () => {
    const { fake, requests } = stage
    await fake.send({ user: BOB, chat: GROUP, topicId: TOPIC, text: '/status' })
    await fake.send({ user: BOB, chat: GROUP, text: '/status' })
    expect(requests.map(({ place }) => place)).toEqual([
      { kind: 'group', chatId: String(GROUP), threadId: String(TOPIC), communityId: String(GROUP) },
      { kind: 'group', chatId: String(GROUP), communityId: String(GROUP) },
    ])
  })

  it('remembers a card of the group', async () => {
    const answer = await stage.fake.send({ user: ANN, chat: GROUP, text: '/event_create Call' })
    expect(stage.app.cards.get('EVT-1')).toEqual([
      { platform: 'telegram', chatId: String(GROUP), messageId: String(answer.last?.messageId) },
    ])
    expect(answer.buttons.map(({ raw }) => raw['style'])).toEqual(['primary', 'danger'])
  })

  it('shows nothing private in the group: it goes to the private chat, and a note says so', async () => {
    const answer = await stage.fake.send({ user: BOB, chat: GROUP, text: '/balance', atLeast: 2 })
    expect(answer.messages.map(({ chatId }) => chatId)).toEqual([BOB, GROUP])
    expect(groupTexts()).toEqual(['The answer is for you alone: I sent it to our private chat.'])
    expect(stage.fake.messages(BOB)[0]?.text).toContain('1,234.50 PoS')
    expect(stage.fake.messages(GROUP)[0]?.buttons).toMatchObject([{ text: 'Open privately / 私聊查看', url: 'https://t.me/pos_test_bot' }])
  })

  it('keeps refusals private too', async () => {
    await stage.fake.send({ user: BOB, chat: GROUP, text: '/event_create Call', atLeast: 2 })
    expect(stage.fake.messages(BOB)[0]?.text).toContain('command.forbidden')
    expect(groupTexts().join()).not.toContain('forbidden')
  })

  it('is silent to talk, to commands it does not know and to those of other bots', async () => {
    const { fake } = stage
    fake.setBotStatus(GROUP, 'administrator', ANN)
    await fake.sendNoAnswer({ user: BOB, chat: GROUP, text: 'balance' })
    await fake.sendNoAnswer({ user: BOB, chat: GROUP, text: '/nonsense' })
    await fake.sendNoAnswer({ user: BOB, chat: GROUP, text: '/status@another_bot' })
    await fake.sendNoAnswer({ user: BOB, chat: GROUP, text: 'look: /status' })
    const origin = { type: 'hidden_user', date: 1, sender_user_name: 'X' }
    await fake.sendNoAnswer({ user: BOB, chat: GROUP, text: '/status', fields: { forward_origin: origin } })
    expect((await fake.send({ user: BOB, chat: GROUP, text: '/nonsense@pos_test_bot', atLeast: 2 })).text).toContain(
      'There is no command “nonsense”',
    )
  })

  it('explains to an anonymous administrator, in both languages, and runs nothing', async () => {
    const answer = await stage.fake.fromBot({ chat: GROUP, text: '/note_add x' })
    expect(answer.text).toContain('You write as an anonymous administrator')
    expect(answer.text).toContain('您正以匿名管理员身份发言')
    expect((await stage.fake.fromBot({ chat: GROUP, text: 'good morning' })).messages).toEqual([])
    expect(stage.app.data.notes).toEqual([])
  })

  it('asks in private for what is missing, and shows the public result in the group', async () => {
    const { fake, app } = stage
    await fake.send({ user: ANN, chat: GROUP, topicId: TOPIC, text: '/event_create', atLeast: 2 })
    expect(fake.messages(ANN)[0]?.text).toContain('Send the value for “Title” now, or /cancel.')
    await stage.bot.stop()
    await stage.restart()
    const answer = await fake.send({ user: ANN, text: 'Weekly call' })
    expect(answer.text).toBe('It is shown in the group.')
    expect(fake.messages(GROUP).at(-1)).toMatchObject({ topicId: TOPIC, text: '✅ Event EVT-1: Weekly call' })
    expect(app.cards.get('EVT-1')).toMatchObject([{ chatId: String(GROUP) }])
  })
})

describe('members who never started the bot', () => {
  it('get a link that shows the answer in private, without doing anything twice', async () => {
    const { fake, app } = stage
    const note = await fake.send({ user: EVE, chat: GROUP, text: '/note_add secret' })
    expect(note.text).toBe('The answer is for you alone. Open our private chat to read it.')
    expect(note.messages).toHaveLength(1)
    const payload = payloadOf(note.buttons[0]?.url)
    expect(payload).toMatch(/^r_/)
    await stage.bot.stop()
    await stage.restart()
    expect((await fake.startWith({ user: EVE, payload })).text).toBe('✅ Note 1 is kept: secret')
    expect(app.data.notes).toHaveLength(1)
  })

  it('give no one else a way to the answer', async () => {
    const note = await stage.fake.send({ user: EVE, chat: GROUP, text: '/balance' })
    const answer = await stage.fake.startWith({ user: BOB, payload: payloadOf(note.buttons[0]?.url) })
    expect(answer.text).toContain('That button belongs to another member.')
    const forged = payloadOf(note.buttons[0]?.url).replace(/^r_(.+)_.{8}_/, 'r_$1_AAAAAAAA_')
    expect((await stage.fake.startWith({ user: EVE, payload: forged })).text).toContain('That button belongs to another member.')
  })

  it('get an answer that was kept when the command is too long for a link', async () => {
    const { fake } = stage
    const note = await fake.send({ user: EVE, chat: GROUP, text: `/note_add ${'long '.repeat(12)}` })
    const payload = payloadOf(note.buttons[0]?.url)
    expect(payload).toMatch(/^k_/)
    expect((await fake.startWith({ user: BOB, payload })).text).toContain('That button belongs to another member.')
    expect((await fake.startWith({ user: EVE, payload })).text).toContain('Note 1 is kept: long')
    await stage.bot.stop()
    await stage.restart()
    expect((await fake.startWith({ user: EVE, payload })).text).toContain('Note 1 is kept: long')
    expect((await fake.startWith({ user: EVE, payload: 'k_answer-99' })).text).toContain('That answer is no longer kept.')
  })

  it('blocked it again: the same, and nothing breaks', async () => {
    stage.fake.block(BOB)
    expect((await stage.fake.send({ user: BOB, chat: GROUP, text: '/balance' })).text).toContain('Open our private chat')
    expect(stage.app.bugs).toEqual([])
  })
})

describe('links of others', () => {
  it.each([
    ['c_status', 'All is well.'],
    ['c_note_add', 'Send the value for “Text” now'],
    ['c_wait', 'The link asks for wait, which changes something.'],
    ['c_nonsense', 'I read text and text files;'],
    ['checkin_12-7K3M-9QRT', 'There is no command “checkin”.'],
    ['k_AAAAAAAAAAAA', 'That answer is no longer kept.'],
    [undefined, 'I read text and text files;'],
  ])('opened with %s', async (payload, text) => {
    expect((await stage.fake.startWith({ user: BOB, ...(payload === undefined ? {} : { payload }) })).text).toContain(text)
    expect(stage.app.data.waits).toBe(0)
  })
})

describe('a group that moves', () => {
  const NEW = -1_003_000_000_001
  const communities = (): unknown[] => stage.requests.map(({ place }) => [place.chatId, place.communityId])

  it('goes on under its new id, as the same community', async () => {
    const { fake, app } = stage
    fake.addGroup({ id: -77, title: 'Small', type: 'group' })
    await fake.send({ user: BOB, chat: -77, text: '/status' })
    fake.migrate(-77, NEW, ANN)
    await fake.send({ user: BOB, chat: NEW, text: '/status@pos_test_bot' })
    expect(communities()).toEqual([
      ['-77', '-77'],
      [String(NEW), String(NEW)],
    ])
    expect(await stage.records.memory.moves('telegram')).toEqual([{ from: '-77', to: String(NEW) }])
    expect(app.logged.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { from: -77, to: NEW } }])
    expect(app.bugs).toEqual([])
  })

  it('is found again at the start, when the settings still name the old id', async () => {
    await stage.close()
    stage = await startTelegramStage({
      chatId: '-77',
      before: (fake) => {
        fake.addGroup({ id: -77, title: 'Small', type: 'group' })
        fake.migrate(-77, NEW, ANN)
      },
    })
    await stage.fake.send({ user: BOB, chat: NEW, text: '/status@pos_test_bot' })
    expect(communities()).toEqual([[String(NEW), String(NEW)]])
    expect(stage.app.logged.filter(({ level }) => level !== 'info')).toMatchObject([{ fields: { from: -77, to: NEW } }])
  })

  it('shows an answer that was under way when it moved', async () => {
    const { fake, app } = stage
    fake.addGroup({ id: -77, title: 'Small', type: 'group' })
    await fake.send({ user: ANN, chat: -77, text: '/event_create', atLeast: 2 })
    fake.migrate(-77, NEW, ANN)
    expect((await fake.send({ user: ANN, text: 'Call' })).text).toBe('It is shown in the group.')
    expect(fake.messages(NEW).map(({ text }) => text)).toEqual(['✅ Event EVT-1: Call'])
    expect(app.cards.get('EVT-1')).toMatchObject([{ chatId: String(NEW) }])
  })
})
