import type { DraftPort, MemberFacts } from '../../core/forms/form.port.ts'
import type { Draft } from '../../core/forms/form.types.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { Prisma, type FormDraft } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { answersJson, formReads, formVersion, readAnswers, type FormStoreOptions } from './form-reads.ts'
import { inBatches } from './in-batches.ts'
import { SUBMISSION_WITH_REVISION, toSubmission, type SubmissionRow } from './submission-rows.ts'
import { ownUpload } from './upload-store.ts'

/** A draft that nobody has changed for so long is forgotten. */
const KEPT_MS = 30 * DAY
const AT_ONCE = 500

/** What somebody fills in. */
export function draftStore(tx: Tx, options: FormStoreOptions): DraftPort {
  return {
    ...formReads(tx, options),
    ...memberFacts(tx),
    isSignedBy: options.proof.isSignedBy,
    ownUpload: (memberId, id) => ownUpload(tx, memberId, id),
    version: (form, version) => formVersion(tx, form, version),
    async draft(form, memberId) {
      const row = await tx.formDraft.findUnique({ where: { form_memberId: { form, memberId } } })
      return row === null ? undefined : toDraft(row)
    },
    async lockDraft(form, memberId) {
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM form_draft WHERE form = ${form} AND member_id = ${memberId} FOR UPDATE`)
      const row = await tx.formDraft.findUnique({ where: { form_memberId: { form, memberId } } })
      return row === null ? undefined : toDraft(row)
    },
    async draftsOf(memberId) {
      const rows = await tx.formDraft.findMany({ where: { memberId }, orderBy: { updatedAt: 'desc' }, take: 25 })
      return rows.map(toDraft)
    },
    async saveDraft({ form, version, memberId, answers, atField = null, submission = null, event = null, startedAt, updatedAt }) {
      const data = { version, answers: answersJson(answers), atField, submission, event, updatedAt: new Date(updatedAt) }
      await tx.formDraft.upsert({
        where: { form_memberId: { form, memberId } },
        create: { form, memberId, startedAt: new Date(startedAt), ...data },
        update: data,
      })
    },
    async discardDraft(form, memberId) {
      return (await tx.formDraft.deleteMany({ where: { form, memberId } })).count === 1
    },
    async returned(form, memberId, submission) {
      const [row] = await tx.$queryRaw<SubmissionRow[]>(Prisma.sql`
        ${SUBMISSION_WITH_REVISION} WHERE s.form = ${form} AND s.member_id = ${memberId} AND s.status = 'returned'
        AND (${submission ?? null}::int IS NULL OR s.number = ${submission ?? null}::int) ORDER BY s.number DESC LIMIT 1`)
      return row === undefined ? undefined : toSubmission(row)
    },
  }
}

function memberFacts(tx: Tx): MemberFacts {
  return {
    async hasWallet(memberId) {
      return (await tx.wallet.count({ where: { memberId, unlinkedAt: null } })) > 0
    },
    async hasAttended(memberId, event) {
      return (await tx.attendance.count({ where: { event, memberId, undoneAt: null } })) > 0
    },
    async lastSent(form, memberId) {
      const [row] = await tx.$queryRaw<{ at: Date }[]>(Prisma.sql`
        SELECT contributed_at AS at FROM submission
        WHERE form = ${form} AND member_id = ${memberId} AND event IS NULL AND status <> 'withdrawn' ORDER BY contributed_at DESC LIMIT 1`)
      return row?.at.getTime()
    },
    async quizOf(form, now) {
      const next = await tx.eventQuiz.findFirst({
        where: { form, eventRow: { closesAt: { gt: new Date(now) }, closedAt: null } },
        orderBy: { eventRow: { startsAt: 'asc' } },
        select: { event: true },
      })
      return next?.event
    },
    async usedSlots(form, memberId, span) {
      const [row] = await tx.$queryRaw<{ used: number }[]>(Prisma.sql`
        SELECT count(*)::int AS used FROM (${usedSlotsOf(form, memberId)}) AS u WHERE starts_with(u.slot, ${`${span}/`})`)
      return row!.used
    },
  }
}

/** Places of a form that the member has taken, or was paid for before being erased and coming back (`erase-member.ts`). */
export const usedSlotsOf = (form: number, memberId: string): Prisma.Sql => Prisma.sql`
  SELECT slot FROM submission WHERE form = ${form} AND member_id = ${memberId} AND status <> 'withdrawn'
  UNION
  SELECT substr(subject, length(${`FORM-${form}/`}) + 1) FROM erased_claim WHERE member_id = ${memberId} AND starts_with(subject, ${`FORM-${form}/`})`

function toDraft({ form, version, memberId, answers, atField, submission, event, startedAt, updatedAt }: FormDraft): Draft {
  return {
    form,
    version,
    memberId,
    answers: readAnswers(answers),
    ...(atField === null ? {} : { atField }),
    ...(submission === null ? {} : { submission }),
    ...(event === null ? {} : { event }),
    startedAt: startedAt.getTime(),
    updatedAt: updatedAt.getTime(),
  }
}

/** Forgets drafts that were left; gives how many. Safe beside members who go on just now: theirs have changed. */
export function forgetDrafts(database: Database, now: Instant): Promise<number> {
  return inBatches(database, AT_ONCE, async (tx) => {
    const forgotten = await tx.$executeRaw(Prisma.sql`
      DELETE FROM form_draft WHERE (form, member_id) IN (
        SELECT form, member_id FROM form_draft WHERE updated_at < ${new Date(now - KEPT_MS)} LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)`)
    return { seen: forgotten, sent: forgotten }
  })
}
