import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { startProduct, type Product } from '../support/product.ts'
import { startTelegramFake, type TelegramFake } from '../support/telegram/telegram-fake.ts'

const MEMBERS = 60
const PUBLIC = 'https://pos.example'
const LIMIT_MS = 120_000

let fake: TelegramFake
let product: Product | undefined
const ended = new AbortController()
afterEach(async () => {
  ended.abort()
  await product?.remove()
  await fake.close()
})

/** One row of one column; undefined while the database is away with its product. */
async function ask<Value>(sql: string, values: unknown[] = []): Promise<Value | undefined> {
  const client = new pg.Client({ connectionString: product?.databaseUrl() ?? '', connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<{ value: Value }>(sql, values)).rows[0]?.value
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}

async function untilHandled(updateId: number): Promise<void> {
  while (
    !ended.signal.aborted &&
    (await ask<number>('SELECT 1 AS value FROM telegram_update WHERE update_id = $1 AND handled_at IS NOT NULL', [updateId])) !== 1
  )
    await sleep(50)
}

test('by webhook, a product that is killed under load handles what it had stored, once', { timeout: 300_000 }, async () => {
  fake = await startTelegramFake({ token: '123456:token-of-the-stand-in', timeoutMs: LIMIT_MS, untilHandled, webhookRetryMs: 100 })
  for (let member = 1; member <= MEMBERS; member++) fake.addUser({ id: member, firstName: `M${member}`, languageCode: 'en', started: true })
  product = await startProduct({
    SANDBOX: 'on',
    TELEGRAM_TOKEN: fake.token,
    TELEGRAM_API_URL: fake.apiRoot,
    TELEGRAM_WEBHOOK: PUBLIC,
    OPERATORS: 'telegram:1',
  })
  fake.routeWebhook(PUBLIC, product.origin)
  const [hook] = fake.requestsOf('setWebhook')
  expect(hook?.payload['url']).toMatch(/^https:\/\/pos\.example\/telegram\/[A-Za-z0-9_-]{43}$/)
  const status = await fake.send({ user: 1, text: '/status' })
  expect(status.text).toContain('Telegram: runs')

  const path = new URL(String(hook?.payload['url'])).pathname
  const forged = await fetch(`${product.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'guess' },
    body: JSON.stringify({ update_id: 1, message: {} }),
  })
  expect(forged.status).toBe(401)

  const asked = Array.from({ length: MEMBERS }, (_, index) => fake.send({ user: index + 1, text: '/language zh' }))
  const deadline = Date.now() + LIMIT_MS
  // Some are done, the rest is stored, under way, or not delivered yet.
  while (((await ask<number>('SELECT count(*)::int AS value FROM audit_line')) ?? 0) < 5 && Date.now() < deadline) await sleep(5)
  await product.kill()
  await product.start()
  await Promise.all(asked)
  expect(await ask<number>(`SELECT count(*)::int AS value FROM audit_line WHERE command = 'language'`)).toBe(MEMBERS)
  expect(await ask<number>('SELECT count(*)::int AS value FROM telegram_update WHERE handled_at IS NULL OR content IS NOT NULL')).toBe(0)
  // The keys are the same after a restart.
  expect(new Set(fake.requestsOf('setWebhook').map(({ payload }) => JSON.stringify(payload))).size).toBe(1)
  expect(fake.violations).toEqual([])
  expect(product.output()).not.toContain(String(hook?.payload['secret_token']))
})
