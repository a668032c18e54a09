import { z } from 'zod'
import { LOOKED_AGAIN_MS, MOST_LINKS, TAKEN_MS, type DueLink, type LinkLook, type LinkLooksPort } from '../../core/links/link-look.ts'
import { LINK_PROBLEMS, type LinkState } from '../../core/links/link.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'

/**
 * Notes the links of a submission's content that a panel is about to judge, so that somebody looks at them. What was found before is forgotten: a panel reads
 * what is there now.
 */
export async function noteLinks(tx: Tx, submission: number, revision: number, now: Instant): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    WITH given AS MATERIALIZED (
      SELECT r.answers ->> (f.field ->> 'id') AS link, min(f.place) AS place
      FROM submission_revision r JOIN form_version v ON v.form = r.form AND v.version = r.version
      CROSS JOIN LATERAL jsonb_array_elements(v.definition -> 'fields') WITH ORDINALITY AS f (field, place)
      WHERE r.submission = ${submission} AND r.revision = ${revision} AND f.field ->> 'kind' IN ('link', 'file')
        AND length(r.answers ->> (f.field ->> 'id')) BETWEEN 1 AND 500
        AND r.answers ->> (f.field ->> 'id') NOT LIKE 'upload:%'
      GROUP BY 1 ORDER BY 2 LIMIT ${MOST_LINKS}
    ), gone AS (
      DELETE FROM submission_link WHERE submission = ${submission} AND link NOT IN (SELECT link FROM given)
    )
    INSERT INTO submission_link (submission, link, due_at) SELECT ${submission}, link, ${new Date(now)} FROM given
    ON CONFLICT (submission, link) DO UPDATE SET due_at = EXCLUDED.due_at, looked_at = NULL, kind = NULL, status = NULL, title = NULL, why = NULL`)
}

/** Links that nobody reviews any more wait for nothing. */
const isReviewed = Prisma.sql`(
  EXISTS (SELECT 1 FROM review_item i WHERE i.subject = 'SUB-' || l.submission AND i.state = 'open')
  OR EXISTS (SELECT 1 FROM review_item i WHERE i.copy_of = 'SUB-' || l.submission AND i.state = 'open'))`

export async function isLookDue({ prisma }: Pick<Database, 'prisma'>, now: Instant): Promise<boolean> {
  return (await prisma.submissionLink.findFirst({ where: { dueAt: { lte: new Date(now) } }, select: { submission: true } })) !== null
}

export function linkLooks({ prisma }: Pick<Database, 'prisma'>): LinkLooksPort {
  return {
    async take(limit, now) {
      const taken = await prisma.$queryRaw<(DueLink & { isWanted: boolean })[]>(Prisma.sql`
        WITH due AS MATERIALIZED (
          SELECT l.submission, l.link, ${isReviewed} AS wanted FROM submission_link l
          WHERE l.due_at <= ${new Date(now)} ORDER BY l.due_at, l.submission LIMIT ${limit} FOR UPDATE OF l SKIP LOCKED
        )
        UPDATE submission_link l SET due_at = CASE WHEN d.wanted THEN ${new Date(now + TAKEN_MS)}::timestamptz END
        FROM due d WHERE l.submission = d.submission AND l.link = d.link
        RETURNING l.submission, l.link, d.wanted AS "isWanted"`)
      return taken.filter(({ isWanted }) => isWanted).map(({ submission, link }) => ({ submission, link }))
    },
    async keep({ submission, link }, { state, at }) {
      const { status, title, why } = columnsOf(state)
      // Due at the end of the lease: nobody has noted it anew since it was taken.
      await prisma.$executeRaw(Prisma.sql`
        UPDATE submission_link SET due_at = ${new Date(at + LOOKED_AGAIN_MS)}, looked_at = ${new Date(at)}, kind = ${state.kind}, status = ${status}::int,
          title = ${title}::text, why = ${why}::text
        WHERE submission = ${submission} AND link = ${link} AND due_at = ${new Date(at + TAKEN_MS)}`)
    },
  }
}

function columnsOf(state: LinkState): { status: number | null; title: string | null; why: string | null } {
  return {
    status: 'status' in state ? state.status : null,
    title: state.kind === 'answers' ? (state.title ?? null) : null,
    why: state.kind === 'refused' ? state.problem : state.kind === 'silent' ? state.why : null,
  }
}

const optional = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined)
const State: z.ZodType<LinkState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answers'), status: z.number(), title: optional }),
  z.object({ kind: z.literal('moved'), status: z.number() }),
  z.object({ kind: z.literal('refused'), why: z.enum(LINK_PROBLEMS) }).transform(({ kind, why }) => ({ kind, problem: why })),
  z.object({ kind: z.literal('silent'), why: z.enum(['name', 'connection', 'time']) }),
])

/** What was found behind the links of a submission, by link; of none that nobody has looked at yet. */
export async function looksOf(tx: Tx, submission: number): Promise<ReadonlyMap<string, LinkLook>> {
  const rows = await tx.submissionLink.findMany({ where: { submission, lookedAt: { not: null } } })
  return new Map(rows.map((row) => [row.link, { state: State.parse(row), at: row.lookedAt!.getTime() }]))
}
