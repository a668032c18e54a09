import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/**
 * Takes open questions back, whoever has the right to: their panels are released, and the committee's card says so. Subjects without an open item are passed
 * over. Before what the question is about: a panel that decides at this moment takes its item first, too.
 */
export async function withdrawItems(tx: Tx, subjects: readonly string[], now: Instant): Promise<void> {
  if (subjects.length === 0) return
  const at = new Date(now)
  await tx.$executeRaw(
    Prisma.sql`SELECT 1 FROM review_item WHERE subject = ANY (${[...subjects]}::text[]) AND state = 'open' ORDER BY id FOR UPDATE`,
  )
  await tx.$executeRaw(Prisma.sql`
    WITH withdrawn AS (
      UPDATE review_item SET state = 'withdrawn', decided_at = ${at}, acts = acts + 1 WHERE subject = ANY (${[...subjects]}::text[]) AND state = 'open' RETURNING id, subject
    ), released AS (
      UPDATE review_assignment a SET state = 'released' FROM withdrawn w WHERE a.item = w.id AND a.state = 'asked'
    )
    INSERT INTO outbox (topic, subject, payload, created_at) SELECT 'review-card', subject, '{}', ${at} FROM withdrawn`)
}
