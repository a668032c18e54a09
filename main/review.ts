import { createApprovalStore } from '../adapters/postgres/approval-store.ts'
import type { Database, Tx } from '../adapters/postgres/database.ts'
import { readCampaignContent, settleCampaign } from '../adapters/postgres/campaign-store.ts'
import { disputeContent, settleDisputeItem } from '../adapters/postgres/dispute-review.ts'
import type { ReviewContents } from '../adapters/postgres/review-content.ts'
import { reviewReads } from '../adapters/postgres/review-reads.ts'
import { isReassignmentDue, reassignReviews } from '../adapters/postgres/review-reassign.ts'
import { appealStore, interestStore, knownStore, reviewRewardStore } from '../adapters/postgres/review-edges.ts'
import { reviewStore, type ReviewEffects } from '../adapters/postgres/review-store.ts'
import { settleSubmission } from '../adapters/postgres/settle-submission.ts'
import { reviewDeclineCommand } from '../core/review/review-decline.ts'
import { reviewInterestCommand, reviewInterestEndCommand } from '../core/review/review-interest.ts'
import { reviewKnownCommand } from '../core/review/review-known.ts'
import { reviewHistoryCommand, reviewListCommand } from '../core/review/review-list.ts'
import { reviewNextCommand, reviewShowCommand } from '../core/review/review-next.ts'
import { reviewQualityCommand } from '../core/review/review-quality.ts'
import { reviewRewardCommand } from '../core/review/review-reward.ts'
import { reviewApproveCommand } from '../core/review/review-approve.ts'
import { reviewDuplicateCommand, reviewRejectCommand, reviewReturnCommand } from '../core/review/review-verdict.ts'
import { submissionAppealCommand } from '../core/review/submission-appeal.ts'
import type { ApprovalPort } from '../core/review/review.port.ts'
import { bindCommand, type BoundCommand } from '../core/shared/dispatch.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { ReviewJobParts } from '../jobs/schedule.ts'

/** What a decided item does, by what it was about. */
const reviewEffects = (genesis: Instant): ReviewEffects => ({
  submission: settleSubmission(genesis),
  appeal: settleSubmission(genesis),
  dispute: settleDisputeItem,
  campaign: (tx, { subject }, decision, now) => settleCampaign(tx, campaignNumber(subject), decision, now),
})

/** What reviewers read of items that are no submissions. */
export const reviewContents = (genesis: Instant): ReviewContents => ({
  dispute: disputeContent(genesis),
  campaign: (tx, { subject }) => readCampaignContent(tx, campaignNumber(subject)),
})

const campaignNumber = (subject: string): number => Number(subject.slice('CMP-'.length))

/** The store behind approvals, one a process. */
export const composeApprovals = (database: Database, genesis: Instant): ApprovalPort =>
  createApprovalStore(database, { genesis, effects: reviewEffects(genesis) })

export function reviewCommands(genesis: Instant, approvals: ApprovalPort): readonly BoundCommand<Tx>[] {
  const reviews = (tx: Tx) => reviewStore(tx, { genesis, effects: reviewEffects(genesis) })
  const reads = (tx: Tx) => reviewReads(tx, { genesis, contents: reviewContents(genesis) })
  return [
    bindCommand(reviewNextCommand, reads),
    bindCommand(reviewShowCommand, reads),
    bindCommand(reviewApproveCommand, () => approvals),
    bindCommand(reviewDuplicateCommand, reviews),
    bindCommand(reviewReturnCommand, reviews),
    bindCommand(reviewRejectCommand, reviews),
    bindCommand(reviewDeclineCommand, reviews),
    bindCommand(reviewListCommand, reads),
    bindCommand(reviewHistoryCommand, reads),
    bindCommand(reviewQualityCommand, reads),
    bindCommand(reviewKnownCommand, knownStore),
    bindCommand(reviewInterestCommand, interestStore),
    bindCommand(reviewInterestEndCommand, interestStore),
    bindCommand(reviewRewardCommand, reviewRewardStore),
    bindCommand(submissionAppealCommand, appealStore),
  ]
}

export function composeReview(database: Database, genesis: Instant): ReviewJobParts {
  const options = { genesis, effects: reviewEffects(genesis) }
  return {
    isDue: (now) => isReassignmentDue(database, now),
    reassign: (now) => reassignReviews(database, options, now),
  }
}
