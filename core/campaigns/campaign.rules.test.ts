import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormDefinition } from '../forms/form-definition.ts'
import { pos } from '../shared/amount.ts'
import { DAY } from '../shared/instant.ts'
import { campaignPanel, campaignProblem, isOverRelease, isSpent, plainForm } from './campaign.rules.ts'
import type { CampaignTerms } from './campaign.types.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const NOW = GENESIS + DAY
const sound: CampaignTerms = {
  title: 'Posters',
  summary: 'Posters for the lake',
  budget: pos(1_000),
  lowest: pos(5),
  highest: pos(20),
  startsAt: NOW,
  endsAt: NOW + 20 * DAY,
}

describe('what is wrong with a proposal', () => {
  it.each([
    ['nothing', {}, undefined],
    ['ends in the past', { startsAt: NOW - 2 * DAY, endsAt: NOW }, 'in_the_past'],
    ['ends when it starts', { startsAt: NOW + DAY, endsAt: NOW + DAY }, 'ends_first'],
    ['lasts 92 days and a bit', { endsAt: NOW + 92 * DAY + 1 }, 'too_long'],
    ['lasts 92 days', { endsAt: NOW + 92 * DAY }, undefined],
    ['starts in a year', { startsAt: NOW + 365 * DAY, endsAt: NOW + 370 * DAY }, 'too_far'],
    ['pays at most less than at least', { highest: pos(4) }, 'range_order'],
    ['asks for all that the month releases', { budget: pos(1_000_000) }, undefined],
    ['asks for more than the month releases', { budget: pos(1_000_000) + 1n }, 'over_release'],
    [
      'of the second month, which releases twice as much',
      { startsAt: NOW + 40 * DAY, endsAt: NOW + 50 * DAY, budget: pos(2_000_000) },
      undefined,
    ],
    ['has no room for one submission', { budget: pos(19) }, 'over_budget'],
    [
      'has no room for one at the multiplier of its start',
      { startsAt: NOW + 40 * DAY, endsAt: NOW + 50 * DAY, budget: pos(39) },
      'over_budget',
    ],
    ['has room for one', { budget: pos(20) }, undefined],
  ] as const)('%s', (_name, changes, expected) => {
    expect(campaignProblem({ ...sound, ...changes }, GENESIS, NOW)).toBe(expected)
  })

  it('nothing can be paid before the first release or after the last', () => {
    const at = GENESIS - 40 * DAY
    expect(campaignProblem({ ...sound, startsAt: at, endsAt: at + DAY }, GENESIS, at - DAY)).toBe('no_release')
    const after = Date.UTC(2028, 3, 1)
    expect(campaignProblem({ ...sound, startsAt: after, endsAt: after + DAY }, GENESIS, after - DAY)).toBe('no_release')
  })
})

it('no budget is more than the month releases, whenever it is changed, also in the last moments of a campaign', () => {
  const over = (budget: bigint, now: number) => isOverRelease({ startsAt: sound.startsAt, budget }, GENESIS, now)
  expect([pos(1_000_000), pos(1_000_000) + 1n].map((budget) => over(budget, NOW))).toEqual([false, true])
  expect(over(pos(2_000_000), GENESIS + 40 * DAY)).toBe(false)
  expect(over(pos(1_000_000) + 1n, sound.endsAt)).toBe(true)
  expect(over(1n, Date.UTC(2028, 3, 1))).toBe(true)
})

it('the larger the budget, the more must agree', () => {
  expect(campaignPanel(pos(50_000))).toEqual({ needed: 2, panel: 3 })
  expect(campaignPanel(pos(50_000) + 1n)).toEqual({ needed: 3, panel: 4 })
})

it('is spent when not one more would fit, and not before', () => {
  const of = (granted: bigint) => isSpent({ budget: pos(100), granted, lowest: pos(5) }, GENESIS, NOW)
  expect([of(0n), of(pos(95)), of(pos(95) + 1n), of(pos(100))]).toEqual([false, false, true, true])
  expect(isSpent({ budget: pos(100), granted: pos(95), lowest: pos(5) }, GENESIS, NOW + 40 * DAY)).toBe(true)
})

it('makes a sound form of whatever a team may write', () => {
  const line = fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }).filter((text) => text.trim() !== '')
  fc.assert(
    fc.property(
      line,
      line,
      fc.bigInt({ min: 1n, max: pos(500) }),
      fc.bigInt({ min: 0n, max: pos(500) }),
      (title, summary, lowest, more) => {
        const form = plainForm({ ...sound, title, summary, lowest, highest: lowest + more })
        expect(FormDefinition.parse(JSON.parse(JSON.stringify(form)))).toEqual(form)
      },
    ),
  )
})
