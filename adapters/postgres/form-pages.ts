import { FormDefinition, submissionCode } from '../../core/forms/form-definition.ts'
import { draftFilling, offerOf, overviewOf, type FormPages, type SubmissionView } from '../../core/forms/form-pages.ts'
import { OUTCOMES } from '../../core/review/review.types.ts'
import type { Database, Tx } from './database.ts'
import { draftStore } from './draft-store.ts'
import { readAnswers, type FormStoreOptions } from './form-reads.ts'
import { submissionStore } from './submission-store.ts'
import { openUpload } from './upload-store.ts'

/** As many as one page shows, newest first. */
const SHOWN = 50
const REVISIONS = 20

/** What pages of forms and submissions read, outside of commands. */
export function formPages({ prisma }: Database, options: FormStoreOptions): FormPages {
  const drafts = draftStore(prisma, options)
  const submissions = submissionStore(prisma, options)
  return {
    readAddress: options.proof.readAddress,
    overview: (reader, now) => overviewOf(drafts, reader, now),
    form: (number) => drafts.find(number),
    offer: (number, reader, now) => offerOf(drafts, number, reader, now),
    filling: (number, memberId) => draftFilling(drafts, number, memberId),
    submissions: (memberId) => submissions.submissionsOf(memberId, SHOWN),
    async submission(number, memberId) {
      const submission = await submissions.submission(number)
      if (submission?.memberId !== memberId) return undefined
      const [revisions, decided, reward] = await Promise.all([
        revisionsOf(prisma, number),
        decisionsOf(prisma, number),
        rewardOf(prisma, number),
      ])
      const [newest] = revisions
      if (newest === undefined) throw new Error(`the submission ${number} has no revision`)
      const uploads = await submissions.uploadsIn(revisions.map(({ answers }) => answers))
      return { submission, definition: newest.definition, revisions, uploads, ...decided, reward }
    },
    upload: (id, { memberId, isReviewer }) => openUpload(prisma, id, memberId, isReviewer),
  }
}

async function revisionsOf(tx: Tx, submission: number): Promise<SubmissionView['revisions']> {
  const rows = await tx.submissionRevision.findMany({
    where: { submission },
    orderBy: { revision: 'desc' },
    take: REVISIONS,
    include: { formVersion: { select: { definition: true } } },
  })
  return rows.map(({ revision, submittedAt, answers, formVersion }) => ({
    revision,
    at: submittedAt.getTime(),
    definition: FormDefinition.parse(formVersion.definition),
    answers: readAnswers(answers),
  }))
}

/** What panels said, and whether the contributor has appealed; who decided is told to nobody. */
async function decisionsOf(tx: Tx, submission: number): Promise<Pick<SubmissionView, 'decisions' | 'hasAppealed'>> {
  const items = await tx.reviewItem.findMany({
    where: { subject: submissionCode(submission), kind: { in: ['submission', 'appeal'] }, knownOutcome: null },
    orderBy: { id: 'desc' },
    take: REVISIONS,
    select: { kind: true, outcome: true, amount: true, reason: true, decidedAt: true },
  })
  const decisions = items.flatMap(({ kind, outcome, amount, reason, decidedAt }) => {
    const known = OUTCOMES.find((one) => one === outcome)
    if (known === undefined || decidedAt === null) return []
    return [{ isAppeal: kind === 'appeal', outcome: known, amount: amount ?? 0n, reason: reason ?? '', at: decidedAt.getTime() }]
  })
  return { decisions, hasAppealed: items.some(({ kind }) => kind === 'appeal') }
}

async function rewardOf(tx: Tx, submission: number): Promise<SubmissionView['reward']> {
  const row = await tx.submission.findUnique({ where: { number: submission }, select: { rewardId: true } })
  if (row?.rewardId === null || row?.rewardId === undefined) return undefined
  const reward = await tx.reward.findUnique({ where: { id: row.rewardId }, select: { amount: true, status: true } })
  return reward === null ? undefined : { amount: reward.amount, isFunded: reward.status !== 'unfunded' }
}
