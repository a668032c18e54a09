import { z } from 'zod'
import { requireMember } from '../identity/find-member.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { memberField } from '../shared/field.ts'
import { DAY, HOUR } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { TextValue } from '../shared/text.ts'
import { qualityOf, type Quality } from './quality.rules.ts'
import type { ReviewReadPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts
/** Older verdicts say little of how somebody judges today. */
const LOOKED_BACK = 90 * DAY

interface Row {
  readonly name: string
  readonly quality: Quality
}

export const reviewQualityCommand = defineCommand({
  name: ['review', 'quality'],
  summary: say('qualitySummary'),
  access: 'reviewer',
  effect: 'read',
  audience: 'private',
  input: z.object({ member: memberField(say('member')).optional() }),
  async run({ actor, now, port }: Run<ReviewReadPort>, { member }): Promise<Outcome<readonly Row[]>> {
    const isChair = actor.roles.has('chair') || actor.roles.has('operator')
    let of: string | 'all' = isChair ? 'all' : actor.memberId
    if (member !== undefined) {
      const found = await requireMember(port.findMember, actor.account.platform, member)
      if (!found.ok) return found
      of = found.result.memberId
      if (!isChair && of !== actor.memberId)
        return refuse({
          code: 'review.quality_others',
          kind: 'forbidden',
          reason: say('qualityOthers'),
          nextStep: say('qualityOthersNext'),
        })
    }
    const verdicts = Map.groupBy(await port.verdicts(of, now - LOOKED_BACK), ({ reviewer }) => reviewer)
    return done([...verdicts.values()].map((own) => ({ name: own[0]!.name, quality: qualityOf(own) })))
  },
  render: (rows) => ({
    audience: 'private',
    tone: 'info',
    title: say('qualityTitle'),
    lines: [rows.length === 0 ? say('qualityNone') : say('qualityExplained')],
    ...(rows.length === 0
      ? {}
      : {
          table: {
            header: [
              say('columnReviewer'),
              say('columnVerdicts'),
              say('columnAgreement'),
              say('columnKnown'),
              say('columnDrift'),
              say('columnTime'),
            ],
            rows: rows.map(({ name, quality: { verdicts, agreement, right, drift, medianTime } }) => [
              name,
              verdicts,
              percentText(agreement),
              percentText(right),
              percentText(drift),
              medianTime === undefined ? '-' : say('hours', { hours: Math.round(medianTime / HOUR) }),
            ]),
          },
        }),
  }),
})

const percentText = (value: number | undefined): TextValue => (value === undefined ? '-' : say('percent', { value }))
