import type { Database } from '../adapters/postgres/database.ts'
import { forgetDrafts } from '../adapters/postgres/draft-store.ts'
import { settleMerges } from '../adapters/postgres/settle-merges.ts'
import { forgetUploads } from '../adapters/postgres/upload-store.ts'
import type { JobDesk } from '../core/jobs/job-desk.port.ts'
import type { CheckLink } from '../core/links/link.port.ts'
import type { Settlement } from '../core/settlement/settlement.ts'
import type { Instant } from '../core/shared/instant.ts'
import {
  campaignsJob,
  deadLettersJob,
  draftsJob,
  inboxJobs,
  linksJob,
  mergesJob,
  presenceJobs,
  reviewJob,
  settlementJobs,
  signalsJobs,
  type Job,
  type PresenceJobParts,
} from '../jobs/schedule.ts'
import { composeCampaigns } from './campaigns.ts'
import { composeDeadLetters } from './dead-letters.ts'
import { composeInbox } from './inbox.ts'
import { composeLinks } from './links.ts'
import type { ChainPart } from './parts.ts'
import { composeReview } from './review.ts'
import { composeSignals } from './signals.ts'
import { forgetOldChats } from './telegram.ts'

export interface JobsParts {
  readonly database: Database
  readonly genesis: Instant
  readonly chain: ChainPart
  readonly settlement: Settlement
  readonly settling: PresenceJobParts
  readonly desk: JobDesk
  /** Left out where nobody looks at links. */
  readonly checkLink: CheckLink | undefined
}

/** Every job of the product: the one list for the running product and for runs by hand. */
export function composeJobs({ database, genesis, chain, settlement, settling, desk, checkLink }: JobsParts): readonly Job[] {
  return [
    ...settlementJobs({ settlement, desk, forgetChats: (now) => forgetOldChats(database, now) }),
    ...presenceJobs(settling),
    deadLettersJob(composeDeadLetters(database)),
    ...inboxJobs(composeInbox(database)),
    reviewJob(composeReview(database, genesis)),
    ...(checkLink === undefined ? [] : [linksJob(composeLinks(database, checkLink))]),
    campaignsJob(composeCampaigns(database, genesis)),
    draftsJob({ drafts: (now) => forgetDrafts(database, now), uploads: (now) => forgetUploads(database, now) }),
    ...signalsJobs(composeSignals(database, chain)),
    mergesJob((now) => settleMerges(database, genesis, now)),
  ]
}
