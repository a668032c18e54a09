import type { DeskCursor, DeskLine, DeskPage, DeskQuery, DeskReader } from '../../core/review/desk.port.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { COUNTED, Kinds, Outcomes, TITLE, Titles } from './review-panel.ts'

interface LineRow {
  readonly id: bigint
  readonly at: Date | null
  readonly subject: string
  readonly kind: string
  readonly title: unknown
  readonly answered: number
  readonly needed: number
  readonly panel: number
  readonly lowest: bigint
  readonly highest: bigint
  readonly revision: number
  readonly isMine: boolean
  readonly decidedAt: Date | null
  readonly outcome: string | null
  readonly amount: bigint | null
}

/** One page of the queue. Whatever the filters, it walks an index from where the page begins, and never counts through what came before. */
export async function readQueue(tx: Tx, reader: DeskReader, query: DeskQuery): Promise<DeskPage<DeskLine, DeskCursor>> {
  const wanted = query.limit + 1
  const rows = await readRows(tx, reader, query, wanted)
  const lines = rows.slice(0, query.limit)
  const last = lines.at(-1)
  const hasMore = rows.length > query.limit && last !== undefined
  return { lines: lines.map((row) => toLine(row, query)), next: hasMore ? { at: last.at?.getTime(), id: last.id } : undefined }
}

async function readRows(tx: Tx, reader: DeskReader, query: DeskQuery, wanted: number): Promise<readonly LineRow[]> {
  if (query.show === 'mine') return withDetails(tx, reader, ownSeats(reader, query, wanted), Prisma.sql`p.at, p.id`)
  if (query.show === 'decided')
    return withDetails(
      tx,
      reader,
      reader.isChair ? allDecided(query, wanted) : ownDecided(reader, query, wanted),
      Prisma.sql`p.at DESC, p.id DESC`,
    )
  const isAmongUnasked = query.after !== undefined && query.after.at === undefined
  const asked = isAmongUnasked ? [] : await withDetails(tx, reader, firstSeats(query, wanted), Prisma.sql`p.at, p.id`)
  if (asked.length === wanted) return asked
  const unasked = withDetails(tx, reader, unaskedItems(query, wanted - asked.length, isAmongUnasked), Prisma.sql`p.id`)
  return [...asked, ...(await unasked)]
}

/** Items that pass the filters, as a condition on `i`. */
function filtered({ kind, form, text }: DeskQuery): Prisma.Sql {
  const like = `%${(text ?? '').replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return Prisma.sql`${kind === undefined ? Prisma.sql`true` : Prisma.sql`i.kind = ${kind}`} AND ${form === undefined ? Prisma.sql`true` : Prisma.sql`i.form = ${form}`}
    AND ${
      text === undefined
        ? Prisma.sql`true`
        : Prisma.sql`(i.subject ILIKE ${like} OR i.form IN (
            SELECT f.number FROM form f JOIN form_version v ON v.form = f.number AND v.version = f.version
            WHERE v.definition -> 'title' ->> 'en' ILIKE ${like} OR v.definition -> 'title' ->> 'zh' ILIKE ${like}))`
    }`
}

const from = ({ after }: DeskQuery, key: Prisma.Sql, order: '>' | '<'): Prisma.Sql =>
  after?.at === undefined ? Prisma.sql`true` : Prisma.sql`${key} ${Prisma.raw(order)} (${new Date(after.at)}, ${after.id})`

const ownSeats = ({ memberId }: DeskReader, query: DeskQuery, wanted: number): Prisma.Sql => Prisma.sql`
  SELECT a.item AS id, a.due_at AS at FROM review_assignment a JOIN review_item i ON i.id = a.item
  WHERE a.reviewer = ${memberId} AND a.state = 'asked' AND i.state = 'open' AND ${filtered(query)} AND ${from(query, Prisma.sql`(a.due_at, a.item)`, '>')}
  ORDER BY a.due_at, a.item LIMIT ${wanted}`

/** Every open item by the seat that is due first: the walk is over seats, and an item comes once. */
const firstSeats = (query: DeskQuery, wanted: number): Prisma.Sql => Prisma.sql`
  SELECT a.item AS id, a.due_at AS at FROM review_assignment a JOIN review_item i ON i.id = a.item
  WHERE a.state = 'asked' AND i.state = 'open' AND ${filtered(query)} AND ${from(query, Prisma.sql`(a.due_at, a.item)`, '>')}
    AND NOT EXISTS (SELECT 1 FROM review_assignment b WHERE b.item = a.item AND b.state = 'asked' AND (b.due_at, b.reviewer) < (a.due_at, a.reviewer))
  ORDER BY a.due_at, a.item LIMIT ${wanted}`

/** Open items that nobody is asked about, after all others. */
const unaskedItems = (query: DeskQuery, wanted: number, isFollowing: boolean): Prisma.Sql => Prisma.sql`
  SELECT i.id, NULL::timestamptz AS at FROM review_item i
  WHERE i.state = 'open' AND ${filtered(query)} AND ${isFollowing ? Prisma.sql`i.id > ${query.after?.id ?? 0n}` : Prisma.sql`true`}
    AND NOT EXISTS (SELECT 1 FROM review_assignment b WHERE b.item = i.id AND b.state = 'asked')
  ORDER BY i.id LIMIT ${wanted}`

const allDecided = (query: DeskQuery, wanted: number): Prisma.Sql => Prisma.sql`
  SELECT i.id, i.decided_at AS at FROM review_item i
  WHERE i.state = 'decided' AND ${filtered(query)} AND ${from(query, Prisma.sql`(i.decided_at, i.id)`, '<')}
  ORDER BY i.decided_at DESC, i.id DESC LIMIT ${wanted}`

/** Those on which the reader has decided too, by when the reader did. */
const ownDecided = ({ memberId }: DeskReader, query: DeskQuery, wanted: number): Prisma.Sql => Prisma.sql`
  SELECT a.item AS id, a.decided_at AS at FROM review_assignment a JOIN review_item i ON i.id = a.item
  WHERE a.reviewer = ${memberId} AND a.state = 'decided' AND i.state = 'decided' AND ${filtered(query)} AND ${from(query, Prisma.sql`(a.decided_at, a.item)`, '<')}
  ORDER BY a.decided_at DESC, a.item DESC LIMIT ${wanted}`

function withDetails(tx: Tx, { memberId }: DeskReader, page: Prisma.Sql, order: Prisma.Sql): Promise<LineRow[]> {
  return tx.$queryRaw<LineRow[]>(Prisma.sql`
    WITH p AS MATERIALIZED (${page})
    SELECT p.id, p.at, i.subject, i.kind, ${TITLE} AS title, i.needed, i.panel, i.lowest, i.highest, i.revision,
      i.decided_at AS "decidedAt", i.outcome, i.amount,
      (SELECT count(*)::int FROM review_assignment a WHERE a.item = i.id AND ${COUNTED}) AS answered,
      i.state = 'open' AND EXISTS (SELECT 1 FROM review_assignment a WHERE a.item = i.id AND a.reviewer = ${memberId} AND a.state = 'asked') AS "isMine"
    FROM p JOIN review_item i ON i.id = p.id ORDER BY ${order}`)
}

function toLine(row: LineRow, { show }: DeskQuery): DeskLine {
  const { at, subject, kind, title, answered, needed, panel, lowest, highest, revision, isMine, decidedAt, outcome, amount } = row
  return {
    subject,
    answered,
    needed,
    panel,
    lowest,
    highest,
    revision,
    isMine,
    kind: Kinds.parse(kind),
    title: Titles.parse(title),
    dueAt: show === 'decided' ? undefined : at?.getTime(),
    decidedAt: decidedAt?.getTime(),
    outcome: outcome === null ? undefined : Outcomes.parse(outcome),
    amount: amount ?? undefined,
  }
}
