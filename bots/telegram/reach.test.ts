import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { ANN, BOB, EVE, GROUP, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

const reply: Reply = { audience: 'private', tone: 'info', lines: [sharedTexts.say('plain', { text: 'Paid' })] }
const sendTo = (user: number) => stage.bot.messenger.sendPrivate(String(user), reply, { language: 'en', timeZone: 'UTC' })
const calls = () => stage.fake.requestsOf('sendMessage').length
const nameOf = (user: number) => `telegram:${user}`
const untilNoted = (holds: () => boolean) => expect.poll(holds).toBe(true)

describe('those who take no messages', () => {
  it('are tried once and then left alone, also after a restart, and what is not sent is counted', async () => {
    stage.fake.block(BOB)
    await untilNoted(() => stage.records.unreachable.has(nameOf(BOB)))
    expect(await sendTo(BOB)).toBe('unreachable')
    expect(await sendTo(EVE)).toBe('unreachable')
    expect(calls()).toBe(1)
    await stage.bot.stop()
    const { messenger } = await stage.restart()
    for (let sent = 0; sent < 3; sent++)
      expect(await messenger.sendPrivate(String(EVE), reply, { language: 'en', timeZone: 'UTC' })).toBe('unreachable')
    expect(calls()).toBe(1)
    expect(Object.fromEntries(stage.records.heldBack)).toEqual({ [nameOf(BOB)]: 1, [nameOf(EVE)]: 4 })
  })

  it('are met when an answer cannot be shown to them, and the answer waits behind a link', async () => {
    const note = await stage.fake.send({ user: EVE, chat: GROUP, text: '/balance' })
    expect(note.text).toBe('The answer is for you alone. Open our private chat to read it.')
    expect(stage.records.unreachable).toEqual(new Set([nameOf(EVE)]))
    // What they ask for themselves is always tried.
    await stage.fake.send({ user: EVE, chat: GROUP, text: '/balance' })
    expect(stage.fake.requestsOf('sendMessage').filter(({ payload }) => payload['chat_id'] === EVE)).toHaveLength(2)
  })

  it('are written to again when they press Start, press a button or unblock the bot', async () => {
    const { fake, records } = stage
    expect(await sendTo(EVE)).toBe('unreachable')
    await fake.startWith({ user: EVE })
    expect(await sendTo(EVE)).toBe('sent')
    const shown = await fake.send({ user: BOB, text: '/note_add x' })
    await records.memory.lost({ platform: 'telegram', userId: String(BOB) }, 0)
    await fake.press({ user: BOB, message: shown.last!, data: shown.buttons[0]?.data ?? '' })
    expect(records.unreachable.has(nameOf(BOB))).toBe(false)
    fake.block(BOB)
    await untilNoted(() => records.unreachable.has(nameOf(BOB)))
    fake.unblock(BOB)
    await untilNoted(() => !records.unreachable.has(nameOf(BOB)))
    expect(await sendTo(BOB)).toBe('sent')
  })

  it('in the group are still heard, and still left alone in private', async () => {
    stage.fake.block(BOB)
    await untilNoted(() => stage.records.unreachable.has(nameOf(BOB)))
    expect((await stage.fake.send({ user: BOB, chat: GROUP, text: '/status' })).text).toBe('All is well.')
    expect(stage.records.unreachable.has(nameOf(BOB))).toBe(true)
  })

  it('do not keep others from their answers when the note cannot be made', async () => {
    stage.records.memory.found = () => Promise.reject(new Error('no database'))
    stage.records.memory.lost = () => Promise.reject(new Error('no database'))
    expect((await stage.fake.send({ user: BOB, text: '/status' })).text).toBe('All is well.')
    expect((await stage.fake.send({ user: EVE, chat: GROUP, text: '/balance' })).text).toContain('Open our private chat')
    expect(stage.app.bugs).toEqual([])
  })
})

describe('groups', () => {
  it('that take the bot in, make it an administrator or put it out are remembered', async () => {
    const { fake, records } = stage
    const status = () => records.groups.get(String(GROUP))
    fake.setBotStatus(GROUP, 'administrator', ANN)
    await untilNoted(() => status()?.status === 'administrator')
    expect(status()).toEqual({ platform: 'telegram', chatId: String(GROUP), status: 'administrator', title: 'Community' })
    fake.setBotStatus(GROUP, 'kicked', ANN)
    await untilNoted(() => status()?.status === 'kicked')
    fake.setBotStatus(GROUP, 'member', ANN)
    await untilNoted(() => status()?.status === 'member')
    expect(stage.app.memberships).toEqual([`in telegram ${GROUP}`, `put out telegram ${GROUP}`, `in telegram ${GROUP}`])
    expect((await fake.send({ user: BOB, chat: GROUP, text: '/status' })).text).toBe('All is well.')
  })
})
