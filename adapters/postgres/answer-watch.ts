import { FormDefinition, submissionCode } from '../../core/forms/form-definition.ts'
import type { Signal } from '../../core/holds/hold.types.ts'
import { LEAST_PIECES, ownPieces, sharedAnswers, type SentText } from '../../core/holds/shared-answers.rules.ts'
import { MOST_CANDIDATES } from '../../core/review/similar-text.ts'
import { MINUTE, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { cursorOf, holdBySignals, moveCursor } from './note-signals.ts'
import { AnswerValues } from './review-content.ts'
import { lockUntilCommit } from './settlement-alerts.ts'

/** Submissions looked at in one transaction; each is compared with up to {@link MOST_CANDIDATES} others. */
const ANSWERS_AT_ONCE = 20
/** A number is given before its transaction ends: a younger one may still have an older neighbour that cannot be seen yet. */
const SETTLED_AFTER = MINUTE
/** A row of `setting`: number of the last answers that were looked at. */
const LOOKED_UNTIL = 'answers-looked-until'

interface AnswersRow {
  seq: bigint
  submission: number
  member_id: string
  status: string
  form: number
  definition: unknown
  answers: unknown
  bands: bigint[]
  submitted_at: Date
}

/** Whether there are answers to look at; asked often, writes nothing. */
export async function hasAnswers({ prisma }: Database, now: Instant): Promise<boolean> {
  const [found] = await prisma.$queryRaw<{ due: boolean }[]>(Prisma.sql`
    SELECT EXISTS (
      SELECT 1 FROM submission_revision WHERE seq > ${await cursorOf(prisma, LOOKED_UNTIL)} AND submitted_at <= ${new Date(now - SETTLED_AFTER)}
    ) AS due`)
  return found?.due === true
}

/** Looks at answers that nobody has looked at, notes texts that another member sent in before, and lets payouts wait where it is enough. Gives how many members are newly held. */
export async function watchAnswers(database: Database, now: Instant): Promise<number> {
  let held = 0
  for (;;) {
    const batch = await database.transaction(async (tx) => ({ keep: true, value: await lookAtBatch(tx, now) }))
    held += batch.held
    if (batch.seen < ANSWERS_AT_ONCE) return held
  }
}

async function lookAtBatch(tx: Tx, now: Instant): Promise<{ seen: number; held: number }> {
  // One process at a time, so that nothing is passed over.
  await lockUntilCommit(tx, 'signals')
  const rows = await tx.$queryRaw<AnswersRow[]>(Prisma.sql`
    SELECT r.seq, r.submission, member_root(s.member_id) AS member_id, s.status, r.form, v.definition, r.answers, r.bands, r.submitted_at
    FROM submission_revision r JOIN submission s ON s.number = r.submission JOIN form_version v ON v.form = r.form AND v.version = r.version
    WHERE r.seq > ${await cursorOf(tx, LOOKED_UNTIL)} ORDER BY r.seq LIMIT ${ANSWERS_AT_ONCE}`)
  const waiting = rows.findIndex(({ submitted_at }) => submitted_at.getTime() > now - SETTLED_AFTER)
  const looked = waiting === -1 ? rows : rows.slice(0, waiting)
  const last = looked.at(-1)
  if (last === undefined) return { seen: 0, held: 0 }
  const signals: Signal[] = []
  for (const row of looked) signals.push(...(await sharedIn(tx, row)))
  const held = await holdBySignals(tx, signals, now)
  await moveCursor(tx, LOOKED_UNTIL, last.seq)
  return { seen: waiting === -1 ? rows.length : 0, held }
}

async function sharedIn(tx: Tx, row: AnswersRow): Promise<readonly Signal[]> {
  // What was taken back earns nothing.
  if (row.status === 'withdrawn') return []
  const { fields } = FormDefinition.parse(row.definition)
  const looked = toText(row, fields)
  if (looked.pieces.size < LEAST_PIECES) return []
  const others = await likeliest(tx, row)
  return sharedAnswers(
    looked,
    others.map((other) => toText(other, fields)),
  )
}

type Candidate = Pick<AnswersRow, 'submission' | 'member_id' | 'answers' | 'submitted_at'>

/** Answers to the same form that share bands of their MinHash: a bounded number, those that share the most, among equals the oldest, which were there first. */
function likeliest(tx: Tx, { seq, form, bands }: AnswersRow): Promise<readonly Candidate[]> {
  return tx.$queryRaw<Candidate[]>(Prisma.sql`
    WITH hit AS MATERIALIZED (
      SELECT r.seq, (SELECT count(*) FROM unnest(r.bands) AS b WHERE b = ANY (${bands}::bigint[])) AS shared
      FROM submission_revision r WHERE r.bands && ${bands}::bigint[] AND r.form = ${form} AND r.seq <> ${seq}
      ORDER BY shared DESC, r.seq LIMIT ${MOST_CANDIDATES}
    )
    SELECT r.submission, member_root(s.member_id) AS member_id, r.answers, r.submitted_at
    FROM hit h JOIN submission_revision r ON r.seq = h.seq JOIN submission s ON s.number = r.submission`)
}

function toText({ submission, member_id, answers, submitted_at }: Candidate, fields: FormDefinition['fields']): SentText {
  return {
    memberId: member_id,
    submission: submissionCode(submission),
    at: submitted_at.getTime(),
    pieces: ownPieces(fields, AnswerValues.parse(answers)),
  }
}
