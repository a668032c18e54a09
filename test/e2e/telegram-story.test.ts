import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FIRST_WEEK } from './chat-story.ts'
import { playFirstWeek } from './run-story.ts'
import { startTelegramStage, type TelegramStage } from './telegram-stage.ts'

describe.each([
  ['without a break', false],
  ['killed and started again after every step that changes something', true],
])('a first week on Telegram, %s', (_how, killed) => {
  let stage: TelegramStage
  beforeAll(async () => {
    stage = await startTelegramStage()
  }, 180_000)
  afterAll(() => stage?.close())

  test('ends with everybody paid once', { timeout: 600_000 }, async () => {
    expect(await playFirstWeek(stage, { killed })).toEqual(FIRST_WEEK)
    // Told where she looked for it, and nowhere else.
    const told = stage.inbox('Ann').filter((text) => text.includes('A wallet was linked to your account'))
    expect(told.length).toBeGreaterThan(0)
    for (const text of told) expect(text).toContain('New for you')
    expect(stage.problems()).toEqual([])
  })
})
