import { HOUR, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { alertOperators } from './settlement-alerts.ts'

/** How many deliveries went wrong since operators were told the last time. */
export interface Told {
  readonly failed: number
  readonly unknown: number
}

const NOTHING: Told = { failed: 0, unknown: 0 }
/** Operators hear of them at most this often. */
const EVERY = HOUR
/** A row of `setting`: when they were told the last time, in milliseconds. */
const TOLD_AT = 'dead-letters-told-at'

/** Went wrong, and nobody was told. Deliveries of this very alert are not told of: that would go on for ever. `outbox dead` names them like all others. */
const UNTOLD = Prisma.sql`
  o.delivered_at IS NULL AND o.error IS NOT NULL AND o.carrier IS NULL AND o.told_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM outbox cause WHERE cause.id = o.cause AND cause.topic = 'operator-alert' AND cause.subject = 'deliveries-failed')`

/** Whether operators should hear of something now; asked often, writes nothing. */
export async function hasUntoldDeadLetters({ prisma }: Database, now: Instant): Promise<boolean> {
  const [found] = await prisma.$queryRaw<{ due: boolean }[]>(Prisma.sql`
    SELECT EXISTS (SELECT 1 FROM outbox o WHERE ${UNTOLD})
      AND NOT EXISTS (SELECT 1 FROM setting WHERE key = ${TOLD_AT} AND value::bigint > ${now - EVERY}) AS due`)
  return found?.due === true
}

/** Tells operators how many deliveries went wrong since they were told, at most once an hour however many processes ask. */
export function tellOfDeadLetters(database: Database, now: Instant): Promise<Told> {
  return database.transaction(async (tx) => {
    if (!(await claimHour(tx, now))) return { keep: false, value: NOTHING }
    const [counts] = await tx.$queryRaw<{ failed: bigint; unknown: bigint }[]>(Prisma.sql`
      WITH told AS (
        UPDATE outbox SET told_at = ${new Date(now)} FROM (SELECT o.id FROM outbox o WHERE ${UNTOLD}) AS found
        WHERE outbox.id = found.id RETURNING outbox.sending_since
      )
      SELECT count(*) FILTER (WHERE sending_since IS NULL) AS failed, count(*) FILTER (WHERE sending_since IS NOT NULL) AS unknown FROM told`)
    const told = { failed: Number(counts!.failed), unknown: Number(counts!.unknown) }
    if (told.failed + told.unknown === 0) return { keep: false, value: NOTHING }
    await alertOperators(tx, 'deliveries-failed', { failed: String(told.failed), unknown: String(told.unknown) }, now)
    return { keep: true, value: told }
  })
}

/** Whoever comes at the same time waits for this transaction, and then finds the hour taken. */
async function claimHour(tx: Tx, now: Instant): Promise<boolean> {
  const claimed = await tx.$executeRaw(Prisma.sql`
    INSERT INTO setting (key, value) VALUES (${TOLD_AT}, ${String(now)})
    ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE setting.value::bigint <= ${now - EVERY}`)
  return claimed === 1
}
