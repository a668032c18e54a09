import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANN, BOB, GROUP, LIN, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

describe('commands in private', () => {
  it.each([
    '/note_add buy milk',
    '/note add buy milk',
    '/note_add@pos_test_bot buy milk',
    '/Note_Add text:"buy milk"',
    'note add buy milk',
  ])('reads %s', async (text) => {
    const answer = await stage.fake.send({ user: BOB, text })
    expect(answer.text).toBe('✅ Note 1 is kept: buy milk')
    expect(answer.parseMode).toBe('HTML')
    expect(answer.buttons.map((button) => button.text)).toEqual(['Undo'])
    expect(answer.last?.replyTo).toBeUndefined()
  })

  it('tells who sent it: id, whole name, handle and language', async () => {
    const { fake, requests } = stage
    fake.addUser({ id: 900, firstName: ' Wei\u202e', username: 'wei_1', languageCode: 'zh-hans', started: true })
    const fields = {
      from: { id: 900, is_bot: false, first_name: ' Wei\u202e', last_name: 'Li', username: 'wei_1', language_code: 'zh-hans' },
    }
    const answer = await fake.send({ user: 900, text: '/balance', fields })
    expect(answer.text).toContain('余额')
    expect(requests).toEqual([
      {
        account: { platform: 'telegram', userId: '900', name: 'Wei Li', handle: 'wei_1', locale: 'zh-hans' },
        place: { kind: 'private', chatId: '900' },
        command: 'balance',
        input: {},
        key: expect.stringMatching(new RegExp(`^telegram:${answer.updateId}\\.[0-9a-z]{3}$`)),
      },
    ])
  })

  it('shows instants in the reader’s zone, with its name', async () => {
    expect((await stage.fake.send({ user: BOB, text: 'balance' })).text).toContain('2027-02-04 02:00 (Asia/Shanghai)')
  })

  it('answers unknown words and unknown commands as the core does, and ignores commands for other bots', async () => {
    expect((await stage.fake.send({ user: BOB, text: 'hello there' })).text).toContain('There is no command “hello”.')
    const unknown = await stage.fake.send({ user: LIN, text: '/nonsense 1' })
    expect(unknown.text).toContain('没有“nonsense”这个命令。')
    expect(unknown.last?.entities).toContainEqual(expect.objectContaining({ type: 'code' }))
    await stage.fake.sendNoAnswer({ user: BOB, text: '/balance@another_bot' })
  })

  it('answers an update once, however often it comes, also after a restart', async () => {
    const answer = await stage.fake.send({ user: BOB, text: '/note_add once' })
    expect((await stage.fake.redeliver(answer.updateId)).messages).toEqual([])
    await stage.bot.stop()
    await stage.restart()
    expect((await stage.fake.redeliver(answer.updateId)).messages).toEqual([])
    expect(stage.app.data.notes).toHaveLength(1)
  })
})

describe('what never runs a command', () => {
  it('explains an edit in private, and is silent to it in a group', async () => {
    const { fake } = stage
    await fake.send({ user: BOB, text: '/status' })
    const edited = await fake.edit({ user: BOB, message: fake.history(BOB)[0]!, text: '/note_add x' })
    expect(edited.text).toContain('Editing a message changes nothing that was done.')
    await fake.send({ user: BOB, chat: GROUP, text: '/status' })
    const before = fake.messages(GROUP).length
    await fake.edit({ user: BOB, message: fake.history(GROUP).find(({ text }) => text === '/status')!, text: '/note_add x' })
    expect(fake.messages(GROUP)).toHaveLength(before)
    expect(stage.app.data.notes).toEqual([])
  })

  it('does not even ask for channel posts and the like', async () => {
    const { fake } = stage
    fake.addChannel({ id: -1_002_000_000_001, title: 'News' })
    await fake.send({ user: BOB, text: '/status' })
    await expect(fake.channelPost({ chat: -1_002_000_000_001, text: '/note_add x' })).rejects.toThrow('does not listen to channel_post')
    expect(stage.app.data.notes).toEqual([])
  })

  it('explains forwarded messages, and is silent to what came through or from a bot', async () => {
    const origin = { type: 'user', date: 1, sender_user: { id: ANN, is_bot: false, first_name: 'Ann' } }
    const forwarded = await stage.fake.send({ user: BOB, text: '/note_add x', fields: { forward_origin: origin } })
    expect(forwarded.text).toContain('A forwarded message is not run as a command.')
    await stage.fake.sendNoAnswer({ user: BOB, text: '/note_add x', fields: { via_bot: { id: 5, is_bot: true, first_name: 'Via' } } })
    await stage.fake.fromBot({ chat: GROUP, text: '/note_add x', bot: { id: 6, first_name: 'Robo', username: 'robo_bot' } })
    expect(stage.fake.messages(GROUP)).toEqual([])
    expect(stage.app.data.notes).toEqual([])
  })

  it('is said in the language that the member chose, not in that of their client', async () => {
    stage.app.chooseLanguage({ platform: 'telegram', userId: String(BOB) }, 'zh')
    const forwarded = { forward_origin: { type: 'hidden_user', date: 1, sender_user_name: 'Ann' } }
    expect((await stage.fake.send({ user: BOB, text: '/note_add x', fields: forwarded })).text).toContain('转发的消息不会作为命令执行。')
  })

  it('says what it reads when it gets a sticker', async () => {
    const sticker = { file_id: 's', file_unique_id: 'u', type: 'regular', width: 1, height: 1, is_animated: false, is_video: false }
    const answer = await stage.fake.send({ user: LIN, text: 'x', fields: { text: undefined, entities: undefined, sticker } })
    expect(answer.text).toBe('我能读文字和文本文件；表单要求文件时，也可以发图片和其他文件。发送 help 查看我能做什么。')
  })
})

describe('questions', () => {
  const forced = { force_reply: true, input_field_placeholder: 'Minutes' }

  it('asks for what is missing or wrong, keeps the rest, and runs the command with the answer', async () => {
    const { fake, app } = stage
    const asked = await fake.send({ user: ANN, text: '/event_create title:"Weekly call" minutes:soon' })
    expect(asked.text).toContain('input.integer')
    expect(asked.text).toContain('Send the value for “Minutes” now, or /cancel.')
    expect(asked.last?.replyMarkup).toEqual(forced)
    const again = await fake.send({ user: ANN, text: '9999' })
    expect(again.last?.replyMarkup).toEqual(forced)
    expect((await fake.send({ user: ANN, text: '30' })).text).toContain('Event EVT-1: Weekly call')
    expect((await fake.send({ user: ANN, text: '30' })).text).toContain('There is no command “30”')
    expect(app.cards.get('EVT-1')).toEqual([{ platform: 'telegram', chatId: String(ANN), messageId: expect.stringMatching(/^\d+$/) }])
  })

  it('takes a free text that begins like a command, but not a command itself', async () => {
    const { fake } = stage
    await fake.send({ user: ANN, text: '/event_create' })
    expect((await fake.send({ user: ANN, text: 'Balance of the year' })).text).toContain('Event EVT-1: Balance of the year')
    await fake.send({ user: ANN, text: '/event_create' })
    expect((await fake.send({ user: ANN, text: 'balance' })).text).toContain('Available')
    expect((await fake.send({ user: ANN, text: 'Second call' })).text).toContain('There is no command “Second”')
    await fake.send({ user: ANN, text: '/event_create minutes:x' })
    expect((await fake.send({ user: ANN, text: 'status' })).text).toContain('All is well.')
  })

  it('survives a restart', async () => {
    await stage.fake.send({ user: ANN, text: '/event_create' })
    await stage.bot.stop()
    await stage.restart()
    expect((await stage.fake.send({ user: ANN, text: 'Call' })).text).toContain('Event EVT-1: Call')
  })

  it.each(['/cancel', 'cancel', '取消'])('ends with %s', async (word) => {
    await stage.fake.send({ user: ANN, text: '/event_create' })
    expect((await stage.fake.send({ user: ANN, text: word })).text).toBe('Cancelled. Nothing was done.')
    expect((await stage.fake.send({ user: ANN, text: word })).text).toBe('Nothing was waiting for you.')
    expect(stage.app.data.events).toEqual([])
  })

  it('offers choices as keys', async () => {
    const asked = await stage.fake.send({ user: BOB, text: '/list nonsense 3' })
    expect(asked.last?.replyMarkup).toMatchObject({
      one_time_keyboard: true,
      keyboard: [
        [{ text: 'lines' }, { text: 'fields' }],
        [{ text: 'table' }, { text: 'buttons' }],
        [{ text: 'verbatim' }, { text: 'everything' }],
        [{ text: 'options' }],
      ],
    })
    expect((await stage.fake.send({ user: BOB, text: 'lines' })).text).toContain('Row 3')
  })
})

describe('files', () => {
  const csv = { name: 'members.csv', bytes: Buffer.from('\ufeffname,amount\nAnn,1\n') }

  it('reads a document whose caption is a command, without its byte order mark', async () => {
    const answer = await stage.fake.send({ user: BOB, text: '/import', document: csv })
    expect(answer.text).toBe('✅ Read 18 characters.')
    expect(stage.app.data.imports).toEqual(['name,amount\nAnn,1\n'])
  })

  it('reads a document that answers a question, whatever it is made of', async () => {
    const asked = await stage.fake.send({ user: BOB, text: '/import' })
    expect(asked.text).toContain('input.missing')
    const latin = { name: 'x.csv', bytes: Buffer.from([0x61, 0xff, 0x62]) }
    await stage.fake.send({ user: BOB, text: '', document: latin })
    expect(stage.app.data.imports).toEqual(['a\ufffdb'])
  })

  it('refuses what is too large before it is fetched, and what the command does not take', async () => {
    const { fake, app } = stage
    const large = { name: 'large.csv', bytes: Buffer.alloc(1_000_001, 'x') }
    expect((await fake.send({ user: BOB, text: '/import', document: large })).text).toContain('The file is larger than 1,000 kB.')
    expect(fake.requestsOf('getFile')).toEqual([])
    const lying = { file_id: 'file-1', file_unique_id: 'u', file_name: 'x', file_size: 5 }
    expect((await fake.send({ user: BOB, text: '/import', document: large, fields: { document: lying } })).text).toContain('file.too_large')
    expect((await fake.send({ user: BOB, text: '/balance', document: csv })).text).toContain('The command takes no “file”.')
    expect((await fake.send({ user: BOB, text: '', document: csv })).text).toContain('I do not know what to do with this file.')
    expect(app.data.imports).toEqual([])
  })

  it('says when Telegram does not hand the file over, and keeps the question', async () => {
    const { fake, app } = stage
    await fake.send({ user: BOB, text: '/import' })
    fake.failNext({ method: 'getFile', times: 1, kind: 'server-error' })
    expect((await fake.send({ user: BOB, text: '', document: csv })).text).toContain('file.lost')
    await fake.send({ user: BOB, text: '', document: csv })
    expect(app.data.imports).toHaveLength(1)
  })

  it('sends a file with its text as caption, and text to copy as a block', async () => {
    const answer = await stage.fake.send({ user: BOB, text: '/sign' })
    expect(answer.messages).toHaveLength(1)
    expect(answer.last?.file?.fileName).toBe('message.csv')
    expect(answer.last?.entities.map(({ type }) => type)).toEqual(['code', 'pre'])
  })
})
