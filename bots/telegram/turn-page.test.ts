import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SentMessage } from '../../test/support/telegram/sent-message.ts'
import { ANN, BOB, EVE, GROUP, LIN, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'
import { readPageRequest } from './turn-page.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

const dataOf = (message: SentMessage, label: string): string => message.buttons.find(({ text }) => text === label)?.data ?? ''
const turn = async (message: SentMessage, label: string): Promise<SentMessage> => {
  const pressed = await stage.fake.press({ user: BOB, message, data: dataOf(message, label) })
  expect(pressed.messages).toEqual([])
  expect(pressed.callbackAnswer).toBeDefined()
  return pressed.edited[0]!
}
const rowsOf = (text: string): number[] => [...text.matchAll(/^Row ([\d,]+)/gm)].map(([, row = '']) => Number(row.replace(',', '')))

describe('a long answer', () => {
  it('is one message whose pages are turned over in place, forth and back, over a restart, and miss nothing', async () => {
    const answer = await stage.fake.send({ user: BOB, text: '/list kind:lines rows:3000' })
    expect(answer.messages).toHaveLength(1)
    let page = answer.last!
    const count = Number(/… Page 1 of (\d+)/.exec(page.text)?.[1])
    expect(count).toBeGreaterThan(3)
    expect(page.buttons.map(({ text }) => text)).toEqual(['Next ›'])
    const seen = rowsOf(page.text)
    for (let number = 2; number <= count; number++) {
      if (number === 3) {
        await stage.bot.stop()
        await stage.restart()
      }
      page = await turn(page, 'Next ›')
      expect(page.text).toContain(`… Page ${number} of ${count}`)
      expect(page.text.length).toBeLessThanOrEqual(4_096)
      seen.push(...rowsOf(page.text))
    }
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1))
    expect(page.buttons.map(({ text }) => text)).toEqual(['‹ Back'])
    expect((await turn(page, '‹ Back')).text).toContain(`… Page ${count - 1} of ${count}`)
    expect(stage.fake.messages(BOB)).toHaveLength(1)
  })

  it('keeps its own buttons on every page, and its words in the reader’s language', async () => {
    const answer = await stage.fake.send({ user: LIN, text: '/list kind:everything rows:300' })
    expect(answer.text).toContain('… 第 1 / ')
    const labels = answer.buttons.map(({ text }) => text)
    expect(labels.slice(0, 2)).toEqual(['下一页 ›', '第 1 行'])
  })

  it('that would fill more than forty pages says what is missing', async () => {
    const answer = await stage.fake.send({ user: BOB, text: '/list kind:fields rows:10000' })
    const data = dataOf(answer.last!, 'Next ›').replace(/\d+$/, '39')
    const last = await stage.fake.press({ user: BOB, message: answer.last!, data, forged: true })
    expect(last.edited[0]?.text).toMatch(/… [\d,]+ more lines do not fit here\.\n\n… Page 40 of 40$/)
  })

  it('comes by its link to who had not pressed Start', async () => {
    const note = await stage.fake.send({ user: EVE, chat: GROUP, text: '/list kind:lines rows:3000' })
    const payload = new URL(note.buttons[0]?.url ?? '').searchParams.get('start') ?? ''
    const answer = await stage.fake.startWith({ user: EVE, payload })
    expect(answer.messages).toHaveLength(1)
    expect(answer.text).toContain('… Page 1 of')
  })
})

describe('a page button that is not as it should be', () => {
  const button = async () => {
    const { last } = await stage.fake.send({ user: BOB, text: '/list kind:lines rows:3000' })
    return { message: last!, data: dataOf(last!, 'Next ›') }
  }

  it('of another member shows nothing of the answer', async () => {
    const { data } = await button()
    const { last } = await stage.fake.send({ user: ANN, text: '/status' })
    const pressed = await stage.fake.press({ user: ANN, message: last!, data, forged: true })
    expect(pressed.callbackAnswer).toMatchObject({ text: expect.stringContaining('belongs to another member'), showAlert: true })
    expect(pressed.text).toBe('')
  })

  it('of an answer that is no longer kept says so', async () => {
    const { message } = await button()
    const pressed = await stage.fake.press({ user: BOB, message, data: 'p1.answer-99.1', forged: true })
    expect(pressed.callbackAnswer).toMatchObject({ text: 'That answer is no longer kept. Send the command here again.' })
  })

  it('for a page that is not there shows the last, and for a message that is gone a new one', async () => {
    const { message, data } = await button()
    const far = await stage.fake.press({ user: BOB, message, data: data.replace(/\d+$/, '999'), forged: true })
    expect(far.edited[0]?.buttons.map(({ text }) => text)).toEqual(['‹ Back'])
    await fetch(`${stage.fake.apiRoot}/bot${stage.fake.token}/deleteMessage?chat_id=${BOB}&message_id=${message.messageId}`)
    const gone = await stage.fake.press({ user: BOB, message, data, forged: true })
    expect(gone.messages[0]?.text).toContain('… Page 2 of')
  })

  it.each(['p1.', 'p1.short.1', 'p1.answer-1.1234', 'p1.answer-1', 'p2.answer-1.1', 'p1.answer-1.-1', 'x p1.answer-1.1'])(
    'is none: %j',
    (data) => {
      expect(readPageRequest(data)).toBeUndefined()
    },
  )
})
