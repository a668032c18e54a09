import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'

export const CAMPAIGN_STATES = ['proposed', 'returned', 'approved', 'rejected', 'withdrawn', 'ended'] as const
/** `proposed`: before a panel. `returned`: the panel wants changes. `ended`: over, spent, or ended by its team. */
export type CampaignState = (typeof CAMPAIGN_STATES)[number]

/** What a team proposes; amounts in nano. */
export interface CampaignTerms {
  readonly title: string
  readonly summary: string
  /** All that its submissions can be granted together, multiplier included. */
  readonly budget: Amount
  /** What one submission is paid, before the multiplier. */
  readonly lowest: Amount
  readonly highest: Amount
  readonly startsAt: Instant
  readonly endsAt: Instant
}

export interface Campaign extends CampaignTerms {
  readonly number: number
  readonly state: CampaignState
  /** Its form; takes part only while the campaign is approved. */
  readonly form: number
  readonly granted: Amount
  readonly revision: number
  /** Names of the team, who reviews nothing of it. */
  readonly team: readonly { readonly memberId: string; readonly name: string }[]
  /** Submissions that were sent in, and those that wait for their review. */
  readonly sent: number
  readonly inReview: number
}

/** A team has at most so many. */
export const MAX_TEAM = 20
/** Proposals of one member that may wait at the same time: each asks a panel. */
export const MAX_WAITING = 5
