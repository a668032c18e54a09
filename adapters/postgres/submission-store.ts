import { FormDefinition, submissionCode } from '../../core/forms/form-definition.ts'
import type { NewSubmission, SendPort, SubmissionPort } from '../../core/forms/form.port.ts'
import { rewardKindOf } from '../../core/forms/pay.rules.ts'
import { bandsOf, comparedText } from '../../core/review/similar-text.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { draftStore, usedSlotsOf } from './draft-store.ts'
import { answersJson, formReads, formVersion, type FormStoreOptions } from './form-reads.ts'
import { grantSubmission } from './grant-submission.ts'
import { isHeld } from './hold-store.ts'
import { notifyMember } from './notify-member.ts'
import { openReview } from './review-open.ts'
import { withdrawItems } from './review-withdraw.ts'
import { SUBMISSION_WITH_REVISION, toSubmission, type SubmissionRow } from './submission-rows.ts'
import { uploadsIn, useUploads } from './upload-store.ts'

/** So often a slot is looked for again when somebody else took the one that was free. */
const MAX_TRIES = 5

/** Sending in: slots are taken by a unique index, so that no race makes one more than a member may have. */
export function sendStore(tx: Tx, options: FormStoreOptions): SendPort {
  const drafts = draftStore(tx, options)
  return {
    ...drafts,
    async holdForm(number) {
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM form WHERE number = ${number} FOR SHARE`)
      return drafts.find(number)
    },
    async submit(submission, span, times) {
      const number = await takeSlot(tx, submission, span, times)
      if (number !== undefined) await addRevision(tx, number, 1, submission)
      return number
    },
    async resubmit(number, submission) {
      const taken = await tx.$queryRaw<{ revision: number }[]>(Prisma.sql`
        UPDATE submission SET status = 'in-review', revision = revision + 1
        WHERE number = ${number} AND member_id = ${submission.memberId} AND form = ${submission.form.number} AND status = 'returned' RETURNING revision`)
      if (taken[0] === undefined) return undefined
      await addRevision(tx, number, taken[0].revision, submission)
      return findSubmission(tx, number)
    },
    isHeld: (memberId) => isHeld(tx, memberId),
    async openReview(item, now) {
      await openReview(tx, item, now)
    },
    async approve(number, amount, now) {
      const { form } = await decided(tx, number, 'approved', now)
      const definition = await definitionOf(tx, form)
      const kind = rewardKindOf(definition.reward)
      if (kind === undefined) return 'nothing'
      return grantSubmission(tx, options.genesis, { submission: number, amount, kind }, now)
    },
    async reject(number, now) {
      await decided(tx, number, 'rejected', now)
    },
    tell: (memberId, text, now) => notifyMember(tx, memberId, text, now),
  }
}

/** The lowest free place of the span; somebody faster is waited for, and then another place is looked for. @param event whose quiz it is */
export async function takeSlot(
  tx: Tx,
  { form, memberId, at }: NewSubmission,
  span: string,
  times: number,
  event?: number,
): Promise<number | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const [free] = await tx.$queryRaw<{ slot: string }[]>(Prisma.sql`
      SELECT ${span} || '/' || place AS slot FROM generate_series(1, ${times}::int) AS place
      WHERE ${span} || '/' || place NOT IN (${usedSlotsOf(form.number, memberId)})
      ORDER BY place LIMIT 1`)
    if (free === undefined) return undefined
    const [taken] = await tx.$queryRaw<{ number: number }[]>(Prisma.sql`
      INSERT INTO submission (form, member_id, slot, status, contributed_at, event)
      VALUES (${form.number}, ${memberId}, ${free.slot}, 'in-review', ${new Date(at)}, ${event ?? null})
      ON CONFLICT (form, member_id, slot) WHERE status <> 'withdrawn' DO NOTHING RETURNING number`)
    if (taken !== undefined) return taken.number
  }
  return undefined
}

export async function addRevision(
  tx: Tx,
  submission: number,
  revision: number,
  { form, answers, score, at }: NewSubmission,
): Promise<void> {
  await tx.submissionRevision.create({
    data: {
      submission,
      revision,
      form: form.number,
      version: form.version,
      answers: answersJson(answers),
      ...(score === undefined ? {} : { score }),
      bands: [...bandsOf(comparedText(form.definition.fields, answers))],
      submittedAt: new Date(at),
    },
  })
  await useUploads(tx, submission, form.definition, answers)
}

export async function decided(tx: Tx, number: number, status: 'approved' | 'rejected', now: Instant): Promise<{ readonly form: number }> {
  const rows = await tx.$queryRaw<{ form: number }[]>(Prisma.sql`
    UPDATE submission SET status = ${status}, decided_at = ${new Date(now)} WHERE number = ${number} AND status = 'in-review' RETURNING form`)
  if (rows[0] === undefined) throw new Error(`the submission ${number} was decided by somebody else in its own transaction`)
  return rows[0]
}

async function definitionOf(tx: Tx, number: number): Promise<FormDefinition> {
  const { newest } = await tx.form.findUniqueOrThrow({ where: { number }, include: { newest: { select: { definition: true } } } })
  return FormDefinition.parse(newest.definition)
}

async function findSubmission(tx: Tx, number: number) {
  const [row] = await tx.$queryRaw<SubmissionRow[]>(Prisma.sql`${SUBMISSION_WITH_REVISION} WHERE s.number = ${number}`)
  return row === undefined ? undefined : toSubmission(row)
}

/** A member's own submissions. */
export function submissionStore(tx: Tx, options: FormStoreOptions): SubmissionPort {
  const drafts = draftStore(tx, options)
  return {
    ...formReads(tx, options),
    draft: (form, memberId) => drafts.draft(form, memberId),
    uploadsIn: (answers) => uploadsIn(tx, answers),
    version: (form, version) => formVersion(tx, form, version),
    submission: (number) => findSubmission(tx, number),
    async submissionsOf(memberId, limit) {
      const rows = await tx.$queryRaw<(SubmissionRow & { title: unknown })[]>(Prisma.sql`
        ${SUBMISSION_WITH_REVISION} WHERE s.member_id = ${memberId} ORDER BY s.number DESC LIMIT ${limit}`)
      const versions = await tx.formVersion.findMany({
        where: { OR: rows.map(({ form, version }) => ({ form, version })) },
        select: { form: true, version: true, definition: true },
      })
      const titles = new Map(versions.map((each) => [`${each.form}.${each.version}`, FormDefinition.parse(each.definition).title]))
      return rows.map((row) => ({ ...toSubmission(row), title: titles.get(`${row.form}.${row.version}`) ?? { en: '', zh: '' } }))
    },
    async withdraw(number, now) {
      await withdrawItems(tx, [submissionCode(number)], now)
      const withdrawn = await tx.$executeRaw(Prisma.sql`
        UPDATE submission SET status = 'withdrawn' WHERE number = ${number} AND status IN ('in-review', 'returned')`)
      return withdrawn > 0
    },
  }
}
