import type { FindMember } from '../identity/identity.port.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { FormDefinition } from '../forms/form-definition.ts'
import type { Campaign, CampaignState, CampaignTerms } from './campaign.types.ts'

/** What campaigns need of the database; runs inside the command's transaction. */
export interface CampaignPort {
  readonly genesis: Instant
  readonly findMember: FindMember
  find(number: number): Promise<Campaign | undefined>
  /** {@link find}, with the campaign's row locked until the command ends. */
  lock(number: number): Promise<Campaign | undefined>
  /** With its form, its team of one and a panel that is asked. Gives its number; undefined when the member has as many that wait as they may. */
  propose(terms: CampaignTerms, form: FormDefinition, by: string, limit: number, now: Instant): Promise<number | undefined>
  /** New terms of a locked campaign: another version of its form, and verdicts on the earlier ones count no more. A panel is asked when none is. */
  change(campaign: Campaign, terms: CampaignTerms, form: FormDefinition, by: string, now: Instant): Promise<void>
  /** Ends a locked campaign and closes its form. A panel that was asked need not answer. */
  end(campaign: Campaign, to: 'withdrawn' | 'ended', now: Instant): Promise<void>
  /** False when more than that is granted already. */
  setBudget(number: number, budget: Amount): Promise<boolean>
  /** `full`: the team has as many as it may. */
  join(number: number, memberId: string, limit: number): Promise<'joined' | 'was-in' | 'full'>
  /** The last of a team stays. */
  leave(number: number, memberId: string): Promise<'left' | 'was-out' | 'last'>
  /** Those in these states, by state in the order of its name, then those that end first before the others; and how many more. */
  list(states: readonly CampaignState[], limit: number): Promise<{ readonly shown: readonly Campaign[]; readonly more: number }>
  isOfTeam(number: number, memberId: string): Promise<boolean>
}
