import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { integerField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { EconomyViewPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import type { OwnPart, PeriodView } from './economy.types.ts'
import { periodFields, refusePeriod } from './period.ts'
import { LAST_PERIOD, periodAt } from './release-schedule.ts'

const { say } = economyTexts

interface Shown {
  readonly period: PeriodView
  readonly mine: OwnPart
  readonly canDispute: boolean
  readonly url: string
}

export const statementCommand = defineCommand({
  name: ['statement'],
  summary: say('statementSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({ period: integerField(say('period'), { min: 1, max: LAST_PERIOD, suggest: 'statement' }).optional() }),
  async run({ actor, now, port }: Run<EconomyViewPort>, { period }): Promise<Outcome<Shown>> {
    const wanted = period ?? Math.max(1, periodAt(port.genesis, now) - 1)
    const found = (await port.periods(now)).find(({ number }) => number === wanted)
    if (found === undefined) return refusePeriod()
    if (found.state === 'future' || found.state === 'open')
      return refuse({
        code: 'statement.not_yet',
        kind: 'not_found',
        reason: say('statementNone', { number: wanted }),
        nextStep: say('statementNoneNext', { at: { at: found.endsAt } }),
      })
    const mine = await port.ownPart(actor.memberId, wanted)
    const canDispute = found.state === 'draft' && now < found.closesAt
    return done({ period: found, mine, canDispute, url: `${port.publicOrigin}/periods/${wanted}` })
  },
  render: ({ period, mine, canDispute, url }) => ({
    audience: 'private',
    tone: 'info',
    title: say('statementTitle', { number: period.number }),
    lines: [
      period.state === 'closed'
        ? say('statementFinal')
        : say(canDispute ? 'statementDraft' : 'statementDisputed', { at: { at: period.closesAt } }),
      say('statementMine', { amount: mine.amount, count: mine.count }),
      ...(mine.corrected === 0n ? [] : [say('statementCorrected', { amount: mine.corrected })]),
      say('statementPage', { url: { page: url } }),
    ],
    fields: periodFields(period),
    ...(period.statementRoot === null ? {} : { verbatim: period.statementRoot }),
    ...(canDispute && mine.count > 0
      ? { buttons: [{ label: say('buttonDispute'), command: 'dispute', input: {}, allowed: 'owner' as const }] }
      : {}),
  }),
})
