import { afterEach, beforeEach, expect, it } from 'vitest'
import { ANN, GROUP, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startTelegramStage()
})
afterEach(() => stage.close())

it('tells whether the bot can still speak in a group', async () => {
  const inspect = () => stage.bot.inspect?.(String(GROUP), [], [])
  expect(await inspect()).toEqual({ channels: [{ name: 'Community', missing: [] }], commands: 'unknown', isAdministrator: false })
  stage.fake.setBotStatus(GROUP, 'kicked', ANN)
  expect((await inspect())?.channels).toEqual([{ name: String(GROUP), missing: 'all' }])
})
