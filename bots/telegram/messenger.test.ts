import { afterEach, beforeEach, expect, it } from 'vitest'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { ANN, BOB, EVE, GROUP, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

const reply = (text: string): Reply => ({ audience: 'public', tone: 'info', lines: [sharedTexts.say('plain', { text })] })
const card = async () => {
  const shown = await stage.fake.send({ user: ANN, chat: GROUP, text: '/event_create Call' })
  return { shown: shown.last!, reference: stage.app.cards.get('EVT-1')![0]! }
}

it('sends to members, and knows who cannot be reached', async () => {
  const { messenger } = stage.bot
  expect(await messenger.sendPrivate(String(BOB), reply('Paid <b>'), 'en')).toBe('sent')
  expect(stage.fake.messages(BOB).map(({ text }) => text)).toEqual(['Paid <b>'])
  expect(await messenger.sendPrivate(String(EVE), reply('x'), 'en')).toBe('unreachable')
  expect(await messenger.sendPrivate('424242', reply('x'), 'en')).toBe('unreachable')
  stage.fake.block(BOB)
  expect(await messenger.sendPrivate(String(BOB), reply('x'), 'zh')).toBe('unreachable')
})

it('edits a card in place, the same text again too, and knows when it is gone', async () => {
  const { shown, reference } = await card()
  const { messenger } = stage.bot
  expect(await messenger.edit(reference, reply('Event EVT-1: 3 joined'), 'en')).toBe('edited')
  expect(await messenger.edit(reference, reply('Event EVT-1: 3 joined'), 'en')).toBe('edited')
  expect(stage.fake.messages(GROUP)).toMatchObject([{ messageId: shown.messageId, text: 'Event EVT-1: 3 joined', edits: 1 }])
  expect(await messenger.edit({ ...reference, messageId: '99999' }, reply('x'), 'en')).toBe('gone')
  stage.fake.setBotStatus(GROUP, 'kicked', ANN)
  expect(await messenger.edit(reference, reply('x'), 'en')).toBe('gone')
})

it('leaves a card behind that a moved group left behind', async () => {
  stage.fake.addGroup({ id: -77, title: 'Small', type: 'group' })
  await stage.fake.send({ user: ANN, chat: -77, text: '/event_create Call' })
  stage.fake.migrate(-77, -1_003_000_000_001, ANN)
  expect(await stage.bot.messenger.edit(stage.app.cards.get('EVT-1')![0]!, reply('x'), 'en')).toBe('gone')
})

it('leaves trying again to the worker, and tells when', async () => {
  const { fake, bot } = stage
  fake.rateLimitNext(1, 7, 'sendMessage')
  await expect(bot.messenger.sendPrivate(String(BOB), reply('x'), 'en')).rejects.toMatchObject({
    source: 'telegram',
    retryable: true,
    retryAfterMs: 7_000,
  })
  fake.failNext({ method: 'sendMessage', times: 1, kind: 'server-error' })
  await expect(bot.messenger.sendPrivate(String(ANN), reply('x'), 'en')).rejects.toMatchObject({ source: 'telegram', retryable: true })
  const { reference } = await card()
  fake.failNext({ method: 'editMessageText', times: 1, kind: 'drop-after' })
  await expect(bot.messenger.edit(reference, reply('y'), 'en')).rejects.toMatchObject({ source: 'telegram', retryable: true })
  expect(await bot.messenger.edit(reference, reply('y'), 'en')).toBe('edited')
})
