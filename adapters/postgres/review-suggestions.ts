import { submissionCode } from '../../core/forms/form-definition.ts'
import type { NamedSubmission } from '../../core/review/suggest-seats.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { Localized } from './review-panel.ts'

/** Looked through while somebody types; older ones are found by their number. */
const MOST_SEARCHED = 100

/** Submissions on which a panel has decided, the newest first. */
export function decidedSubmissions(tx: Tx, start: string): Promise<readonly NamedSubmission[]> {
  return named(
    tx,
    start,
    Prisma.sql`s.status IN ('approved', 'rejected', 'returned')
    AND EXISTS (SELECT 1 FROM review_item i WHERE i.subject = 'SUB-' || s.number AND i.state = 'decided')`,
  )
}

/** What may be the original of something that waits for this reviewer: sent in before it to the same form. */
export function originalsFor(tx: Tx, reviewer: string, start: string): Promise<readonly NamedSubmission[]> {
  return named(
    tx,
    start,
    Prisma.sql`s.status <> 'withdrawn' AND EXISTS (
    SELECT 1 FROM review_assignment a JOIN review_item i ON i.id = a.item
    WHERE a.reviewer = ${reviewer} AND a.state = 'asked' AND i.state = 'open' AND i.kind IN ('submission', 'appeal')
      AND i.form = s.form AND substr(i.subject, 5)::int > s.number)`,
  )
}

async function named(tx: Tx, start: string, wanted: Prisma.Sql): Promise<readonly NamedSubmission[]> {
  const rows = await tx.$queryRaw<{ number: number; title: unknown }[]>(Prisma.sql`
    SELECT s.number, v.definition -> 'title' AS title
    FROM submission s JOIN form f ON f.number = s.form JOIN form_version v ON v.form = f.number AND v.version = f.version
    WHERE s.number::text LIKE ${`${start}%`} AND ${wanted} ORDER BY s.number DESC LIMIT ${MOST_SEARCHED}`)
  return rows.map(({ number, title }) => ({ subject: submissionCode(number), title: Localized.parse(title) }))
}
