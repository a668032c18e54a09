import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../../core/shared/dispatch.ts'
import { DAY } from '../../core/shared/instant.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { createKeptAnswers, forgetKeptAnswers } from './kept-answers.ts'

const NOW = Date.UTC(2027, 0, 5)
const ANN = { platform: 'telegram', userId: '7' } as const
let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 3 })
})
afterAll(() => database.close())

test('an answer comes back as it was, to its account alone, for three days', async () => {
  const answer: Answer = {
    reply: {
      audience: 'private',
      tone: 'info',
      lines: [sharedTexts.say('plain', { text: '\ud83d\ude00 <b>' })],
      fields: [{ label: sharedTexts.say('plain', { text: 'x' }), value: 12_500_000_000n }],
    },
    language: 'zh',
    timeZone: 'Asia/Shanghai',
  }
  const kept = createKeptAnswers(database)
  const id = await kept.keep(ANN, answer, NOW)
  // Part of the payload of a link, and of the data of a button.
  expect(id).toMatch(/^[A-Za-z0-9_-]{12}$/)
  expect(await kept.keep(ANN, answer, NOW)).not.toBe(id)
  expect(await kept.find(id, ANN, NOW + 3 * DAY - 1)).toEqual(answer)
  expect(await kept.find(id, { platform: 'telegram', userId: '8' }, NOW)).toBe('other')
  expect(await kept.find(id, { platform: 'discord', userId: '7' }, NOW)).toBe('other')
  expect(await kept.find('AAAAAAAAAAAA', ANN, NOW)).toBeUndefined()
  expect(await kept.find(id, ANN, NOW + 3 * DAY)).toBeUndefined()
  expect(await forgetKeptAnswers(database, NOW + 3 * DAY)).toBe(0)
  expect(await forgetKeptAnswers(database, NOW + 3 * DAY + 1)).toBe(2)
})
