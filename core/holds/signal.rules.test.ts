import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, MINUTE, SECOND } from '../shared/instant.ts'
import { SIGNAL_KINDS, type Arrival, type SeenSignal, type SignalKind } from './hold.types.ts'
import { accountMadeAt, BURST_MEMBERS, burstsOf, HOLD_FROM, isToBeHeld, signalsOf, SIGNALS_LAST, WEIGHTS } from './signal.rules.ts'

const NOW = Date.UTC(2027, 1, 10)
const arrival = (memberId: string, changes: Partial<Arrival> = {}): Arrival => ({
  memberId,
  event: 'EVT-1',
  at: NOW,
  joinedAt: NOW - 100 * DAY,
  discordId: undefined,
  ...changes,
})
/** The id that Discord would give to an account made then. */
const snowflake = (at: number) => String(BigInt(at - 1_420_070_400_000) << 22n)

describe('what is striking about one member', () => {
  it('reads the age of a Discord account from its id', () => {
    // The example of the developers' reference.
    expect(accountMadeAt('175928847299117063')).toBe(Date.parse('2016-04-30T11:18:25.796Z'))
    for (const id of ['', 'ann', '12', '9'.repeat(40), '-175928847299117063']) expect(accountMadeAt(id)).toBeUndefined()
  })

  it('sees an account younger than thirty days, and not one that is just that old', () => {
    const kinds = (at: number) => signalsOf([arrival('ann', { discordId: snowflake(at) })]).map(({ kind, figure }) => [kind, figure])
    expect(kinds(NOW - 3 * DAY)).toEqual([['young-account', 3]])
    expect(kinds(NOW - 30 * DAY + SECOND)).toEqual([['young-account', 29]])
    expect(kinds(NOW - 30 * DAY)).toEqual([])
    expect(kinds(NOW + DAY)).toEqual([['young-account', 0]])
  })

  it('sees who came to us minutes before checking in', () => {
    expect(signalsOf([arrival('ann', { joinedAt: NOW - 3 * MINUTE })])).toEqual([
      { memberId: 'ann', kind: 'new-at-event', subject: 'EVT-1', figure: 3 },
    ])
    expect(signalsOf([arrival('ann', { joinedAt: NOW - 15 * MINUTE })])).toEqual([])
  })
})

describe('bursts of newcomers', () => {
  const crowd = (count: number, apartMs: number) =>
    Array.from({ length: count }, (_, index) =>
      arrival(`m${index}`, { joinedAt: NOW - 5 * MINUTE + index * apartMs, at: NOW + index * apartMs }),
    )

  it('sees five who come and check in within a minute, and no four', () => {
    expect(burstsOf(crowd(BURST_MEMBERS, SECOND)).map(({ memberId, figure }) => [memberId, figure])).toEqual(
      ['m0', 'm1', 'm2', 'm3', 'm4'].map((memberId) => [memberId, 5]),
    )
    expect(burstsOf(crowd(BURST_MEMBERS - 1, SECOND))).toEqual([])
    expect(burstsOf(crowd(20, 20 * SECOND))).toEqual([])
  })

  it('says nothing of people who have long been here, however many check in at once', () => {
    expect(burstsOf(Array.from({ length: 500 }, (_, index) => arrival(`m${index}`)))).toEqual([])
  })

  it('names only newcomers who have four others within a minute of both their moments, in any order', () => {
    const some = fc.array(fc.record({ joined: fc.integer({ min: 0, max: 400 }), waited: fc.integer({ min: 0, max: 800 }) }), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(some, (rows) => {
        const arrivals = rows.map(({ joined, waited }, index) =>
          arrival(`m${index}`, { joinedAt: NOW + joined * SECOND, at: NOW + (joined + waited) * SECOND }),
        )
        const named = new Set(burstsOf(arrivals).map(({ memberId }) => memberId))
        const alone = arrivals.filter((one) => {
          const near = arrivals.filter(
            (other) => Math.abs(other.joinedAt - one.joinedAt) <= MINUTE && Math.abs(other.at - one.at) <= 2 * MINUTE,
          )
          return near.length < BURST_MEMBERS
        })
        expect(alone.filter(({ memberId }) => named.has(memberId))).toEqual([])
        expect(new Set(burstsOf(arrivals.toReversed()).map(({ memberId }) => memberId))).toEqual(named)
      }),
    )
  })
})

describe('when payouts wait', () => {
  const seen = (kind: SignalKind, subject = 'EVT-1', seenAt = NOW): SeenSignal => ({ memberId: 'ann', kind, subject, figure: 1, seenAt })

  it.each([
    ['nothing', [], false],
    ['a young account that comes to two events new', [seen('young-account'), seen('new-at-event'), seen('new-at-event', 'EVT-2')], false],
    ['the same thing at many events', Array.from({ length: 9 }, (_, n) => seen('new-at-event', `EVT-${n}`)), false],
    ['several bursts and nothing else', [seen('burst'), seen('burst', 'EVT-2')], false],
    ['a young account in a burst', [seen('young-account'), seen('burst')], true],
    ['the crowd of a first day, at two events', [seen('burst'), seen('new-at-event'), seen('new-at-event', 'EVT-2')], false],
    ['the crowd of a first day that is paid by one exchange', [seen('burst'), seen('new-at-event'), seen('shared-wallet')], false],
    [
      'a newcomer with a young account who is paid by an exchange',
      [seen('young-account'), seen('new-at-event'), seen('shared-wallet')],
      false,
    ],
    ['somebody new who copies', [seen('new-at-event'), seen('shared-answers')], false],
    ['somebody new who copies and shares a wallet', [seen('new-at-event'), seen('shared-answers'), seen('shared-wallet')], true],
    ['a young account that copies', [seen('young-account'), seen('shared-answers')], true],
    [
      'somebody who copies many and shares many wallets',
      ['1', '2', '3'].flatMap((n) => [seen('shared-answers', n), seen('shared-wallet', n)]),
      false,
    ],
  ] as const)('%s', (_name, signals, expected) => {
    expect(isToBeHeld(signals, NOW, undefined)).toBe(expected)
  })

  it('is never for one kind alone, and a shared wallet never makes up for more than a copied text leaves open', () => {
    expect(Math.max(...SIGNAL_KINDS.map((kind) => WEIGHTS[kind]))).toBeLessThan(HOLD_FROM)
    const some = fc.array(fc.record({ kind: fc.constantFrom(...SIGNAL_KINDS), subject: fc.string({ maxLength: 2 }) }))
    fc.assert(
      fc.property(some, (rows) => {
        const signals = rows.map(({ kind, subject }) => seen(kind, subject))
        const kinds = new Set(signals.map(({ kind }) => kind))
        const held = isToBeHeld(signals, NOW, undefined)
        const withoutWallets = signals.filter(({ kind }) => kind !== 'shared-wallet')
        expect(held && kinds.size < 2).toBe(false)
        expect(held && !kinds.has('shared-answers') && !isToBeHeld(withoutWallets, NOW, undefined)).toBe(false)
      }),
    )
  })

  it('forgets what is a month old, and what the committee has looked at', () => {
    const signals = [seen('young-account'), seen('burst')]
    expect(isToBeHeld(signals, NOW + SIGNALS_LAST - 1, undefined)).toBe(true)
    expect(isToBeHeld(signals, NOW + SIGNALS_LAST, undefined)).toBe(false)
    expect(isToBeHeld(signals, NOW, NOW)).toBe(false)
    expect(isToBeHeld(signals, NOW, NOW - 1)).toBe(true)
  })
})
