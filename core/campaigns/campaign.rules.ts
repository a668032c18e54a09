import { releaseOf, FIRST_PERIOD, LAST_PERIOD, multiplierOf, periodAt } from '../economy/release-schedule.ts'
import { FormDefinition } from '../forms/form-definition.ts'
import { exactAmount, pos, type Amount } from '../shared/amount.ts'
import { DAY, type Instant } from '../shared/instant.ts'
import type { Campaign, CampaignTerms } from './campaign.types.ts'

/** A campaign lasts at most so long, */
export const MAX_LENGTH = 92 * DAY
/** and starts at most so much later than it is proposed. */
export const MAX_AHEAD = 92 * DAY
/** Above this budget three reviewers must agree, else two (reliability.md, R2). */
const LARGE_BUDGET: Amount = pos(50_000)

export type CampaignProblem =
  | 'in_the_past'
  | 'ends_first'
  | 'too_long'
  | 'too_far'
  | 'no_release'
  | 'over_release'
  | 'range_order'
  | 'over_budget'

/** What is wrong with a proposal, if anything; in the order in which members are told. */
export function campaignProblem(terms: CampaignTerms, genesis: Instant, now: Instant): CampaignProblem | undefined {
  const { startsAt, endsAt, budget, lowest, highest } = terms
  if (endsAt <= now) return 'in_the_past'
  if (endsAt <= startsAt) return 'ends_first'
  if (endsAt - startsAt > MAX_LENGTH) return 'too_long'
  if (startsAt > now + MAX_AHEAD) return 'too_far'
  if (lowest > highest) return 'range_order'
  const period = periodAt(genesis, Math.max(startsAt, now))
  if (period < FIRST_PERIOD || period > LAST_PERIOD) return 'no_release'
  if (isOverRelease(terms, genesis, now)) return 'over_release'
  // At least one submission must fit, at the multiplier of the day on which it starts.
  return highest * multiplierOf(period) > budget ? 'over_budget' : undefined
}

/** Whether a budget is more than the whole month releases in which the campaign starts, or runs by now. */
export function isOverRelease({ startsAt, budget }: Pick<CampaignTerms, 'startsAt' | 'budget'>, genesis: Instant, now: Instant): boolean {
  return budget > releaseOf(periodAt(genesis, Math.max(startsAt, now)))
}

/** How many must agree on a campaign of this budget, of how many who are asked. */
export function campaignPanel(budget: Amount): { readonly needed: number; readonly panel: number } {
  const needed = budget > LARGE_BUDGET ? 3 : 2
  return { needed, panel: needed + 1 }
}

/** What is left of the budget is less than the least that one more submission would be paid now. */
export function isSpent(
  { budget, granted, lowest }: Pick<Campaign, 'budget' | 'granted' | 'lowest'>,
  genesis: Instant,
  now: Instant,
): boolean {
  return granted + lowest * multiplierOf(periodAt(genesis, now)) > budget
}

/**
 * The form of a campaign that was proposed in a chat: what was done, and a link to it. What the team wrote stands in both languages, as it is. Two of a panel of
 * three judge each submission where the amount is theirs to choose, else one.
 */
export function plainForm({ title, summary, lowest, highest, startsAt, endsAt }: CampaignTerms): FormDefinition {
  const needed = lowest === highest ? 1 : 2
  return FormDefinition.parse({
    title: { en: title, zh: title },
    intro: { en: summary, zh: summary },
    fields: [
      {
        id: 'what',
        kind: 'long-text',
        label: { en: 'What did you do?', zh: '您做了什么？' },
        help: { en: 'Say enough that somebody who was not there can judge it.', zh: '请写得足够清楚，让不在场的人也能评判。' },
        minLength: 20,
        maxLength: 2_000,
      },
      {
        id: 'link',
        kind: 'link',
        label: { en: 'Link to it', zh: '相关链接' },
        help: { en: 'A page, post or picture that shows it.', zh: '能够证明的网页、帖子或图片。' },
        required: false,
      },
    ],
    window: { opensAt: new Date(startsAt).toISOString(), closesAt: new Date(endsAt).toISOString() },
    recurrence: { every: 'day', times: 1 },
    reward: { kind: 'campaign', lowest: exactAmount(lowest), highest: exactAmount(highest) },
    review: { rule: 'panel', needed, panel: needed === 1 ? 1 : 3, spreadPercent: 30, blind: true, duplicatePercent: 0 },
  })
}
