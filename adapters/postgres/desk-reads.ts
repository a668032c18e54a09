import type { DeskReader, DeskReads, HistoryCursor } from '../../core/review/desk.port.ts'
import { replyFromJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { readDeskItem, readNextSeat } from './desk-item.ts'
import { readQueue } from './desk-queue.ts'
import { Localized, Outcomes, TITLE, Titles, Verdicts } from './review-panel.ts'
import type { ReviewReadOptions } from './review-reads.ts'

const MOST_FORMS = 100

/** What the review desk of the web reads. */
export function deskReads({ prisma }: Database, options: ReviewReadOptions): DeskReads {
  return {
    queue: (reader, query) => readQueue(prisma, reader, query),
    async counts(memberId) {
      const [row] = await prisma.$queryRaw<{ mine: number; open: number }[]>(Prisma.sql`
        SELECT (SELECT count(*)::int FROM review_assignment a JOIN review_item i ON i.id = a.item
                WHERE a.reviewer = ${memberId} AND a.state = 'asked' AND i.state = 'open') AS mine,
               (SELECT count(*)::int FROM review_item WHERE state = 'open') AS open`)
      return row!
    },
    async forms() {
      const rows = await prisma.$queryRaw<{ number: number; title: unknown }[]>(Prisma.sql`
        SELECT f.number, v.definition -> 'title' AS title
        FROM (SELECT DISTINCT form FROM review_item WHERE state = 'open' AND form IS NOT NULL) o
        JOIN form f ON f.number = o.form JOIN form_version v ON v.form = f.number AND v.version = f.version
        ORDER BY f.number LIMIT ${MOST_FORMS}`)
      return rows.map(({ number, title }) => ({ number, title: Localized.parse(title) }))
    },
    item: (subject, reader, now) => readDeskItem(prisma, options, subject, reader, now),
    nextSeat: (subject, memberId) => readNextSeat(prisma, subject, memberId),
    async terms(subjects) {
      const rows = await prisma.reviewItem.findMany({
        where: { subject: { in: [...subjects] }, state: 'open' },
        select: { subject: true, lowest: true, highest: true },
      })
      return new Map(rows.map(({ subject, ...terms }) => [subject, terms]))
    },
    history: (reader, after, limit) => readHistory(prisma, reader, after, limit),
    async answer(key, memberId) {
      const line = await prisma.auditLine.findFirst({ where: { key, memberId }, select: { reply: true } })
      return line === null ? undefined : replyFromJson(line.reply)
    },
  }
}

interface HistoryRow {
  readonly item: bigint
  readonly reviewer: string
  readonly subject: string
  readonly title: unknown
  readonly name: string
  readonly verdict: string
  readonly amount: bigint | null
  readonly reason: string | null
  readonly duplicateOf: string | null
  readonly decidedAt: Date
  readonly isVoided: boolean
  readonly outcome: string | null
  readonly granted: bigint | null
}

async function readHistory(
  tx: Tx,
  { memberId, isChair }: DeskReader,
  after: HistoryCursor | undefined,
  limit: number,
): ReturnType<DeskReads['history']> {
  const whose = isChair ? Prisma.sql`(a.reviewer = ${memberId} OR i.state <> 'open')` : Prisma.sql`a.reviewer = ${memberId}`
  const place =
    after === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(a.decided_at, a.item, a.reviewer) < (${new Date(after.at)}, ${after.id}, ${after.reviewer})`
  const rows = await tx.$queryRaw<HistoryRow[]>(Prisma.sql`
    SELECT a.item, a.reviewer, i.subject, ${TITLE} AS title, m.name, a.verdict, a.amount, a.reason, a.duplicate_of AS "duplicateOf",
           a.decided_at AS "decidedAt", a.voided_at IS NOT NULL AS "isVoided", i.outcome, i.amount AS granted
    FROM review_assignment a JOIN review_item i ON i.id = a.item JOIN member m ON m.id = a.reviewer
    WHERE a.state = 'decided' AND ${whose} AND ${place}
    ORDER BY a.decided_at DESC, a.item DESC, a.reviewer DESC LIMIT ${limit + 1}`)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    lines: rows.slice(0, limit).map((row) => ({
      subject: row.subject,
      title: Titles.parse(row.title),
      name: row.name,
      verdict: Verdicts.parse(row.verdict),
      amount: row.amount ?? undefined,
      reason: row.reason ?? undefined,
      duplicateOf: row.duplicateOf ?? undefined,
      at: row.decidedAt.getTime(),
      isVoided: row.isVoided,
      outcome: row.outcome === null ? undefined : Outcomes.parse(row.outcome),
      granted: row.granted ?? undefined,
    })),
    next: last === undefined ? undefined : { at: last.decidedAt.getTime(), id: last.item, reviewer: last.reviewer },
  }
}
