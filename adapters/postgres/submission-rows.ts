import { SUBMISSION_STATUSES } from '../../core/forms/form-definition.ts'
import type { Submission } from '../../core/forms/form.types.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { readAnswers } from './form-reads.ts'

/** Submissions with their last revision; `s` and `r` may be narrowed further. */
export const SUBMISSION_WITH_REVISION = Prisma.sql`
  SELECT s.number, s.form, r.version, s.member_id, s.status, s.revision, s.contributed_at, s.decided_at, r.answers, r.score
  FROM submission s JOIN submission_revision r ON r.submission = s.number AND r.revision = s.revision`

export interface SubmissionRow {
  readonly number: number
  readonly form: number
  readonly version: number
  readonly member_id: string
  readonly status: string
  readonly revision: number
  readonly contributed_at: Date
  readonly decided_at: Date | null
  readonly answers: unknown
  readonly score: number | null
}

export function toSubmission(row: SubmissionRow): Submission {
  const status = SUBMISSION_STATUSES.find((known) => known === row.status)
  if (status === undefined) throw new Error(`the submission ${row.number} has the unknown status ${row.status}`)
  return {
    number: row.number,
    form: row.form,
    version: row.version,
    memberId: row.member_id,
    status,
    revision: row.revision,
    contributedAt: row.contributed_at.getTime(),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.getTime() }),
    answers: readAnswers(row.answers),
    ...(row.score === null ? {} : { score: row.score }),
  }
}
