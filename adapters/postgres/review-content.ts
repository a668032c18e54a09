import { z } from 'zod'
import type { LinkLook } from '../../core/links/link-look.ts'
import { FIELD_KINDS, submissionCode, type Answers } from '../../core/forms/form-definition.ts'
import { uploadIdOf, uploadText, type UploadFacts } from '../../core/forms/upload.ts'
import type { ItemContent, ShownAnswer, SimilarItem } from '../../core/review/review.port.ts'
import type { ReviewItem, ReviewKind } from '../../core/review/review.types.ts'
import { bandsOf, comparedText, MOST_CANDIDATES, mostSimilar } from '../../core/review/similar-text.ts'
import { listText } from '../../core/shared/list-text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { looksOf } from './link-looks.ts'
import { Localized } from './review-panel.ts'
import { uploadsIn } from './upload-store.ts'

/** What is shown of an item that is no submission. */
export type ReadContent = (tx: Tx, item: ReviewItem) => Promise<Pick<ItemContent, 'title' | 'answers'>>
export type ReviewContents = Readonly<Partial<Record<ReviewKind, ReadContent>>>

export const Definition = z.object({
  title: Localized,
  fields: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(FIELD_KINDS),
      label: Localized,
      options: z.array(z.object({ value: z.string(), label: Localized })).optional(),
    }),
  ),
})
type Fields = z.output<typeof Definition>['fields']
export const AnswerValues: z.ZodType<Answers> = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

/** A submission as its panel reads it, and what is nearly the same. */
export interface SubmissionContent {
  readonly content: Omit<ItemContent, 'names' | 'name' | 'plea'>
  readonly similar: readonly SimilarItem[]
}

const numberOf = (subject: string): number => Number(subject.slice('SUB-'.length))

/** @param source the submission whose content it is: for a known-answer item not its own number */
export async function readSubmission(tx: Tx, item: ReviewItem, source: string): Promise<SubmissionContent | undefined> {
  const number = numberOf(source)
  const [row] = await tx.$queryRaw<
    { definition: unknown; answers: unknown; score: number | null; contributedAt: Date; form: number }[]
  >(Prisma.sql`
    SELECT v.definition, r.answers, r.score, s.contributed_at AS "contributedAt", s.form
    FROM submission s JOIN submission_revision r ON r.submission = s.number AND r.revision = ${item.revision}
    JOIN form_version v ON v.form = r.form AND v.version = r.version WHERE s.number = ${number}`)
  if (row === undefined) return undefined
  const { title, fields } = Definition.parse(row.definition)
  const answers = AnswerValues.parse(row.answers)
  const content = {
    title,
    answers: shownAnswers(fields, answers, await uploadsIn(tx, [answers]), await looksOf(tx, number)),
    score: row.score ?? undefined,
    contributedAt: row.contributedAt.getTime(),
  }
  return { content, similar: await similarTo(tx, { form: row.form, number, fields, text: comparedText(fields, answers) }) }
}

/** @param uploads the files that the answers name @param looks what was found behind links, by link */
export function shownAnswers(
  fields: Fields,
  answers: Answers,
  uploads: ReadonlyMap<string, UploadFacts>,
  looks: ReadonlyMap<string, LinkLook> = new Map(),
): readonly ShownAnswer[] {
  return fields.flatMap(({ id, kind, label, options }) => {
    const answer = answers[id]
    if (answer === undefined || answer.length === 0) return []
    const upload = kind === 'file' ? uploadIdOf(answer) : undefined
    if (upload !== undefined) return [{ label, value: uploadText(uploads.get(upload)) }]
    const named = [answer].flat().map((value) => options?.find((option) => option.value === value)?.label ?? value)
    const look = (kind === 'link' || kind === 'file') && typeof answer === 'string' ? looks.get(answer) : undefined
    return [{ label, value: named.length === 1 ? named[0]! : listText(named), ...(look === undefined ? {} : { look }) }]
  })
}

interface Compared {
  readonly form: number
  readonly number: number
  readonly fields: Fields
  readonly text: string
}

/** Submissions of the same form that are nearly the same: found by the index over bands of their MinHash, then compared exactly. Looks at a bounded number of them. */
export async function similarTo(tx: Tx, { form, number, fields, text }: Compared): Promise<readonly SimilarItem[]> {
  const bands = bandsOf(text)
  if (bands.length === 0) return []
  const rows = await tx.$queryRaw<{ number: number; status: string; answers: unknown }[]>(Prisma.sql`
    WITH hit AS MATERIALIZED (
      SELECT r.submission, r.revision, (SELECT count(*) FROM unnest(r.bands) AS b WHERE b = ANY (${[...bands]}::bigint[])) AS shared
      FROM submission_revision r WHERE r.bands && ${[...bands]}::bigint[]
    ), candidate AS MATERIALIZED (
      SELECT s.number, s.status, s.revision FROM hit h JOIN submission s ON s.number = h.submission AND s.revision = h.revision
      WHERE s.form = ${form} AND s.number <> ${number} ORDER BY h.shared DESC, s.number DESC LIMIT ${MOST_CANDIDATES}
    )
    SELECT c.number, c.status, r.answers FROM candidate c JOIN submission_revision r ON r.submission = c.number AND r.revision = c.revision`)
  const candidates = rows.map((row) => ({
    subject: submissionCode(row.number),
    text: comparedText(fields, AnswerValues.parse(row.answers)),
  }))
  const status = new Map(rows.map((row) => [submissionCode(row.number), row.status]))
  return mostSimilar(text, candidates).map((found) => ({ ...found, status: status.get(found.subject)! }))
}
