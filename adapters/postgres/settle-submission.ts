import { LAST_PERIOD, periodAt, periodEnd } from '../../core/economy/release-schedule.ts'
import { reviewTexts } from '../../core/review/review.texts.ts'
import type { Decision, ReviewItem } from '../../core/review/review.types.ts'
import { appealUntil } from '../../core/review/submission-appeal.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Text } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { grantSubmission, type SubmissionGranted } from './grant-submission.ts'
import { notifyMember } from './notify-member.ts'
import type { SettleReview } from './review-store.ts'

const { say } = reviewTexts

/** What follows when a panel has decided about a submission, or about an appeal: its status, its grant, and what the contributor is told. */
export function settleSubmission(genesis: Instant): SettleReview {
  return async (tx, item, decision, now) => {
    const kind = await moveSubmission(tx, item, decision, now)
    const { outcome, amount } = decision
    const granted =
      outcome === 'approved' ? await grantSubmission(tx, genesis, { submission: numberOf(item), amount, kind }, now) : 'nothing'
    await notifyMember(tx, item.contributor, toldOf(item, decision, granted, genesis, now), now)
  }
}

const numberOf = ({ subject }: ReviewItem): number => Number(subject.slice('SUB-'.length))

/** Gives the kind of reward that its form promises. */
async function moveSubmission(tx: Tx, item: ReviewItem, { outcome }: Decision, now: Instant): Promise<string> {
  const [row] = await tx.$queryRaw<{ kind: string }[]>(Prisma.sql`
    WITH moved AS (
      UPDATE submission SET status = ${outcome}, decided_at = ${outcome === 'returned' ? null : new Date(now)}::timestamptz
      WHERE number = ${numberOf(item)} AND status = 'in-review' RETURNING number, revision
    )
    SELECT v.definition -> 'reward' ->> 'kind' AS kind
    FROM moved m JOIN submission_revision r ON r.submission = m.number AND r.revision = m.revision
    JOIN form_version v ON v.form = r.form AND v.version = r.version`)
  if (row === undefined) throw new Error(`${item.subject} was decided and is not in review`)
  return row.kind
}

function toldOf(item: ReviewItem, { outcome, amount, reason }: Decision, granted: SubmissionGranted, genesis: Instant, now: Instant): Text {
  const { subject, kind } = item
  if (outcome === 'returned') return say('told_returned', { subject, reason })
  if (outcome === 'rejected')
    return kind === 'appeal'
      ? say('told_rejectedFinally', { subject, reason })
      : say('told_rejected', { subject, reason, at: { at: appealUntil(now) } })
  if (granted === 'granted') return say('told_granted', { subject, amount })
  if (granted === 'campaign-spent') return say('told_campaignSpent', { subject, amount })
  if (granted === 'nothing') return say('told_approved', { subject })
  const period = periodAt(genesis, now)
  return period < LAST_PERIOD
    ? say('told_unfunded', { subject, amount, at: { at: periodEnd(genesis, period) } })
    : say('told_unfundedEnd', { subject, amount })
}
