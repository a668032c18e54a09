import { z } from 'zod'
import { campaignCode, formCode } from '../forms/form-definition.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, codeField, instantField, paragraphsField, textField } from '../shared/field.ts'
import { DAY } from '../shared/instant.ts'
import { resolveInstant } from '../shared/parse-instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { zoneOffset } from '../shared/zone.ts'
import { requireCampaign, requireTeam } from './campaign-access.ts'
import type { CampaignPort } from './campaign.port.ts'
import { campaignProblem, MAX_AHEAD, MAX_LENGTH, plainForm, type CampaignProblem } from './campaign.rules.ts'
import { campaignTexts } from './campaign.texts.ts'
import { MAX_WAITING, type Campaign, type CampaignTerms } from './campaign.types.ts'

const { say } = campaignTexts

/** Which value a problem asks for again. */
const FIELD_OF: Readonly<Record<CampaignProblem, 'start' | 'end' | 'budget' | 'most'>> = {
  in_the_past: 'end',
  ends_first: 'end',
  too_long: 'end',
  too_far: 'start',
  no_release: 'start',
  over_release: 'budget',
  range_order: 'most',
  over_budget: 'budget',
}

interface Proposed {
  readonly campaign: Campaign
  readonly isChange: boolean
}

export const campaignProposeCommand = defineCommand({
  name: ['campaign', 'propose'],
  summary: say('proposeSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({
    title: textField(say('title'), { max: 80 }),
    budget: amountField(say('budget')),
    reward: amountField(say('reward')),
    end: instantField(say('end')),
    summary: paragraphsField(say('summary'), { max: 1_000, maxLines: 30 }),
    start: instantField(say('start')).optional(),
    most: amountField(say('most')).optional(),
    campaign: codeField(say('change'), 'CMP', 'campaign').optional(),
  }),
  async run({ actor, now, port }: Run<CampaignPort>, input): Promise<Outcome<Proposed>> {
    const zone = (at: number) => zoneOffset(actor.timeZone, at)
    const terms: CampaignTerms = {
      title: input.title,
      summary: input.summary,
      budget: input.budget,
      lowest: input.reward,
      highest: input.most ?? input.reward,
      startsAt: input.start === undefined ? now : resolveInstant(input.start, now, zone),
      endsAt: resolveInstant(input.end, now, zone),
    }
    const problem = campaignProblem(terms, port.genesis, now)
    if (problem !== undefined) return refuseTerms(problem)
    if (input.campaign === undefined) {
      const number = await port.propose(terms, plainForm(terms), actor.memberId, MAX_WAITING, now)
      if (number === undefined)
        return refuse({
          code: 'campaign.too_many',
          kind: 'limited',
          reason: say('tooMany', { max: MAX_WAITING }),
          nextStep: say('tooManyNext'),
        })
      const created = await requireCampaign(port.find(number), number)
      return created.ok ? done({ campaign: created.result, isChange: false }) : created
    }
    const old = await requireTeam(port, actor, input.campaign)
    if (!old.ok) return old
    if (old.result.state === 'approved')
      return refuse({
        code: 'campaign.decided',
        kind: 'conflict',
        reason: say('decided', { campaign: campaignCode(old.result.number) }),
        nextStep: say('decidedNext'),
      })
    await port.change(old.result, terms, plainForm(terms), actor.memberId, now)
    return done({ campaign: { ...old.result, ...terms }, isChange: true })
  },
  render({ campaign: { number, form, title }, isChange }) {
    const campaign = campaignCode(number)
    return {
      audience: 'private',
      tone: 'done',
      lines: [
        say(isChange ? 'changed' : 'proposed', { campaign, title }),
        say('proposedNext', { campaign }),
        say('proposedForm', { form: formCode(form) }),
      ],
    }
  },
})

function refuseTerms(problem: CampaignProblem): Outcome<never> {
  const days = { too_long: MAX_LENGTH / DAY, too_far: MAX_AHEAD / DAY }
  const reason =
    problem === 'too_long' || problem === 'too_far' ? say(`problem_${problem}`, { days: days[problem] }) : say(`problem_${problem}`)
  return refuse({ code: `campaign.${problem}`, kind: 'invalid', reason, nextStep: say(`problem_${problem}Next`), field: FIELD_OF[problem] })
}
