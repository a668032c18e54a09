import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FIRST_WEEK } from './chat-story.ts'
import { playFirstWeek } from './run-story.ts'
import { startDiscordStage, type DiscordStage } from './discord-stage.ts'

describe.each([
  ['without a break', false],
  ['killed and started again after every step that changes something', true],
])('a first week on Discord, %s', (_how, killed) => {
  let stage: DiscordStage
  beforeAll(async () => {
    stage = await startDiscordStage()
  }, 180_000)
  afterAll(() => stage?.close())

  test('ends with everybody paid once', { timeout: 600_000 }, async () => {
    expect(await playFirstWeek(stage, { killed })).toEqual(FIRST_WEEK)
    // Nothing was asked for, so nothing was sent.
    expect(stage.inbox('Ann')).toEqual([])
    expect(stage.problems()).toEqual([])
  })
})
