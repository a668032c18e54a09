import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../core/shared/instant.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { claimWebhookKeys, createWebhookGate } from './webhook-keys.ts'

let database: Database
let now = Date.UTC(2027, 0, 5)
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 6 })
})
afterAll(() => database.close())

test('keys are drawn once for a token, kept over restarts, and drawn anew for another; the old ones come in for ten minutes', async () => {
  const gate = createWebhookGate(database, () => now)
  expect(await gate('', '')).toBe(false)
  const drawn = await Promise.all([1, 2, 3, 4].map(() => claimWebhookKeys(database, '1:first', now)))
  const [first] = drawn
  expect(new Set(drawn.map(({ secret }) => secret)).size).toBe(1)
  expect(first!.secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(first!.path).not.toBe(first!.secret)
  now += 1_000
  expect(await gate(first!.path, first!.secret)).toBe(true)
  for (const [path, secret] of [
    [first!.path, ''],
    [first!.path, first!.path],
    [first!.secret, first!.secret],
    ['', first!.secret],
    [first!.path, `${first!.secret}x`],
  ] as const)
    expect(await gate(path, secret)).toBe(false)

  const second = await claimWebhookKeys(database, '1:second', now)
  expect(second.secret).not.toBe(first!.secret)
  now += 1_000
  // Another process's gate, which still holds the old keys, sees the new ones at the first delivery that it does not know.
  expect(await gate(second.path, second.secret)).toBe(true)
  expect(await gate(first!.path, first!.secret)).toBe(true)
  expect(await gate(first!.path, second.secret)).toBe(false)
  now += 10 * MINUTE
  expect(await gate(first!.path, first!.secret)).toBe(false)
  expect(await gate(second.path, second.secret)).toBe(true)
  const { value } = await database.prisma.setting.findUniqueOrThrow({ where: { key: 'telegram-webhook' } })
  expect(value).not.toContain('1:second')
})
