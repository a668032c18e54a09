import type { DeskItem, DeskReader, EarlierRevision, Neighbours, PastDecision, SimilarContent } from '../../core/review/desk.port.ts'
import type { ItemView, ShownAnswer } from '../../core/review/review.port.ts'
import type { ReviewItem } from '../../core/review/review.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { AnswerValues, Definition, shownAnswers } from './review-content.ts'
import { Kinds, Outcomes, Verdicts } from './review-panel.ts'
import { reviewReads, type ReviewReadOptions } from './review-reads.ts'
import { uploadsIn } from './upload-store.ts'

/** More than anybody reads; bounds what is read at once. */
const MOST_REVISIONS = 10
const MOST_DECISIONS = 10

export async function readDeskItem(
  tx: Tx,
  options: ReviewReadOptions,
  subject: string,
  reader: DeskReader,
  now: Instant,
): Promise<DeskItem | undefined> {
  const view = await reviewReads(tx, options).view(subject, reader, now)
  if (view === undefined) return undefined
  const [similar, earlier, decisions, neighbours] = await Promise.all([
    similarContents(tx, view),
    earlierRevisions(tx, view.item),
    pastDecisions(tx, view.item),
    readNeighbours(tx, view.item, reader),
  ])
  return { view, similar, earlier, decisions, neighbours }
}

async function similarContents(tx: Tx, { similar }: ItemView): Promise<readonly SimilarContent[]> {
  if (similar.length === 0) return []
  const numbers = similar.map(({ subject }) => Number(subject.slice('SUB-'.length)))
  const rows = await tx.$queryRaw<{ subject: string; definition: unknown; answers: unknown; names: string[] }[]>(Prisma.sql`
    SELECT 'SUB-' || s.number AS subject, v.definition, r.answers,
           ARRAY(SELECT m.name FROM member m WHERE m.id = s.member_id UNION SELECT c.name FROM chat_account c WHERE c.member_id = s.member_id
                 UNION SELECT c.handle FROM chat_account c WHERE c.member_id = s.member_id AND c.handle IS NOT NULL
                 UNION SELECT w.address FROM wallet w WHERE w.member_id = s.member_id) AS names
    FROM submission s JOIN submission_revision r ON r.submission = s.number AND r.revision = s.revision
    JOIN form_version v ON v.form = r.form AND v.version = r.version WHERE s.number = ANY (${numbers})`)
  const bySubject = new Map(rows.map((row) => [row.subject, row]))
  const shown = await answersReader(tx, rows)
  return similar.flatMap((found) => {
    const row = bySubject.get(found.subject)
    return row === undefined ? [] : [{ ...found, answers: shown(row), names: row.names }]
  })
}

/** Of a known-answer item those of what it repeats, so that it looks like any other. */
async function earlierRevisions(tx: Tx, item: ReviewItem): Promise<readonly EarlierRevision[]> {
  if (item.revision === 1 || (item.kind !== 'submission' && item.kind !== 'appeal')) return []
  const rows = await tx.$queryRaw<{ revision: number; submittedAt: Date; definition: unknown; answers: unknown }[]>(Prisma.sql`
    SELECT r.revision, r.submitted_at AS "submittedAt", v.definition, r.answers
    FROM review_item i JOIN submission_revision r ON 'SUB-' || r.submission = coalesce(i.copy_of, i.subject) AND r.submission = substr(coalesce(i.copy_of, i.subject), 5)::int
    JOIN form_version v ON v.form = r.form AND v.version = r.version
    WHERE i.id = ${item.id} AND r.revision < ${item.revision} ORDER BY r.revision DESC LIMIT ${MOST_REVISIONS}`)
  const shown = await answersReader(tx, rows)
  return rows.map((row) => ({ revision: row.revision, submittedAt: row.submittedAt.getTime(), answers: shown(row) }))
}

interface AnsweredRow {
  readonly definition: unknown
  readonly answers: unknown
}

/** Shows what was answered in any of the rows; the files of all are looked up at once. */
async function answersReader(tx: Tx, rows: readonly AnsweredRow[]): Promise<(row: AnsweredRow) => readonly ShownAnswer[]> {
  const uploads = await uploadsIn(
    tx,
    rows.map(({ answers }) => AnswerValues.parse(answers)),
  )
  return ({ definition, answers }) => shownAnswers(Definition.parse(definition).fields, AnswerValues.parse(answers), uploads)
}

/** What panels came to on this subject, newest first. Verdicts are told of an item that is decided itself: a panel that still sits judges on its own. */
async function pastDecisions(tx: Tx, { subject, state }: ReviewItem): Promise<readonly PastDecision[]> {
  const rows = await tx.reviewItem.findMany({
    where: { subject, state: 'decided' },
    orderBy: { id: 'desc' },
    take: MOST_DECISIONS,
    include: {
      assignments: {
        where: { state: 'decided' },
        orderBy: [{ decidedAt: 'asc' }, { reviewer: 'asc' }],
        include: { member: { select: { name: true } } },
      },
    },
  })
  return rows.map(({ id, kind, outcome, amount, reason, decidedAt, assignments }) => ({
    id,
    kind: Kinds.parse(kind),
    outcome: outcome === null ? undefined : Outcomes.parse(outcome),
    amount: amount ?? undefined,
    reason: reason ?? undefined,
    decidedAt: decidedAt!.getTime(),
    opinions:
      state === 'open'
        ? []
        : assignments.map((given) => ({
            name: given.member.name,
            verdict: Verdicts.parse(given.verdict),
            amount: given.amount ?? undefined,
            reason: given.reason ?? undefined,
            duplicateOf: given.duplicateOf ?? undefined,
            at: given.decidedAt!.getTime(),
            isVoided: given.voidedAt !== null,
          })),
  }))
}

async function readNeighbours(tx: Tx, { id, state }: ReviewItem, { memberId, isChair }: DeskReader): Promise<Neighbours> {
  const own = await tx.reviewAssignment.findUnique({ where: { item_reviewer: { item: id, reviewer: memberId } }, select: { dueAt: true } })
  if (own === null && isChair && state === 'open') {
    const beside = (sign: '<' | '>', order: 'ASC' | 'DESC') => Prisma.sql`(
      SELECT o.subject FROM review_item o, review_item i
      WHERE i.id = ${id} AND o.state = 'open' AND (o.opened_at, o.id) ${Prisma.raw(sign)} (i.opened_at, i.id)
      ORDER BY o.opened_at ${Prisma.raw(order)}, o.id ${Prisma.raw(order)} LIMIT 1)`
    return pair(tx, beside('<', 'DESC'), beside('>', 'ASC'))
  }
  const at = own?.dueAt ?? new Date(0)
  return pair(tx, seatBeside(memberId, { at, id }, '<'), seatBeside(memberId, { at, id }, '>'))
}

/** The waiting seat of a member's just before or after a place in their queue. */
function seatBeside(memberId: string, { at, id }: { at: Date; id: bigint }, sign: '<' | '>'): Prisma.Sql {
  const order = Prisma.raw(sign === '<' ? 'DESC' : 'ASC')
  return Prisma.sql`(
    SELECT i.subject FROM review_assignment a JOIN review_item i ON i.id = a.item
    WHERE a.reviewer = ${memberId} AND a.state = 'asked' AND i.state = 'open' AND (a.due_at, a.item) ${Prisma.raw(sign)} (${at}, ${id})
    ORDER BY a.due_at ${order}, a.item ${order} LIMIT 1)`
}

async function pair(tx: Tx, previous: Prisma.Sql, next: Prisma.Sql): Promise<Neighbours> {
  const [row] = await tx.$queryRaw<{ previous: string | null; next: string | null }[]>(
    Prisma.sql`SELECT ${previous} AS previous, ${next} AS next`,
  )
  return { previous: row?.previous ?? undefined, next: row?.next ?? undefined }
}

/** The seat after that of an item, else the one that waits longest. */
export async function readNextSeat(tx: Tx, subject: string, memberId: string): Promise<string | undefined> {
  const own = await tx.reviewAssignment.findFirst({
    where: { reviewer: memberId, itemRow: { subject } },
    orderBy: { item: 'desc' },
    select: { item: true, dueAt: true },
  })
  const start = { at: new Date(0), id: 0n }
  const after = own === null ? start : { at: own.dueAt, id: own.item }
  const [row] = await tx.$queryRaw<{ subject: string | null }[]>(
    Prisma.sql`SELECT coalesce(${seatBeside(memberId, after, '>')}, ${seatBeside(memberId, start, '>')}) AS subject`,
  )
  return row?.subject ?? undefined
}
