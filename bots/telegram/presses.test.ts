import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANN, BOB, EVE, GROUP, LIN, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

const undo = async (user: number) => {
  const answer = await stage.fake.send({ user, text: '/note_add one' })
  return { message: answer.last!, data: answer.buttons[0]?.data ?? '' }
}
const card = async () => {
  const answer = await stage.fake.send({ user: ANN, chat: GROUP, text: '/event_create Call' })
  const [join, cancel] = answer.buttons.map((button) => button.data ?? '')
  return { message: answer.last!, join: join!, cancel: cancel! }
}

describe('a press in private', () => {
  it('is answered at once, and its message becomes the result', async () => {
    const pressed = await stage.fake.press({ user: BOB, ...(await undo(BOB)) })
    expect(pressed.callbackAnswer).toEqual({ showAlert: false, cacheTime: 0 })
    expect(pressed.messages).toEqual([])
    expect(pressed.edited).toMatchObject([{ text: '✅ Note 1 is dropped.', buttons: [] }])
  })

  it('is answered before the command has ended', async () => {
    const { fake, app } = stage
    const button = await waitButton()
    const pressed = fake.press({ user: BOB, ...button })
    await app.waiting
    await fake.until(() => fake.requestsOf('answerCallbackQuery')[0], 'the answer to the press')
    expect(app.data.waits).toBe(0)
    app.openGate()
    expect((await pressed).text).toContain('Waited.')
  })

  it('refused: the message stays, the refusal follows', async () => {
    const button = await undo(BOB)
    await stage.fake.press({ user: BOB, ...button })
    const again = await stage.fake.press({ user: BOB, ...button, forged: true })
    expect(again.edited).toEqual([])
    expect(again.text).toContain('button.used')
    const foreign = await stage.fake.press({ user: BOB, ...button, data: 'made-up', forged: true })
    expect(foreign.text).toContain('button.gone')
  })

  it('of a message that is gone, or too late to be answered, still shows its result', async () => {
    const { fake } = stage
    const button = await undo(BOB)
    const late = await fake.press({ user: BOB, ...button, expired: true })
    expect(late.callbackAnswer).toBeUndefined()
    expect(late.text).toBe('✅ Note 1 is dropped.')
    const other = await undo(BOB)
    await fetch(`${fake.apiRoot}/bot${fake.token}/deleteMessage?chat_id=${BOB}&message_id=${other.message.messageId}`)
    const gone = await fake.press({ user: BOB, ...other, forged: true })
    expect(gone.messages.map(({ text }) => text)).toEqual(['✅ Note 2 is dropped.'])
  })

  it('delivered twice has one effect', async () => {
    const pressed = await stage.fake.press({ user: BOB, ...(await undo(BOB)) })
    await stage.fake.redeliver(pressed.updateId)
    expect(stage.app.data.notes).toMatchObject([{ dropped: true }])
    expect(stage.app.bugs).toEqual([])
  })

  async function waitButton() {
    // The sample has no button for `wait`: one is issued as dispatch would.
    const { app } = stage
    const button = await undo(BOB)
    const press = app.dispatch.press.bind(app.dispatch)
    app.dispatch.press = (pressed) =>
      pressed.token === button.data
        ? app.dispatch({ account: pressed.account, place: pressed.place, command: 'wait', input: {}, key: pressed.key })
        : press(pressed)
    return button
  }
})

describe('a press in a group', () => {
  it('shows a short private answer to the presser alone, over the chat and in their language', async () => {
    const { message, join } = await card()
    const pressed = await stage.fake.press({ user: LIN, message, data: join })
    expect(pressed.callbackAnswer).toMatchObject({ text: '您已参加 EVT-1。', showAlert: true })
    expect([...pressed.messages, ...pressed.edited]).toEqual([])
  })

  it('refuses the button of another member in the same way', async () => {
    const { message, cancel } = await card()
    const pressed = await stage.fake.press({ user: BOB, message, data: cancel })
    expect(pressed.callbackAnswer?.text).toContain('button.other_member')
    expect(stage.app.data.events).toMatchObject([{ cancelled: false }])
    const own = await stage.fake.press({ user: ANN, message, data: cancel })
    expect(own.callbackAnswer).toEqual({ showAlert: false, cacheTime: 0 })
    expect(own.messages).toMatchObject([{ chatId: GROUP, text: '✅ EVT-1 is cancelled.', replyTo: message.messageId }])
  })

  it('brings a longer answer to the private chat, and opens it for those who never started', async () => {
    const { message, join } = await card()
    const press = stage.app.dispatch.press.bind(stage.app.dispatch)
    stage.app.dispatch.press = ({ account, place, key }) => stage.app.dispatch({ account, place, command: 'balance', input: {}, key })
    const bob = await stage.fake.press({ user: BOB, message, data: join })
    expect(bob.callbackAnswer?.text).toBe('The answer is for you alone: I sent it to our private chat.')
    expect(bob.messages).toMatchObject([{ chatId: BOB }])
    const eve = await stage.fake.press({ user: EVE, message, data: join })
    const url = new URL(eve.callbackAnswer?.url ?? '')
    expect(eve.messages).toEqual([])
    stage.app.dispatch.press = press
    expect((await stage.fake.startWith({ user: EVE, payload: url.searchParams.get('start') ?? '' })).text).toContain('1,234.50 PoS')
  })

  it('shows a late answer by a link when nothing else is left', async () => {
    const { fake, app } = stage
    const { message, join } = await card()
    app.dispatch.press = ({ account, place, key }) => app.dispatch({ account, place, command: 'wait', input: {}, key })
    const pressed = fake.press({ user: EVE, message, data: join })
    await fake.until(() => fake.requestsOf('answerCallbackQuery')[0], 'the end of the waiting sign')
    app.openGate()
    const shown = await pressed
    expect(shown.messages).toMatchObject([{ chatId: GROUP, text: 'The answer is for you alone. Open our private chat to read it.' }])
  })
})
