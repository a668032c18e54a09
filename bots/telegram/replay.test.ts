import { afterEach, describe, expect, it } from 'vitest'
import { Dice } from '../../test/support/dice.ts'
import type { ApiUpdate } from '../../test/support/telegram/api-types.ts'
import { BOB, startTelegramStage, type Stage } from '../../test/support/telegram/telegram-stage.ts'

/** What the platform may do at its worst (reliability, L6): 30 % come twice, 20 % out of order, numbers are missing, and begin again lower after a quiet week. */
const MEMBERS = 40
const NOTES = 4
const TWICE = 0.3
const DISORDERED = 0.2
const BATCH = 80
const SEED = 20_261_121

let stage: Stage
afterEach(() => stage.close())

/** Every member keeps their notes one after another; everything else is the platform's doing. */
function streamOf(first: number, round: number, day: number, dice: Dice): ApiUpdate[] {
  let id = first
  const updates: ApiUpdate[] = []
  for (let note = 0; note < NOTES / 2; note++)
    for (let member = 0; member < MEMBERS; member++) {
      id += dice.chance(0.1) ? 7 : 1
      const from = { id: 5_000 + member, is_bot: false, first_name: `M${member}`, language_code: 'en' }
      const chat = { id: from.id, type: 'private', first_name: from.first_name }
      const text = `/note_add ${member}-${round}-${note}`
      updates.push({ update_id: id, message: { message_id: id, date: day * 86_400, from, chat, text } })
    }
  const disordered = updates.slice()
  for (let index = 0; index + 3 < disordered.length; index++)
    if (dice.chance(DISORDERED)) [disordered[index], disordered[index + 3]] = [disordered[index + 3]!, disordered[index]!]
  return disordered.flatMap((update) => (dice.chance(TWICE) ? [update, update] : [update]))
}

const batches = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH))

describe.each([
  ['long polling', false],
  ['a webhook', true],
])('a stream at its worst by %s', (_name, isWebhook) => {
  it('ends in the state of the same stream at its best, over restarts', { timeout: 120_000 }, async () => {
    stage = await startTelegramStage({ isWebhook, timeoutMs: 60_000 })
    const { fake, app } = stage
    const dice = new Dice(SEED, 'stream')
    for (let member = 0; member < MEMBERS; member++) fake.addUser({ id: 5_000 + member, firstName: `M${member}`, started: true })
    const streams = [streamOf(700_000_000, 0, 20_800, dice), streamOf(699_999_990, 1, 20_810, dice)]
    let bot = stage.bot
    for (const [round, stream] of streams.entries())
      for (const [index, batch] of batches(stream).entries()) {
        const delivered = fake.deliverRaw(batch)
        if (index === 0) {
          // In the middle of the batch: what has begun is finished, what has not comes again.
          await stage.heard(round * MEMBERS * 2 + 20)
          await bot.stop()
          bot = await stage.restart()
        }
        await delivered
      }
    // And once more everything, as after a long outage of the platform.
    for (const batch of batches(streams.flat())) await fake.deliverRaw(batch)
    const expected = Array.from({ length: MEMBERS * NOTES }, (_, index) => `${Math.floor(index / NOTES)}-${(index >> 1) % 2}-${index % 2}`)
    expect(app.data.notes.map(({ text }) => text).toSorted()).toEqual(expected.toSorted())
    expect(app.bugs).toEqual([])
    // Nobody is told twice. A process that stops while more waits than the platform takes leaves some untold (patience.ts).
    const shown = Array.from({ length: MEMBERS }, (_, member) => fake.messages(5_000 + member).map(({ text }) => text))
    for (const texts of shown) expect(new Set(texts).size).toBe(texts.length)
    expect(shown.flat().length).toBeGreaterThan((MEMBERS * NOTES) / 2)
    expect(fake.messages(BOB)).toEqual([])
  })
})
