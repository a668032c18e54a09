import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pos, type Amount } from '../shared/amount.ts'
import { addCalendarMonths, DAY } from '../shared/instant.ts'
import {
  BEGINNING,
  changeRate,
  DEFAULT_RATES,
  isRangeKind,
  RATE_STEP,
  rateAt,
  rateBounds,
  REWARD_KINDS,
  rewardTableAt,
  type RewardRate,
} from './reward-table.rules.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const NOW = GENESIS + DAY
const kinds = fc.constantFrom(...REWARD_KINDS)
const amounts = fc.oneof(
  fc.bigInt({ min: 1n, max: pos(100_000) }),
  fc.bigInt({ min: 1n, max: 20_000n }).map((steps) => steps * RATE_STEP),
)
const instants = fc.integer({ min: 1, max: 1_000 })
const changes = fc.array(
  fc
    .record({ kind: kinds, validFrom: instants, lowest: amounts })
    .map(({ lowest, ...change }): RewardRate => ({ ...change, lowest, highest: lowest })),
  { maxLength: 30 },
)
const defaultOf = (kind: (typeof REWARD_KINDS)[number]): RewardRate => ({ kind, validFrom: BEGINNING, ...DEFAULT_RATES[kind] })

describe('the default table', () => {
  it('is that of spec 01, with room to the bounds on both sides', () => {
    const shown = REWARD_KINDS.map((kind) => [kind, DEFAULT_RATES[kind].lowest / pos(1), DEFAULT_RATES[kind].highest / pos(1)])
    expect(shown).toEqual([
      ['attendance', 10n, 10n],
      ['form-submission', 5n, 5n],
      ['node-identity', 50n, 50n],
      ['node-contribution', 20n, 500n],
      ['early-delegation', 10n, 10n],
      ['quality-delegation', 20n, 20n],
    ])
    expect(REWARD_KINDS.filter(isRangeKind)).toEqual(['node-contribution'])
    for (const kind of REWARD_KINDS) {
      const { lowest, highest } = rateBounds(kind)
      expect([lowest, highest]).toEqual([pos(1) / 100n, DEFAULT_RATES[kind].highest * 10n])
    }
  })
})

describe('what held at a moment', () => {
  it('is the default before the first change, and each change from its own moment on', () => {
    const change = { kind: 'attendance', validFrom: NOW, lowest: pos(12), highest: pos(12) } as const
    expect(rateAt('attendance', NOW - 1, [change])).toEqual(defaultOf('attendance'))
    expect(rateAt('attendance', NOW, [change])).toEqual(change)
    expect(rateAt('form-submission', NOW, [change])).toEqual(defaultOf('form-submission'))
  })

  it('is the newest change that is not younger, in whatever order changes come', () => {
    fc.assert(
      fc.property(kinds, instants, changes, (kind, at, all) => {
        const unique = all.filter(
          (one, index) => all.findIndex((other) => other.kind === one.kind && other.validFrom === one.validFrom) === index,
        )
        const [newest] = unique
          .filter((change) => change.kind === kind && change.validFrom <= at)
          .toSorted((a, b) => b.validFrom - a.validFrom)
        expect(rateAt(kind, at, unique)).toEqual(newest ?? defaultOf(kind))
        expect(rateAt(kind, at, unique.toReversed())).toEqual(newest ?? defaultOf(kind))
      }),
    )
  })

  it('is never changed by what is decided afterwards', () => {
    fc.assert(
      fc.property(kinds, instants, changes, changes, (kind, at, before, after) => {
        const later = after.map((change) => ({ ...change, validFrom: change.validFrom + at }))
        expect(rateAt(kind, at, [...later, ...before])).toEqual(rateAt(kind, at, before))
      }),
    )
  })
})

describe('a change', () => {
  const asked = (kind: (typeof REWARD_KINDS)[number], lowest: Amount, highest?: Amount) => ({ kind, lowest, highest })
  const decide = (...change: Parameters<typeof asked>) => changeRate(asked(...change), defaultOf(change[0]), NOW)

  it.each([
    ['attendance', pos(12), undefined, undefined],
    ['attendance', RATE_STEP, undefined, undefined],
    ['attendance', pos(100), undefined, undefined],
    ['attendance', pos(10), undefined, 'unchanged'],
    ['attendance', RATE_STEP - 1n, undefined, 'out_of_bounds'],
    ['attendance', pos(100) + 1n, undefined, 'out_of_bounds'],
    ['attendance', RATE_STEP + 1n, undefined, 'too_fine'],
    ['attendance', pos(12), pos(12), 'not_a_range'],
    ['attendance', pos(12), pos(20), 'not_a_range'],
    ['node-contribution', pos(20), pos(600), undefined],
    ['node-contribution', pos(30), pos(30), undefined],
    ['node-contribution', RATE_STEP, pos(5_000), undefined],
    ['node-contribution', pos(20), pos(500), 'unchanged'],
    ['node-contribution', pos(20), undefined, 'highest_missing'],
    ['node-contribution', pos(5_001), undefined, 'out_of_bounds'],
    ['node-contribution', pos(20), pos(5_001), 'highest_out_of_bounds'],
    ['node-contribution', pos(20), RATE_STEP - 1n, 'highest_out_of_bounds'],
    ['node-contribution', pos(20), pos(500) + 1n, 'too_fine'],
    ['node-contribution', pos(20), pos(19), 'reversed'],
  ] as const)('of %s to %s and %s nano: %s', (kind, lowest, highest, problem) => {
    expect(decide(kind, lowest, highest)).toMatchObject(problem === undefined ? { ok: true } : { ok: false, problem })
  })

  it('that is taken stays in the bounds, differs, and holds from now on, after all that was decided before it', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.array(fc.record({ lowest: amounts, width: fc.option(amounts, { nil: undefined }), at: instants }), { maxLength: 20 }),
        (kind, asks) => {
          let rates: readonly RewardRate[] = [defaultOf(kind)]
          for (const { lowest, width, at } of asks) {
            const newest = rates.at(-1)!
            const decided = changeRate({ kind, lowest, highest: width === undefined ? undefined : lowest + width }, newest, at)
            if (!decided.ok) continue
            const { rate } = decided
            const bounds = rateBounds(kind)
            expect(bounds.lowest <= rate.lowest && rate.lowest <= rate.highest && rate.highest <= bounds.highest).toBe(true)
            expect([rate.lowest % RATE_STEP, rate.highest % RATE_STEP]).toEqual([0n, 0n])
            expect(isRangeKind(kind) || rate.highest === rate.lowest).toBe(true)
            expect([rate.lowest, rate.highest]).not.toEqual([newest.lowest, newest.highest])
            expect(rate.validFrom).toBeGreaterThanOrEqual(at)
            // Whatever was asked about a moment before it is answered as it was.
            const past = rate.validFrom - 1
            expect(rateAt(kind, past, [...rates, rate])).toEqual(rateAt(kind, past, rates))
            rates = [...rates, rate]
            expect(rateAt(kind, rate.validFrom, rates)).toEqual(rate)
          }
        },
      ),
    )
  })
})

describe('the table as shown', () => {
  it('pays the base times the multiplier of the moment', () => {
    const change = { kind: 'node-contribution', validFrom: NOW, lowest: pos(30), highest: pos(600) } as const
    const inPeriod = (period: number) => rewardTableAt(GENESIS, addCalendarMonths(GENESIS, period - 1) + DAY, [change])
    const row = (period: number) => inPeriod(period).rewards.find(({ kind }) => kind === 'node-contribution')
    expect(inPeriod(4)).toMatchObject({ period: 4, multiplier: 2 })
    expect(row(1)).toMatchObject({ since: NOW, paid: { lowest: pos(30), highest: pos(600) } })
    expect(row(4)).toMatchObject({ base: { lowest: pos(30), highest: pos(600) }, paid: { lowest: pos(60), highest: pos(1_200) } })
    expect(row(13)).toMatchObject({ paid: { lowest: pos(480), highest: pos(9_600) } })
    expect(inPeriod(4).rewards.map(({ kind }) => kind)).toEqual(REWARD_KINDS)
    expect(inPeriod(4).rewards[0]).toEqual({
      kind: 'attendance',
      base: { lowest: pos(10), highest: pos(10) },
      paid: { lowest: pos(20), highest: pos(20) },
      since: null,
    })
  })

  it('pays nothing any more after the last period, and the simple base before the first', () => {
    const after = rewardTableAt(GENESIS, addCalendarMonths(GENESIS, 13), [])
    expect([after.period, ...after.rewards.map(({ paid }) => paid)]).toEqual([14, ...REWARD_KINDS.map(() => null)])
    const before = rewardTableAt(GENESIS, GENESIS - 1, [])
    expect(before).toMatchObject({ period: 0, multiplier: 1 })
    expect(before.rewards.every(({ base, paid }) => paid?.lowest === base.lowest && paid.highest === base.highest)).toBe(true)
  })
})
