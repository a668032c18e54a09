import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { MINUTE, SECOND, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database } from './database.ts'

const Pair = z.object({ path: z.string(), secret: z.string() })
const Keys = Pair.extend({
  /** Which token they were made for. */
  owner: z.string(),
  previous: Pair.extend({ until: z.number() }).optional(),
})

/** Where Telegram delivers and how it proves itself, 256 bits each. */
export type WebhookKeys = z.output<typeof Pair>

const KEY = 'telegram-webhook'
/** What was on its way when the keys changed still comes in. */
const GRACE_MS = 10 * MINUTE
const KEPT_MS = 10 * SECOND
/** A door that does not know a key looks again, this often at most. */
const LOOK_AGAIN_MS = SECOND

const draw = (): string => randomBytes(32).toString('base64url')

/** The keys of the webhook: drawn once, kept in the database, and drawn anew when the bot has another token, since whoever had the old one may know them. */
export async function claimWebhookKeys(database: Database, token: string, now: Instant): Promise<WebhookKeys> {
  const owner = createHash('sha256').update(`webhook of ${token}`).digest('base64url')
  return database.transaction(async (tx) => {
    const fresh = { owner, path: draw(), secret: draw() }
    await tx.setting.createMany({ data: [{ key: KEY, value: JSON.stringify(fresh) }], skipDuplicates: true })
    const [row] = await tx.$queryRaw<{ value: string }[]>(Prisma.sql`SELECT value FROM setting WHERE key = ${KEY} FOR UPDATE`)
    const { path, secret, owner: of } = Keys.parse(JSON.parse(row!.value))
    if (of === owner) return { keep: true, value: { path, secret } }
    const value = JSON.stringify({ ...fresh, previous: { path, secret, until: now + GRACE_MS } })
    await tx.setting.update({ where: { key: KEY }, data: { value } })
    return { keep: true, value: { path: fresh.path, secret: fresh.secret } }
  })
}

/** Whether a delivery knows the keys. Compares hashes in a time that tells nothing; the keys themselves are read now and then, so that a change is seen. */
export function createWebhookGate({ prisma }: Database, now: () => Instant): (path: string, secret: string) => Promise<boolean> {
  let known: z.output<typeof Keys> | undefined
  let readAt = -Infinity

  async function read(maxAgeMs: number): Promise<void> {
    if (now() - readAt < maxAgeMs) return
    readAt = now()
    const row = await prisma.setting.findUnique({ where: { key: KEY } })
    known = row === null ? undefined : Keys.parse(JSON.parse(row.value))
  }
  function fits(path: string, secret: string): boolean {
    if (known === undefined) return false
    const { previous } = known
    const isCurrent = isSame(path, known.path) && isSame(secret, known.secret)
    const isPrevious = previous !== undefined && isSame(path, previous.path) && isSame(secret, previous.secret) && now() < previous.until
    return isCurrent || isPrevious
  }
  return async (path, secret) => {
    await read(KEPT_MS)
    if (fits(path, secret)) return true
    await read(LOOK_AGAIN_MS)
    return fits(path, secret)
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
