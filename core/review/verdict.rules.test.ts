import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { pos, type Amount } from '../shared/amount.ts'
import { askWhom, dueAt, obstacleOf, SEAT_TIME, type Candidate, type Standing } from './panel.rules.ts'
import type { ReviewItem, Verdict } from './review.types.ts'
import { advance, approvalWorth, duplicateWorth, medianOf, type PanelChange, type PanelSeat } from './verdict.rules.ts'

const ITEM: ReviewItem = {
  id: 1n,
  kind: 'submission',
  subject: 'SUB-1',
  contributor: 'ann',
  needed: 2,
  panel: 3,
  spreadPercent: 30,
  blind: true,
  lowest: pos(20),
  highest: pos(500),
  duplicatePercent: 10,
  revision: 1,
  openedAt: 0,
  state: 'open',
  isKnown: false,
}
const fit = (reviewer: string): Standing => ({
  reviewer,
  hasRole: true,
  isBlocked: false,
  isContributor: false,
  isTeam: false,
  isClose: false,
  hasDecided: false,
})
const asked = (reviewer: string): PanelSeat => ({
  reviewer,
  assignedAt: 0,
  dueAt: SEAT_TIME,
  state: 'asked',
  voided: false,
  standing: fit(reviewer),
})

/** What a panel does by itself: seats change as the rule says, and who is asked next is named in order. */
class Play {
  readonly item: ReviewItem
  seats: PanelSeat[]
  last: PanelChange | undefined
  #next: number
  #now = 0

  constructor(terms: Partial<ReviewItem> = {}) {
    this.item = { ...ITEM, ...terms }
    this.seats = Array.from({ length: this.item.panel }, (_, index) => asked(`r${index}`))
    this.#next = this.seats.length
  }

  answer(reviewer: string, verdict: Verdict, amount: Amount = pos(100)): PanelChange {
    const isApproval = verdict === 'approve' || verdict === 'duplicate'
    return this.#act({ kind: 'answer', given: { reviewer, verdict, ...(isApproval ? { amount } : { reason: `${reviewer} ${verdict}` }) } })
  }
  decline(reviewer: string): PanelChange {
    return this.#act({ kind: 'decline', reviewer })
  }
  look(at: number): PanelChange {
    this.#now = at
    return this.#act({ kind: 'look' })
  }
  change(reviewer: string, change: Partial<Standing>): void {
    this.seats = this.seats.map((seat) => (seat.reviewer === reviewer ? { ...seat, standing: { ...seat.standing, ...change } } : seat))
  }
  waiting(): string[] {
    return this.seats.filter(({ state }) => state === 'asked').map(({ reviewer }) => reviewer)
  }

  #act(act: Parameters<typeof advance>[1]): PanelChange {
    this.#now += 1
    const change = advance({ item: this.item, seats: this.seats }, act, this.#now)
    this.seats = this.seats.map((seat): PanelSeat => {
      const moved = change.moved.get(seat.reviewer)
      if (moved !== undefined) return { ...seat, state: moved }
      if (change.voided.includes(seat.reviewer)) return { ...seat, voided: true }
      return change.given?.reviewer === seat.reviewer
        ? { ...seat, ...change.given, state: 'decided', revision: this.item.revision, decidedAt: this.#now }
        : seat
    })
    for (let count = change.ask; count > 0; count -= 1) {
      this.seats.push({ ...asked(`r${this.#next}`), assignedAt: this.#now, dueAt: dueAt(this.#now) })
      this.#next += 1
    }
    this.last = change
    return change
  }
}

/** `20a` approves with 20 PoS, `d` duplicate, `r` return, `x` reject. */
function play(terms: Partial<ReviewItem>, verdicts: string): string {
  const panel = new Play(terms)
  for (const word of verdicts.split(' ')) {
    const [reviewer] = panel.waiting()
    if (word === 'd') panel.answer(reviewer!, 'duplicate', duplicateWorth(panel.item))
    else if (word === 'r') panel.answer(reviewer!, 'return')
    else if (word === 'x') panel.answer(reviewer!, 'reject')
    else panel.answer(reviewer!, 'approve', BigInt(word.replace('a', '')) * pos(1))
  }
  const { decision } = panel.last!
  if (decision === undefined) return `waits for ${panel.waiting().length}`
  return decision.outcome === 'approved' ? `approved ${decision.amount / 10_000_000n}` : decision.outcome
}

describe('what a panel comes to, as the table in README.md has it', () => {
  it.each([
    [1, 1, '100a', 'approved 10000'],
    [1, 1, 'r', 'returned'],
    [1, 1, 'x', 'rejected'],
    [2, 3, '100a', 'waits for 2'],
    [2, 3, '100a 200a', 'approved 15000'],
    [2, 3, '100a x', 'waits for 1'],
    [2, 3, '100a x r', 'returned'],
    [2, 3, 'x x', 'rejected'],
    [2, 3, 'r x', 'returned'],
    [2, 3, 'r r', 'returned'],
    [1, 3, 'x x', 'waits for 1'],
    [1, 3, 'x r x', 'rejected'],
    [1, 3, 'x r 20a', 'approved 2000'],
    [3, 5, 'x x r', 'rejected'],
    [2, 2, '20a 500a', 'waits for 1'],
    [2, 2, '20a 500a 100a', 'approved 10000'],
    [2, 2, '20a 500a x', 'approved 26000'],
    [2, 3, '20a 500a', 'waits for 1'],
    [2, 3, '20a 500a 30a', 'approved 3000'],
    [2, 3, '20a 500a x', 'waits for 1'],
    [2, 3, 'x 20a 500a', 'waits for 1'],
    [2, 3, 'x 20a 500a r', 'approved 26000'],
    [2, 2, '100a 250a', 'approved 17500'],
    [2, 2, '100a 251a', 'waits for 1'],
    [2, 2, 'd 20a', 'approved 1100'],
  ] as const)('%i of %i: %s → %s', (needed, panel, verdicts, expected) => {
    expect(play({ needed, panel }, verdicts)).toBe(expected)
  })

  it('tells every reason of those who were against it, once, in the order in which they came', () => {
    const panel = new Play()
    panel.answer('r1', 'reject')
    expect(panel.answer('r0', 'return').decision).toEqual({ outcome: 'returned', amount: 0n, reason: 'r1 reject\nr0 return' })
    expect([...panel.last!.moved]).toEqual([['r2', 'released']])
    expect(panel.last!.deciders).toEqual(['r0', 'r1'])
  })
})

describe('a seat', () => {
  it('that is late, given back or not allowed any more goes to somebody else', () => {
    const panel = new Play()
    panel.change('r1', { isClose: true })
    panel.decline('r0')
    expect([...panel.last!.moved]).toEqual([
      ['r0', 'declined'],
      ['r1', 'recused'],
    ])
    expect(panel.waiting()).toEqual(['r2', 'r3', 'r4'])
    panel.look(SEAT_TIME - 2)
    expect(panel.waiting()).toEqual(['r2', 'r3', 'r4'])
    panel.look(SEAT_TIME)
    expect([...panel.last!.moved]).toContainEqual(['r2', 'lapsed'])
  })

  it('whose reviewer lost the role takes the verdict with it, and another of earlier content never counts', () => {
    const panel = new Play()
    panel.answer('r0', 'approve')
    panel.change('r0', { hasRole: false })
    panel.answer('r1', 'approve')
    expect(panel.last).toMatchObject({ voided: ['r0'], decision: undefined, ask: 1 })
    expect(panel.answer('r2', 'approve').decision).toMatchObject({ outcome: 'approved' })
    const earlier = new Play({ revision: 2 })
    earlier.seats[0] = { ...earlier.seats[0]!, state: 'decided', verdict: 'approve', amount: pos(20), revision: 1 }
    expect(earlier.answer('r1', 'approve')).toMatchObject({ decision: undefined, ask: 1 })
  })

  it('cannot be answered for by somebody who may not sit', () => {
    const panel = new Play()
    panel.change('r0', { isTeam: true })
    expect(() => panel.answer('r0', 'approve')).toThrow(/may not answer/)
  })
})

test('what an approval is worth', () => {
  const range = { lowest: pos(20), highest: pos(500) }
  const fixed = { lowest: pos(5), highest: pos(5) }
  expect(approvalWorth(range, pos(20))).toEqual({ ok: true, amount: pos(20) })
  expect(approvalWorth(range, pos(500) + 1n)).toEqual({ ok: false, problem: 'amount_out_of_range' })
  expect(approvalWorth(range, undefined)).toEqual({ ok: false, problem: 'amount_missing' })
  expect(approvalWorth(fixed, undefined)).toEqual({ ok: true, amount: pos(5) })
  expect(approvalWorth(fixed, pos(6))).toEqual({ ok: false, problem: 'amount_fixed' })
  expect(approvalWorth({ lowest: 0n, highest: 0n }, pos(1))).toEqual({ ok: false, problem: 'no_amount' })
  expect(medianOf([3n, 1n])).toBe(2n)
  expect(medianOf([4n, 1n])).toBe(2n)
  expect(medianOf([9n, 1n, 4n])).toBe(4n)
})

describe('who is asked', () => {
  const candidate = (reviewer: string, openSeats: number, change: Partial<Candidate> = {}): Candidate => ({
    ...fit(reviewer),
    openSeats,
    hadSeat: false,
    ...change,
  })

  it('is whoever may and has least to do, and those who had a seat only when nobody else is left', () => {
    const all = [
      candidate('a', 5),
      candidate('b', 1),
      candidate('c', 0, { isClose: true }),
      candidate('d', 0, { hadSeat: true }),
      candidate('e', 3),
    ]
    expect(askWhom(all, 2, 7)).toEqual(['b', 'e'])
    expect(askWhom(all, 9, 7)).toEqual(['b', 'e', 'a', 'd'])
    expect(askWhom(all, 0, 7)).toEqual([])
  })

  it('is drawn by lot among equals: each about as often, and the same by the same seed', () => {
    const names = ['a', 'b', 'c', 'd']
    const drawn = Array.from(
      { length: 4_000 },
      (_, seed) =>
        askWhom(
          names.map((name) => candidate(name, 0)),
          1,
          seed,
        )[0]!,
    )
    for (const name of names) {
      const share = drawn.filter((each) => each === name).length
      expect(share).toBeGreaterThan(850)
      expect(share).toBeLessThan(1_150)
    }
    expect(
      askWhom(
        names.toReversed().map((name) => candidate(name, 0)),
        4,
        5,
      ),
    ).toEqual(
      askWhom(
        names.map((name) => candidate(name, 0)),
        4,
        5,
      ),
    )
  })

  it.each(['hasRole', 'isBlocked', 'isContributor', 'isTeam', 'isClose', 'hasDecided'] as const)(
    'is nobody for whom %s speaks against it',
    (fact) => {
      const against = { ...fit('a'), [fact]: fact !== 'hasRole' }
      expect(obstacleOf(against)).toBeDefined()
      expect(askWhom([{ ...against, openSeats: 0, hadSeat: false }], 1, 1)).toEqual([])
    },
  )
})

const terms = fc
  .record({
    needed: fc.integer({ min: 1, max: 5 }),
    extra: fc.integer({ min: 0, max: 4 }),
    spreadPercent: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ needed, extra, spreadPercent }) => ({ needed, panel: needed + extra, spreadPercent }))
const verdict = fc.tuple(
  fc.constantFrom<Verdict>('approve', 'approve', 'duplicate', 'return', 'reject'),
  fc.bigInt({ min: ITEM.lowest, max: ITEM.highest }),
)

test('by whatever happens, a panel decides once, within the range, by those who may, and else always waits for somebody', () => {
  const step = fc.record({
    who: fc.nat({ max: 20 }),
    what: fc.constantFrom('answer', 'answer', 'answer', 'decline', 'late', 'unfit'),
    given: verdict,
  })
  fc.assert(
    fc.property(terms, fc.array(step, { maxLength: 40 }), (chosen, steps) => {
      const panel = new Play(chosen)
      let time = 0
      for (const {
        who,
        what,
        given: [word, amount],
      } of steps) {
        const waiting = panel.waiting()
        expect(waiting.length, 'somebody is asked').toBeGreaterThan(0)
        const name = waiting[who % waiting.length]!
        time += 1_000
        if (what === 'unfit') panel.change(panel.seats[who % panel.seats.length]!.reviewer, { isClose: true })
        const isFit = obstacleOf(panel.seats.find(({ reviewer }) => reviewer === name)!.standing) === undefined
        if (what === 'answer' && isFit) panel.answer(name, word, word === 'duplicate' ? duplicateWorth(panel.item) : amount)
        else if (what === 'decline') panel.decline(name)
        else panel.look(what === 'late' ? (time += SEAT_TIME) : time)
        const { decision, deciders } = panel.last!
        if (decision === undefined) continue
        expect(panel.waiting()).toEqual([])
        const counted = panel.seats.filter(({ reviewer }) => deciders.includes(reviewer))
        expect(
          counted.filter(({ standing, voided, state }) => voided || state !== 'decided' || obstacleOf(standing) !== undefined),
        ).toEqual([])
        const approvals = counted.filter((seat) => seat.verdict === 'approve' || seat.verdict === 'duplicate')
        expect(decision.outcome === 'approved').toBe(approvals.length >= chosen.needed)
        if (decision.outcome === 'approved') {
          expect(decision.amount).toBeGreaterThanOrEqual(duplicateWorth(panel.item))
          expect(decision.amount).toBeLessThanOrEqual(panel.item.highest)
        }
        return
      }
    }),
  )
})

test('the order of the same verdicts changes neither outcome nor amount, where they decide together', () => {
  const scenario = terms.chain((chosen) =>
    fc.record({
      chosen: fc.constant(chosen),
      verdicts: fc.array(verdict, { minLength: chosen.panel + 1, maxLength: chosen.panel + 1 }),
      seed: fc.nat(),
    }),
  )
  fc.assert(
    fc.property(scenario, ({ chosen, verdicts, seed }) => {
      const run = (order: readonly (typeof verdicts)[number][]) => {
        const panel = new Play(chosen)
        let used = 0
        for (const [word, amount] of order) {
          if (panel.last?.decision !== undefined) break
          panel.answer(panel.waiting()[0]!, word, amount)
          used += 1
        }
        return { decision: panel.last!.decision!, used }
      }
      const first = run(verdicts)
      const deciding = verdicts.slice(0, first.used)
      const shuffled = deciding
        .map((each, index) => [Math.imul(seed + index, 0x9e3779b1) >>> 0, each] as const)
        .toSorted((a, b) => a[0] - b[0])
        .map(([, each]) => each)
      const second = run(shuffled)
      // Some of the same verdicts may decide before the rest came; then the rest was not needed.
      if (second.used < first.used) return
      expect({ ...second.decision, reason: '' }).toEqual({ ...first.decision, reason: '' })
    }),
  )
})

test('a panel never waits when all of it and one more have answered', () => {
  fc.assert(
    fc.property(terms, fc.array(verdict, { minLength: 11, maxLength: 11 }), (chosen, verdicts) => {
      const game = new Play(chosen)
      let used = 0
      for (const [word, amount] of verdicts) {
        if (game.last?.decision !== undefined) break
        game.answer(game.waiting()[0]!, word, amount)
        used += 1
      }
      expect(game.last?.decision).toBeDefined()
      expect(used).toBeLessThanOrEqual(chosen.panel + 1)
    }),
  )
})
