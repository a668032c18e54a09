import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { integerField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import type { EconomyViewPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import type { PeriodView } from './economy.types.ts'
import { LAST_PERIOD, periodAt } from './release-schedule.ts'

const { say } = economyTexts

type Shown = { readonly period: PeriodView; readonly canDispute: boolean } | { readonly beginsAt: Instant } | { readonly isOver: true }

export const periodCommand = defineCommand({
  name: ['period'],
  summary: say('periodSummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({ period: integerField(say('period'), { min: 1, max: LAST_PERIOD, suggest: 'period' }).optional() }),
  async run({ now, port }: Run<EconomyViewPort>, { period }): Promise<Outcome<Shown>> {
    const wanted = period ?? periodAt(port.genesis, now)
    if (wanted === 0) return done({ beginsAt: port.genesis })
    if (wanted > LAST_PERIOD) return done({ isOver: true })
    const found = (await port.periods(now)).find(({ number }) => number === wanted)
    if (found === undefined) return refusePeriod()
    return done({ period: found, canDispute: found.state === 'draft' && now < found.closesAt })
  },
  render(shown): Reply {
    if ('beginsAt' in shown) return { audience: 'public', tone: 'info', lines: [say('periodBefore', { at: { at: shown.beginsAt } })] }
    if ('isOver' in shown) return { audience: 'public', tone: 'info', lines: [say('periodAfter')] }
    return {
      audience: 'public',
      tone: 'info',
      title: say('periodTitle', { number: shown.period.number }),
      lines: shown.canDispute ? [say('disputeHow', { at: { at: shown.period.closesAt } })] : [],
      fields: periodFields(shown.period),
    }
  },
})

export function refusePeriod(): Outcome<never> {
  return refuse({
    code: 'period.unknown',
    kind: 'not_found',
    reason: say('periodUnknown'),
    nextStep: say('periodUnknownNext'),
    field: 'period',
  })
}

export function periodFields(period: PeriodView): NonNullable<Reply['fields']> {
  const isRunning = period.state === 'open'
  return [
    { label: say('state'), value: stateText(period) },
    { label: say('release'), value: period.release },
    { label: say('granted'), value: period.granted },
    ...(isRunning ? [{ label: say('left'), value: period.release - period.granted }] : []),
    ...(period.burned === null ? [] : [{ label: say('burnedOf'), value: period.burned }]),
    ...(period.corrected === 0n ? [] : [{ label: say('correctedOf'), value: period.corrected }]),
    ...(period.unfunded === 0 ? [] : [{ label: say('unfunded'), value: period.unfunded }]),
    { label: say('multiplier'), value: say('times', { multiplier: period.multiplier }) },
    {
      label: say(period.state === 'future' ? 'begins' : 'ends'),
      value: { at: period.state === 'future' ? period.startsAt : period.endsAt },
    },
  ]
}

function stateText({ state, closesAt }: PeriodView): Text {
  return state === 'draft' ? say('state_draft', { at: { at: closesAt } }) : say(`state_${state}`)
}
