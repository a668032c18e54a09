import type { Instant } from '../shared/instant.ts'
import { fold, matches, type Source } from '../shared/suggest.ts'
import { economyTexts } from './economy.texts.ts'
import { LAST_PERIOD, periodEnd, periodStart } from './release-schedule.ts'

const { say } = economyTexts

/** Offers the 13 periods with their days, those that have ended only when a statement is looked for; the one that is running or ended last comes first. */
export function periodSource(genesis: Instant, scope: 'all' | 'ended'): Source {
  return ({ typed, now }) =>
    Array.from({ length: LAST_PERIOD }, (_, index) => index + 1)
      .map((number) => ({ number, start: periodStart(genesis, number), end: periodEnd(genesis, number) }))
      .filter(({ start, end }) => (scope === 'ended' ? end : start) <= now || scope === 'all')
      .filter(({ number, start }) => matches(typed, String(number), fold(new Date(start).toISOString().slice(0, 10))))
      .toSorted((a, b) => rank(a, now) - rank(b, now) || (a.start <= now ? b.number - a.number : a.number - b.number))
      .map(({ number, start, end }) => ({
        value: String(number),
        label: say('periodSuggestion', { number, start: { at: start }, end: { at: end } }),
      }))
}

/** Begun ones before future ones. */
const rank = (period: { start: Instant }, now: Instant): number => (period.start <= now ? 0 : 1)
