import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fundInOrder } from '../economy/reward.rules.ts'
import { HOUR, MINUTE } from '../shared/instant.ts'
import type { Event, Evidence } from './attendance.types.ts'
import { CODE_STEP_MS, REMEMBERED_STEPS, rotatingCode, type Hmac } from './check-in-code.ts'
import { decideCheckIns, WRONG_CODES_ALLOWED, type CheckIn, type CheckInDecision, type CheckInFacts } from './check-in.rules.ts'

const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest()
const START = Date.UTC(2027, 2, 1, 18)
const SINGLE_USE = ['AAAA0000', 'AAAA0001', 'AAAA0002', 'AAAA0003']

function eventNumbered(number: number, changes: Partial<Event> = {}): Event {
  return {
    number,
    title: `Event ${number}`,
    place: 'Stage',
    startsAt: START,
    endsAt: START + HOUR,
    opensAt: START - 15 * MINUTE,
    closesAt: START + 90 * MINUTE,
    capacity: null,
    baseReward: 10n,
    evidence: 'rotating',
    codeSecret: new Uint8Array(32).fill(number),
    attendees: 0,
    createdBy: 'host',
    closedAt: null,
    ...changes,
  }
}

/** What a database would hold, one row at a time: the rules on a batch must agree with it. */
class World {
  readonly events: Map<number, Event>
  readonly attended = new Set<string>()
  readonly wrong = new Map<string, number>()
  readonly used = new Set<string>()
  readonly undone: ReadonlySet<string>
  readonly blocked: ReadonlySet<string>
  left: bigint

  constructor(events: readonly Event[], left: bigint, blocked: readonly string[] = [], undone: readonly string[] = []) {
    this.events = new Map(events.map((event) => [event.number, event]))
    this.left = left
    this.blocked = new Set(blocked)
    this.undone = new Set(undone)
  }

  facts(item: CheckIn): CheckInFacts {
    const pair = `${item.event}:${item.memberId}`
    const isSingleUse = SINGLE_USE.includes(item.code ?? '')
    return {
      event: this.events.get(item.event),
      isBlocked: this.blocked.has(item.memberId),
      attended: this.undone.has(pair) ? 'undone' : this.attended.has(pair) ? 'yes' : 'no',
      wrongCodes: this.wrong.get(item.memberId) ?? 0,
      singleUse: this.used.has(`${item.event}:${item.code}`) ? 'used' : isSingleUse ? 'fresh' : 'unknown',
    }
  }

  decide(items: readonly CheckIn[]): readonly CheckInDecision[] {
    const decisions = decideCheckIns(
      items,
      items.map((item) => this.facts(item)),
      { hmac, rewardOf: (base) => base, fund: (amounts) => fundInOrder(this.left, amounts) },
    )
    decisions.forEach((decision, index) => this.apply(items[index]!, decision))
    return decisions
  }

  private apply(item: CheckIn, decision: CheckInDecision): void {
    if (!decision.ok) {
      if (decision.countsAsWrong) this.wrong.set(item.memberId, (this.wrong.get(item.memberId) ?? 0) + 1)
      return
    }
    const event = this.events.get(item.event)!
    this.events.set(item.event, { ...event, attendees: event.attendees + 1 })
    this.attended.add(`${item.event}:${item.memberId}`)
    if (decision.evidence === 'codes') this.used.add(`${item.event}:${item.code}`)
    if (decision.reward === 'granted') this.left -= decision.amount
  }
}

function checkIn(event: number, member: string, changes: Partial<CheckIn> = {}): CheckIn {
  const at = changes.at ?? START
  const code = rotatingCode(hmac, new Uint8Array(32).fill(event), at)
  return { event, memberId: member, evidence: 'code', code, codeHash: undefined, at, ...changes }
}

const evidence = fc.constantFrom<Evidence>('rotating', 'codes', 'roster')
const worlds = fc.record({
  events: fc.array(
    fc.record({
      capacity: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
      attendees: fc.constant(0),
      baseReward: fc.bigInt({ min: 0n, max: 30n }),
      evidence,
      closedAt: fc.option(fc.constant(START), { nil: null, freq: 8 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  left: fc.bigInt({ min: 0n, max: 200n }),
})
const asked = fc.array(
  fc.record({
    event: fc.integer({ min: 1, max: 4 }),
    member: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'blocked'),
    how: fc.constantFrom('right', 'right', 'right', 'wrong', 'old', 'single', 'roster'),
    single: fc.nat(3),
    minutes: fc.integer({ min: -20, max: 95 }),
  }),
  { maxLength: 60 },
)

function itemsOf(list: typeof asked extends fc.Arbitrary<infer T> ? T : never): CheckIn[] {
  return list.map(({ event, member, how, single, minutes }) => {
    const at = START + minutes * MINUTE
    const secret = new Uint8Array(32).fill(event)
    const code = {
      right: rotatingCode(hmac, secret, at),
      wrong: 'ZZZZZZZZ',
      old: rotatingCode(hmac, secret, at, 5),
      single: SINGLE_USE[single]!,
      roster: undefined,
    }[how]
    return checkIn(event, member, { at, code, evidence: how === 'roster' ? 'roster' : 'code' })
  })
}

const makeWorld = (input: typeof worlds extends fc.Arbitrary<infer T> ? T : never) =>
  new World(
    input.events.map((changes, index) => eventNumbered(index + 1, changes)),
    input.left,
    ['blocked'],
    ['1:f'],
  )

describe('a batch', () => {
  test('is decided as if its items had come one by one, cut anywhere', () => {
    fc.assert(
      fc.property(worlds, asked, fc.array(fc.nat(60), { maxLength: 4 }), (input, list, cuts) => {
        const items = itemsOf(list)
        const [whole, single, cut] = [makeWorld(input), makeWorld(input), makeWorld(input)]
        const together = whole.decide(items)
        const oneByOne = items.flatMap((item) => single.decide([item]))
        const edges = [0, ...cuts.filter((at) => at < items.length).toSorted((a, b) => a - b), items.length]
        const inPieces = edges.slice(1).flatMap((end, index) => cut.decide(items.slice(edges[index], end)))
        // The event inside a decision carries the count of its own batch's start; all else must be equal.
        const essence = (decision: CheckInDecision) => ({ ...decision, event: decision.event?.number })
        expect(together.map(essence)).toEqual(oneByOne.map(essence))
        expect(inPieces.map(essence)).toEqual(oneByOne.map(essence))
        expect(whole.left).toBe(single.left)
      }),
      { numRuns: 300 },
    )
  })

  test('never exceeds a capacity, rewards a member once an event, takes a code once and grants no more than is left', () => {
    fc.assert(
      fc.property(worlds, asked, (input, list) => {
        const items = itemsOf(list)
        const decisions = makeWorld(input).decide(items)
        const accepted = items.filter((_, index) => decisions[index]!.ok)
        for (const [index, { capacity }] of input.events.entries())
          expect(accepted.filter(({ event }) => event === index + 1).length).toBeLessThanOrEqual(capacity ?? Infinity)
        const pairs = accepted.map(({ event, memberId }) => `${event}:${memberId}`)
        expect(new Set(pairs).size).toBe(pairs.length)
        const codes = items.flatMap((item, index) => {
          const decision = decisions[index]!
          return decision.ok && decision.evidence === 'codes' ? [`${item.event}:${item.code}`] : []
        })
        expect(new Set(codes).size).toBe(codes.length)
        const granted = decisions.reduce((sum, one) => sum + (one.ok && one.reward === 'granted' ? one.amount : 0n), 0n)
        expect(granted <= input.left).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('refusals, each beside a neighbour that is accepted', () => {
  const cases: readonly [string, CheckIn, Partial<Event>, CheckInDecision & { ok: false } extends { refusal: infer R } ? R : never][] = [
    ['no event', checkIn(9, 'a'), {}, 'no_such_event'],
    ['too early', checkIn(1, 'a', { at: START - 15 * MINUTE - 1 }), {}, 'not_open_yet'],
    ['too late', checkIn(1, 'a', { at: START + 90 * MINUTE }), {}, 'closed'],
    ['blocked', checkIn(1, 'blocked'), {}, 'blocked'],
    ['undone', checkIn(1, 'undone'), {}, 'undone'],
    ['already', checkIn(1, 'there'), {}, 'already'],
    ['wrong code', checkIn(1, 'a', { code: '00000000' }), {}, 'wrong_code'],
    ['old code', checkIn(1, 'a', { code: rotatingCode(hmac, new Uint8Array(32).fill(1), START, 2) }), {}, 'expired_code'],
    [
      'oldest code that is remembered',
      checkIn(1, 'a', { code: rotatingCode(hmac, new Uint8Array(32).fill(1), START, REMEMBERED_STEPS) }),
      {},
      'expired_code',
    ],
    [
      'code forgotten since',
      checkIn(1, 'a', { code: rotatingCode(hmac, new Uint8Array(32).fill(1), START, REMEMBERED_STEPS + 1) }),
      {},
      'wrong_code',
    ],
    ['guessing', checkIn(1, 'guesser'), {}, 'cooldown'],
  ]
  test.each(cases)('%s', (_name, item, changes, refusal) => {
    const world = new World([eventNumbered(1, changes)], 1_000n, ['blocked'], ['1:undone'])
    world.attended.add('1:there')
    world.wrong.set('guesser', WRONG_CODES_ALLOWED)
    const [before, refused, after] = world.decide([checkIn(1, 'b'), item, checkIn(1, 'c')])
    expect([before!.ok, after!.ok]).toEqual([true, true])
    expect(refused).toMatchObject({ ok: false, refusal })
  })

  test('an event that takes a roster refuses codes, and every event takes a roster', () => {
    const world = new World([eventNumbered(1, { evidence: 'roster' })], 1_000n)
    const [refused, taken] = world.decide([checkIn(1, 'a'), checkIn(1, 'b', { evidence: 'roster', code: undefined })])
    expect(refused).toMatchObject({ refusal: 'roster_only', countsAsWrong: false })
    expect(taken).toMatchObject({ ok: true, evidence: 'roster' })
  })

  test('the code of the step before still counts, for its whole step', () => {
    const world = new World([eventNumbered(1)], 1_000n)
    const before = rotatingCode(hmac, new Uint8Array(32).fill(1), START - CODE_STEP_MS)
    const decisions = world.decide([
      checkIn(1, 'a', { code: before, at: START }),
      checkIn(1, 'b', { code: before, at: START + CODE_STEP_MS - 1 }),
      checkIn(1, 'c', { code: before, at: START + CODE_STEP_MS }),
    ])
    expect(decisions.map(({ ok }) => ok)).toEqual([true, true, false])
  })

  test('precedence: already before full, full before cooldown, cooldown before the code', () => {
    const world = new World([eventNumbered(1, { capacity: 1, attendees: 1 }), eventNumbered(2)], 1_000n)
    world.attended.add('1:there')
    world.wrong.set('guesser', WRONG_CODES_ALLOWED)
    const refusals = world
      .decide([checkIn(1, 'there'), checkIn(1, 'guesser'), checkIn(2, 'guesser')])
      .map((decision) => (decision.ok ? 'accepted' : decision.refusal))
    expect(refusals).toEqual(['already', 'full', 'cooldown'])
  })

  test('the sixth wrong code in a row is not judged any more, and no longer counted', () => {
    const world = new World([eventNumbered(1)], 1_000n)
    const decisions = world.decide(Array.from({ length: 8 }, () => checkIn(1, 'a', { code: '00000000' })))
    expect(decisions.map((one) => !one.ok && one.refusal)).toEqual([
      ...Array.from({ length: 5 }, () => 'wrong_code'),
      ...Array.from({ length: 3 }, () => 'cooldown'),
    ])
    expect(world.wrong.get('a')).toBe(WRONG_CODES_ALLOWED)
    world.decide(Array.from({ length: 8 }, () => checkIn(9, 'a')))
    expect(world.wrong.get('a')).toBe(WRONG_CODES_ALLOWED)
  })
})

test('mined out is no refusal: what still fits is granted, the rest recorded without pay', () => {
  const world = new World(
    [eventNumbered(1, { baseReward: 10n }), eventNumbered(2, { baseReward: 5n }), eventNumbered(3, { baseReward: 0n })],
    15n,
  )
  const rewards = world
    .decide([checkIn(1, 'a'), checkIn(1, 'b'), checkIn(2, 'c'), checkIn(2, 'd'), checkIn(3, 'e')])
    .map((decision) => decision.ok && decision.reward)
  expect(rewards).toEqual(['granted', 'unfunded', 'granted', 'unfunded', 'none'])
})
